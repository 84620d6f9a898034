package dev.chasqui.template;

import java.util.List;

/// The fields of one of Ollama's structs.
///
/// @param pointer whether templates get a pointer to it
/// @see <a href="https://github.com/ollama/ollama/blob/main/template/template.go">template.go</a>
record Shape(GoType type, boolean pointer, List<Field> fields) {

    /// @param name      in templates
    /// @param json      in JSON
    /// @param omitEmpty whether JSON leaves it out when there is nothing in it
    record Field(String name, String json, boolean omitEmpty) {
        private static Field same(String name) {
            return new Field(name, name, false);
        }

        private static Field always(String name, String json) {
            return new Field(name, json, false);
        }

        private static Field unlessEmpty(String name, String json) {
            return new Field(name, json, true);
        }
    }

    static final Shape MESSAGE = new Shape(
            GoType.plain("*template.templateMessage"),
            true,
            List.of(
                    Field.same("Role"),
                    Field.same("Content"),
                    Field.same("Thinking"),
                    Field.same("Images"),
                    Field.same("ToolCalls"),
                    Field.same("ToolName"),
                    Field.same("ToolCallID")));

    static final Shape TOOL_CALL = new Shape(
            GoType.plain("template.templateToolCall"), false, List.of(Field.same("ID"), Field.same("Function")));

    static final Shape CALLED_FUNCTION = new Shape(
            GoType.plain("template.templateToolCallFunction"),
            false,
            List.of(Field.same("Index"), Field.same("Name"), Field.same("Arguments")));

    static final Shape TOOL = new Shape(
            GoType.json("template.templateTool"),
            false,
            List.of(
                    Field.always("Type", "type"),
                    Field.unlessEmpty("Items", "items"),
                    Field.always("Function", "function")));

    /// Ollama prints this and [#PARAMETERS] as Go structs since 0.14, which no template wants
    /// (ollama/ollama#18391).
    static final Shape FUNCTION = new Shape(
            GoType.json("template.templateToolFunction"),
            false,
            List.of(
                    Field.always("Name", "name"),
                    Field.always("Description", "description"),
                    Field.always("Parameters", "parameters")));

    static final Shape PARAMETERS = new Shape(
            GoType.json("template.templateToolFunctionParameters"),
            false,
            List.of(
                    Field.always("Type", "type"),
                    Field.unlessEmpty("Defs", "$defs"),
                    Field.unlessEmpty("Items", "items"),
                    Field.unlessEmpty("Required", "required"),
                    Field.always("Properties", "properties")));

    static final Shape PROPERTY = new Shape(
            GoType.plain("api.ToolProperty"),
            false,
            List.of(
                    Field.unlessEmpty("AnyOf", "anyOf"),
                    Field.unlessEmpty("Type", "type"),
                    Field.unlessEmpty("Items", "items"),
                    Field.unlessEmpty("Description", "description"),
                    Field.unlessEmpty("Enum", "enum"),
                    Field.unlessEmpty("Properties", "properties"),
                    Field.unlessEmpty("Required", "required")));

    Shape {
        fields = List.copyOf(fields);
    }

    /// @return the field's place, or -1
    int indexOf(String name) {
        for (int i = 0; i < fields.size(); i++) {
            if (fields.get(i).name().equals(name)) return i;
        }
        return -1;
    }
}
