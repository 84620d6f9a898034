package dev.chasqui.api;

import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// Options somebody set: a request, a model, a configuration. What is absent is left to whoever comes next, see
/// [#over]. Values are checked when they come in, so a reader needs no check.
public final class Options {

    public static final Options NONE = new Options(new EnumMap<>(Option.class));

    private final Map<Option, Object> values;

    private Options(Map<Option, Object> values) {
        this.values = values;
    }

    /// Reads a JSON object's entries. Unknown names and `null` values are skipped, as Ollama does.
    ///
    /// @throws BackendException naming the option, if a value's type or range is wrong
    public static Options parse(Map<String, ? extends @Nullable Object> json) {
        Map<Option, Object> values = new EnumMap<>(Option.class);
        json.forEach((name, value) -> {
            Option option = Option.named(name);
            if (option != null && value != null) values.put(option, option.read(value));
        });
        return new Options(values);
    }

    /// These options and one more.
    ///
    /// @throws BackendException if the value's type or range is wrong
    public Options with(Option option, Object value) {
        Map<Option, Object> all = copy();
        all.put(option, option.read(value));
        return new Options(all);
    }

    /// These options and one written as text, as in a Modelfile; a repeated `stop` adds to the list.
    ///
    /// @throws BackendException if the text does not fit
    public Options withText(Option option, String text) {
        Map<Option, Object> all = copy();
        Object value = option.readText(text);
        all.merge(option, value, (old, fresh) -> option == Option.STOP ? joined(old, fresh) : fresh);
        return new Options(all);
    }

    /// These options, and where they are silent those of `base`.
    public Options over(Options base) {
        Map<Option, Object> all = base.copy();
        all.putAll(values);
        return new Options(all);
    }

    /// Values by their names in JSON; Double, Long, Boolean or a list of strings.
    public Map<String, Object> toMap() {
        Map<String, Object> json = new java.util.TreeMap<>();
        values.forEach((option, value) -> json.put(option.wire(), value));
        return Collections.unmodifiableMap(json);
    }

    public OptionalDouble decimal(Option option) {
        return values.get(option) instanceof Double number ? OptionalDouble.of(number) : OptionalDouble.empty();
    }

    public OptionalLong integer(Option option) {
        return values.get(option) instanceof Long number ? OptionalLong.of(number) : OptionalLong.empty();
    }

    /// As [#integer], cut to the range of an `int`.
    public OptionalInt count(Option option) {
        return values.get(option) instanceof Long number
                ? OptionalInt.of(Math.clamp(number, Integer.MIN_VALUE, Integer.MAX_VALUE))
                : OptionalInt.empty();
    }

    public Optional<Boolean> flag(Option option) {
        return values.get(option) instanceof Boolean flag ? Optional.of(flag) : Optional.empty();
    }

    public List<String> strings(Option option) {
        return values.get(option) instanceof List<?> list
                ? list.stream().map(String.class::cast).toList()
                : List.of();
    }

    public boolean isEmpty() {
        return values.isEmpty();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Options options && values.equals(options.values);
    }

    @Override
    public int hashCode() {
        return values.hashCode();
    }

    @Override
    public String toString() {
        return toMap().toString();
    }

    private Map<Option, Object> copy() {
        return values.isEmpty() ? new EnumMap<>(Option.class) : new EnumMap<>(values);
    }

    private static List<Object> joined(Object old, Object fresh) {
        return java.util.stream.Stream.concat(((List<?>) old).stream(), ((List<?>) fresh).stream())
                .<Object>map(text -> text)
                .toList();
    }
}
