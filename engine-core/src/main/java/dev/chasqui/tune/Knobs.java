package dev.chasqui.tune;

import dev.chasqui.llama.ContextSettings.CacheType;
import dev.chasqui.llama.ContextSettings.FlashAttention;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/// A way to run a model: values for knobs, as they are written. Those that are not named stay as by default.
public record Knobs(Map<Knob, String> values) {

    public static final Knobs NONE = new Knobs(Map.of());

    /// @throws IllegalArgumentException naming the knob, if a value is none of its values
    public Knobs {
        Map<Knob, String> checked = new EnumMap<>(Knob.class);
        values.forEach((knob, value) -> checked.put(knob, knob.require(value)));
        values = Collections.unmodifiableMap(checked);
    }

    /// @throws IllegalArgumentException naming the knob, if that is none of its values
    public Knobs with(Knob knob, Object value) {
        Map<Knob, String> more = new EnumMap<>(Knob.class);
        more.putAll(values);
        more.put(knob, value.toString().toLowerCase(Locale.ROOT));
        return new Knobs(more);
    }

    /// Threads or tokens.
    public OptionalInt count(Knob knob) {
        String value = values.get(knob);
        return value == null ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(value));
    }

    public Optional<FlashAttention> flashAttention() {
        return Optional.ofNullable(values.get(Knob.FLASH_ATTENTION))
                .map(value -> FlashAttention.valueOf(value.toUpperCase(Locale.ROOT)));
    }

    public Optional<CacheType> cacheType() {
        return Optional.ofNullable(values.get(Knob.CACHE_TYPE))
                .map(value -> CacheType.valueOf(value.toUpperCase(Locale.ROOT)));
    }

    public boolean isEmpty() {
        return values.isEmpty();
    }

    /// llama.cpp keeps quantised values only with flash attention.
    boolean isPossible() {
        boolean quantized = cacheType().map(CacheType::quantized).orElse(false);
        return !(quantized && flashAttention().equals(Optional.of(FlashAttention.OFF)));
    }

    /// What is set otherwise than there.
    Knobs changedFrom(Knobs other) {
        Map<Knob, String> changed = new EnumMap<>(Knob.class);
        values.forEach((knob, value) -> {
            if (!value.equals(other.values.get(knob))) changed.put(knob, value);
        });
        return new Knobs(changed);
    }

    /// For example `flash_attention off, num_batch 1024`.
    @Override
    public String toString() {
        return values.entrySet().stream()
                .map(entry -> entry.getKey().wire() + " " + entry.getValue())
                .collect(Collectors.joining(", "));
    }
}
