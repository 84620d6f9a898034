package dev.chasqui.json;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// JSON Schema's types. A whole number is an integer and a number.
enum Type {
    OBJECT,
    ARRAY,
    STRING,
    NUMBER,
    INTEGER,
    BOOLEAN,
    NULL;

    static final Set<Type> ALL = Set.copyOf(EnumSet.allOf(Type.class));

    static Optional<Type> named(String name) {
        for (Type type : values()) {
            if (type.word().equals(name)) return Optional.of(type);
        }
        return Optional.empty();
    }

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// The one that fits best.
    static Type of(Json value) {
        return switch (value) {
            case Json.Obj object -> OBJECT;
            case Json.Arr array -> ARRAY;
            case Json.Text text -> STRING;
            case Json.Num number -> Json.isWhole(number.value()) ? INTEGER : NUMBER;
            case Json.Bool bool -> BOOLEAN;
            case Json.Null none -> NULL;
        };
    }
}
