package dev.chasqui.template;

import java.util.List;
import java.util.random.RandomGenerator;

/// Templates that are mostly well-formed and mostly senseless.
final class RandomTemplates {

    private static final List<String> VALUES = List.of(
            ".",
            "$",
            "$x",
            "$i",
            ".Messages",
            ".Tools",
            ".System",
            ".Prompt",
            ".Response",
            ".Role",
            ".Content",
            ".Thinking",
            ".ToolCalls",
            ".Function.Name",
            ".Function.Arguments",
            ".Function.Parameters.Properties",
            "$.Messages",
            ".Images",
            ".Missing",
            ".Missing.More",
            "$x.Role",
            "nil",
            "true",
            "0",
            "1",
            "-7",
            "3.5",
            "1e21",
            "'a'",
            "\"\"",
            "\"%d %v\"",
            "\"%-9.3f|%x\"",
            "`%q%T`",
            "\"☃\"",
            "currentDate");
    private static final List<String> FUNCTIONS = List.of(
            "and",
            "or",
            "not",
            "len",
            "index",
            "slice",
            "eq",
            "ne",
            "lt",
            "le",
            "gt",
            "ge",
            "print",
            "printf",
            "println",
            "json",
            "toTypeScriptType");
    private static final List<String> TEXTS = List.of(" ", "\n", "text", "}}", "{", "  é\n ", "-", "");

    private final RandomGenerator random;

    RandomTemplates(RandomGenerator random) {
        this.random = random;
    }

    String template() {
        return "{{ $x := .Messages }}{{ $i := 1 }}" + body(4) + "{{ define \"t\" }}" + body(2) + "{{ end }}";
    }

    private String body(int depth) {
        StringBuilder body = new StringBuilder();
        for (int nodes = 1 + random.nextInt(3); nodes > 0; nodes--) body.append(node(depth));
        return body.toString();
    }

    private String node(int depth) {
        int kind = depth == 0 ? random.nextInt(6) : random.nextInt(12);
        return switch (kind) {
            case 0, 1 -> any(TEXTS);
            case 2, 3, 4 -> action(any(List.of("", "", "", "$x = ", "$i := ")) + pipeline(2));
            case 5 -> action("template \"t\" " + operand(1));
            case 6, 7 ->
                action("if " + pipeline(1)) + body(depth - 1) + action("else") + body(depth - 1) + action("end");
            case 8 -> action("with " + pipeline(1)) + body(depth - 1) + action("end");
            case 9 ->
                action("range " + pipeline(0)) + body(depth - 1) + action("else") + body(depth - 1) + action("end");
            default ->
                action("range $i, $x := " + operand(1))
                        + body(depth - 1)
                        + any(List.of("", "{{break}}", "{{continue}}"))
                        + action("end");
        };
    }

    private String action(String inside) {
        return any(List.of("{{ ", "{{- ")) + inside + any(List.of(" }}", " -}}"));
    }

    private String pipeline(int depth) {
        String first = command(depth);
        return random.nextInt(4) == 0 ? first + " | " + any(FUNCTIONS) : first;
    }

    private String command(int depth) {
        if (random.nextBoolean()) return operand(depth);
        StringBuilder command = new StringBuilder(any(FUNCTIONS));
        for (int operands = 1 + random.nextInt(3); operands > 0; operands--)
            command.append(' ').append(operand(depth));
        return command.toString();
    }

    private String operand(int depth) {
        return depth == 0 || random.nextInt(4) > 0
                ? any(VALUES)
                : "(" + pipeline(depth - 1) + ")" + any(List.of("", ".Role"));
    }

    private String any(List<String> list) {
        return list.get(random.nextInt(list.size()));
    }
}
