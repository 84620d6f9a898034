package dev.chasqui.json;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// One schema's keywords as they stand in the document. What is of the wrong kind is an error that names the
/// keyword, its place and what belongs there.
record Keywords(String path, Map<String, Json> members) {

    /// What is read.
    private static final Set<String> KNOWN = Set.of(
            "type",
            "enum",
            "const",
            "default",
            "properties",
            "required",
            "additionalProperties",
            "items",
            "prefixItems",
            "minItems",
            "maxItems",
            "anyOf",
            "oneOf",
            "allOf",
            "$ref",
            "minLength",
            "maxLength",
            "pattern",
            "format",
            "minimum",
            "maximum",
            "exclusiveMinimum",
            "exclusiveMaximum",
            "multipleOf");

    /// What says nothing about the answer.
    private static final Set<String> IGNORED = Set.of(
            "title",
            "description",
            "examples",
            "$schema",
            "$comment",
            "$defs",
            "definitions",
            "deprecated",
            "readOnly",
            "writeOnly",
            "discriminator");

    /// @throws SchemaException if a keyword is neither read nor without meaning for the answer
    void requireKnown() {
        for (Map.Entry<String, Json> member : members.entrySet()) {
            String name = member.getKey();
            if (KNOWN.contains(name) || IGNORED.contains(name) || name.startsWith("x-")) continue;
            if (name.equals("$id") && path.isEmpty()) continue;
            if (name.equals("uniqueItems") && member.getValue().equals(new Json.Bool(false))) continue;
            throw SchemaException.at(path, name, "is not supported; leave it out, or say what is allowed without it");
        }
    }

    Optional<Json> value(String name) {
        return Optional.ofNullable(members.get(name));
    }

    /// A whole number from 0 to the most that may be repeated.
    int count(String name, int otherwise) {
        return value(name)
                .map(json -> {
                    boolean fits = json instanceof Json.Num(BigDecimal value)
                            && Json.isWhole(value)
                            && value.signum() >= 0
                            && value.compareTo(BigDecimal.valueOf(Limits.REPETITION)) <= 0;
                    if (!fits) throw wrong(name, json, "a whole number from 0 to " + Limits.REPETITION);
                    return ((Json.Num) json).value().intValueExact();
                })
                .orElse(otherwise);
    }

    /// A number with few enough digits to write every number on one side of it.
    Optional<BigDecimal> number(String name) {
        return value(name).map(json -> {
            boolean fits = json instanceof Json.Num(BigDecimal value)
                    && value.scale() <= Limits.FRACTION
                    && (long) value.precision() - value.scale() <= Limits.BOUND_DIGITS;
            if (!fits) {
                throw wrong(
                        name,
                        json,
                        "a number of at most " + Limits.BOUND_DIGITS + " digits and " + Limits.FRACTION
                                + " more behind the point");
            }
            return ((Json.Num) json).value();
        });
    }

    Optional<String> text(String name) {
        return value(name).map(json -> {
            if (json instanceof Json.Text(String text)) return text;
            throw wrong(name, json, "a string");
        });
    }

    /// Strings, or a single one as a list.
    List<String> texts(String name) {
        Optional<Json> value = value(name);
        if (value.isEmpty()) return List.of();
        List<Json> items = value.get() instanceof Json.Arr(List<Json> several) ? several : List.of(value.get());
        List<String> texts = new ArrayList<>();
        for (Json item : items) {
            if (!(item instanceof Json.Text(String text))) throw wrong(name, value.get(), "strings");
            texts.add(text);
        }
        return texts;
    }

    /// A list that is not empty, if it is there; an empty one if it is not.
    List<Json> list(String name) {
        return value(name)
                .map(json -> {
                    if (json instanceof Json.Arr(List<Json> items) && !items.isEmpty()) return items;
                    throw wrong(name, json, "a list that is not empty");
                })
                .orElse(List.of());
    }

    Map<String, Json> object(String name) {
        return value(name)
                .map(json -> {
                    if (json instanceof Json.Obj(Map<String, Json> object)) return object;
                    throw wrong(name, json, "an object");
                })
                .orElse(Map.of());
    }

    SchemaException wrong(String name, Json value, String expected) {
        String text = value.text(Spacing.COMPACT);
        String shown = text.length() > 60 ? text.substring(0, 60) + "…" : text;
        return SchemaException.at(path, name, "is " + shown + "; expected " + expected);
    }

    SchemaException wrong(String name, String problem) {
        return SchemaException.at(path, name, problem);
    }
}
