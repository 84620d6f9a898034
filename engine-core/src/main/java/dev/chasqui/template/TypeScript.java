package dev.chasqui.template;

import java.util.List;
import java.util.stream.Collectors;

/// A tool's parameter as a type of TypeScript, which some models want to read.
final class TypeScript {

    private TypeScript() {}

    static String of(Value value) {
        if (!(value instanceof Value.Struct struct) || !struct.shape().equals(Shape.PROPERTY)) return "any";
        List<Value> alternatives = items(struct, "AnyOf");
        if (!alternatives.isEmpty())
            return joined(alternatives.stream().map(TypeScript::of).toList());
        List<Value> types = items(struct, "Type");
        return types.isEmpty()
                ? "any"
                : joined(types.stream().map(TypeScript::named).toList());
    }

    private static String joined(List<String> types) {
        return types.stream().collect(Collectors.joining(" | "));
    }

    private static List<Value> items(Value.Struct struct, String field) {
        return ((Value.Sequence) struct.fields().get(struct.shape().indexOf(field))).items();
    }

    private static String named(Value jsonType) {
        return switch (((Value.Text) jsonType).value()) {
            case "string" -> "string";
            case "number", "integer" -> "number";
            case "boolean" -> "boolean";
            case "array" -> "any[]";
            case "object" -> "Record<string, any>";
            case "null" -> "null";
            default -> "any";
        };
    }
}
