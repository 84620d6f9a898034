package dev.chasqui.template;

import dev.chasqui.api.BackendException;
import java.util.List;
import java.util.Map;

/// The fields of an object of a request, each of the type it must have. What is missing or `null` counts as
/// empty.
///
/// @param path where the object is, for messages: `tools[0].function`
record JsonFields(String path, Map<String, Value> entries) {

    static JsonFields of(String path, Value value) {
        return switch (value) {
            case Value.Dictionary map -> new JsonFields(path, map.entries());
            case Value.Nothing _ -> new JsonFields(path, Map.of());
            default -> throw wrong(path, "an object");
        };
    }

    static List<Value> items(String path, Value value) {
        return switch (value) {
            case Value.Sequence list -> list.items();
            case Value.Nothing _ -> List.of();
            default -> throw wrong(path, "an array");
        };
    }

    JsonFields object(String name) {
        return of(path(name), any(name));
    }

    List<Value> items(String name) {
        return items(path(name), any(name));
    }

    Value text(String name) {
        return switch (any(name)) {
            case Value.Text text -> text;
            case Value.Nothing _ -> Value.Text.EMPTY;
            default -> throw wrong(path(name), "a string");
        };
    }

    /// An array of strings.
    Value texts(String name) {
        List<Value> items = items(name);
        if (!items.stream().allMatch(Value.Text.class::isInstance)) throw wrong(path(name), "an array of strings");
        return has(name) ? Value.Sequence.of(GoType.STRINGS, items) : Value.Sequence.none(GoType.STRINGS);
    }

    /// Whatever it is.
    Value any(String name) {
        return entries.getOrDefault(name, Value.Nothing.NIL);
    }

    boolean has(String name) {
        return !(any(name) instanceof Value.Nothing);
    }

    String path(String name) {
        return path + "." + name;
    }

    static BackendException wrong(String path, String expected) {
        return BackendException.invalid(path + " must be " + expected);
    }
}
