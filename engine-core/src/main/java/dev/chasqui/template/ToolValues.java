package dev.chasqui.template;

import dev.chasqui.api.BackendException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;

/// The tools of a request as templates see them. Keys that Ollama does not know are left out, as there.
final class ToolValues {

    private static final Value NO_TYPE = Value.Sequence.none(GoType.PROPERTY_TYPE);
    private static final Value NO_ALTERNATIVES = Value.Sequence.none(GoType.ALTERNATIVES);
    private static final Value NO_VALUES = Value.Sequence.none(GoType.ANYS);
    private static final Value NO_INNER_PROPERTIES =
            new Value.Dictionary(GoType.INNER_PROPERTIES, Map.of(), Value.Nothing.NIL, true);

    /// A parameter about which nothing is known, Go's zero value.
    private static final Value NO_PROPERTY = property(new JsonFields("", Map.of()));

    private ToolValues() {}

    /// @throws BackendException if a field is of the wrong type; the message names it
    static Value parse(String json) {
        Value tree;
        try {
            tree = JsonTree.parse(json);
        } catch (JacksonException e) {
            throw new BackendException(
                    BackendException.Kind.INVALID, "tools cannot be read: " + e.getOriginalMessage(), e);
        }
        List<Value> tools = new ArrayList<>();
        for (Value tool : JsonFields.items("tools", tree)) {
            tools.add(tool(JsonFields.of("tools[" + tools.size() + "]", tool)));
        }
        return Value.Sequence.of(GoType.TOOLS, tools);
    }

    private static Value tool(JsonFields tool) {
        JsonFields function = tool.object("function");
        Value shown = Value.Struct.of(
                Shape.FUNCTION,
                function.text("name"),
                function.text("description"),
                parameters(function.object("parameters")));
        return Value.Struct.of(Shape.TOOL, tool.text("type"), JsonTree.sorted(tool.any("items")), shown);
    }

    private static Value parameters(JsonFields parameters) {
        Map<String, Value> properties = new TreeMap<>(Utf8.ORDER);
        properties.putAll(properties(parameters));
        return Value.Struct.of(
                Shape.PARAMETERS,
                parameters.text("type"),
                JsonTree.sorted(parameters.any("$defs")),
                JsonTree.sorted(parameters.any("items")),
                parameters.texts("required"),
                new Value.Dictionary(GoType.PROPERTIES, properties, NO_PROPERTY, !parameters.has("properties")));
    }

    private static Map<String, Value> properties(JsonFields fields) {
        JsonFields properties = fields.object("properties");
        Map<String, Value> values = new LinkedHashMap<>();
        for (String name : properties.entries().keySet()) values.put(name, property(properties.object(name)));
        return values;
    }

    private static Value property(JsonFields property) {
        List<Value> alternatives = new ArrayList<>();
        for (Value each : property.items("anyOf")) {
            alternatives.add(property(JsonFields.of(property.path("anyOf[" + alternatives.size() + "]"), each)));
        }
        Value values = Value.Sequence.of(
                GoType.ANYS,
                property.items("enum").stream().map(JsonTree::sorted).toList());
        Value inner = property.has("properties")
                ? new Value.Dictionary(GoType.INNER_PROPERTIES, properties(property), Value.Nothing.NIL, false)
                : NO_INNER_PROPERTIES;
        return Value.Struct.of(
                Shape.PROPERTY,
                property.has("anyOf") ? Value.Sequence.of(GoType.ALTERNATIVES, alternatives) : NO_ALTERNATIVES,
                type(property),
                JsonTree.sorted(property.any("items")),
                property.text("description"),
                property.has("enum") ? values : NO_VALUES,
                inner,
                property.texts("required"));
    }

    /// A name, or an array of them.
    private static Value type(JsonFields property) {
        Value type = property.any("type");
        if (type instanceof Value.Nothing) return NO_TYPE;
        boolean one = type instanceof Value.Text;
        boolean several =
                type instanceof Value.Sequence list && list.items().stream().allMatch(Value.Text.class::isInstance);
        if (!one && !several) throw JsonFields.wrong(property.path("type"), "a string or an array of strings");
        return Value.Sequence.of(GoType.PROPERTY_TYPE, one ? List.of(type) : property.items("type"));
    }
}
