package dev.chasqui.decide;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The JSON schema of a record: closed objects, properties in the order of the components, texts and lists bounded so
/// that no one of them eats the time of all.
final class RecordSchema {

    static final int LONGEST_TEXT = 200;
    static final int LONGEST_LIST = 16;

    private static final JsonMapper MAPPER = new JsonMapper();
    private static final Set<Type> WHOLE = Set.of(int.class, Integer.class, long.class, Long.class);
    private static final Set<Type> DECIMAL =
            Set.of(double.class, Double.class, float.class, Float.class, BigDecimal.class);

    private RecordSchema() {}

    /// @throws IllegalArgumentException naming the component, if a type has no place in JSON here
    static String of(Class<? extends Record> type) {
        return object(type, new ArrayList<>()).toString();
    }

    private static ObjectNode object(Class<?> type, List<Class<?>> around) {
        if (around.contains(type)) {
            throw new IllegalArgumentException(type.getSimpleName() + " contains itself; give it a finite form");
        }
        List<Class<?>> inside = new ArrayList<>(around);
        inside.add(type);
        ObjectNode schema = MAPPER.createObjectNode().put("type", "object");
        ObjectNode properties = schema.putObject("properties");
        ArrayNode required = schema.putArray("required");
        for (RecordComponent component : type.getRecordComponents()) {
            String where = type.getSimpleName() + "." + component.getName();
            Type value = component.getGenericType();
            Optional<Type> optional = argument(value, Optional.class);
            properties.set(component.getName(), value(optional.orElse(value), where, inside));
            if (optional.isEmpty()) required.add(component.getName());
        }
        return schema.put("additionalProperties", false);
    }

    /// The first required component that is not there, by its way from the record; empty if all are.
    static Optional<String> missing(JsonNode object, Class<?> type) {
        for (RecordComponent component : type.getRecordComponents()) {
            Type value = component.getGenericType();
            Optional<Type> optional = argument(value, Optional.class);
            JsonNode there = object.path(component.getName());
            if (there.isMissingNode() && optional.isEmpty()) return Optional.of(component.getName());
            Optional<String> inside = missingInside(there, optional.orElse(value));
            if (inside.isPresent()) return inside.map(name -> component.getName() + "." + name);
        }
        return Optional.empty();
    }

    private static Optional<String> missingInside(JsonNode value, Type type) {
        if (type instanceof Class<?> known && known.isRecord() && value.isObject()) return missing(value, known);
        Optional<Type> element = argument(type, List.class);
        if (element.isEmpty() || !value.isArray()) return Optional.empty();
        return value.valueStream()
                .flatMap(one -> missingInside(one, element.get()).stream())
                .findFirst();
    }

    private static ObjectNode value(Type type, String where, List<Class<?>> inside) {
        ObjectNode schema = MAPPER.createObjectNode();
        Optional<Type> element = argument(type, List.class);
        if (element.isPresent()) {
            schema.put("type", "array").set("items", value(element.get(), where, inside));
            return schema.put("maxItems", LONGEST_LIST);
        }
        if (type == String.class) return schema.put("type", "string").put("maxLength", LONGEST_TEXT);
        if (type == boolean.class || type == Boolean.class) return schema.put("type", "boolean");
        if (WHOLE.contains(type)) {
            boolean small = type == int.class || type == Integer.class;
            return schema.put("type", "integer")
                    .put("minimum", small ? Integer.MIN_VALUE : Long.MIN_VALUE)
                    .put("maximum", small ? Integer.MAX_VALUE : Long.MAX_VALUE);
        }
        if (DECIMAL.contains(type)) return schema.put("type", "number");
        if (type instanceof Class<?> known && known.isRecord()) return object(known, inside);
        if (type instanceof Class<?> known && known.isEnum()) {
            ArrayNode names = schema.putArray("enum");
            Stream.of(known.getEnumConstants())
                    .map(one -> ((Enum<?>) one).name())
                    .forEach(names::add);
            return schema;
        }
        throw new IllegalArgumentException(where + " is of type " + type.getTypeName()
                + "; expected a text, number, boolean, enum, record, or a List or Optional of one");
    }

    private static Optional<Type> argument(Type type, Class<?> of) {
        return type instanceof ParameterizedType generic && generic.getRawType() == of
                ? Optional.of(generic.getActualTypeArguments()[0])
                : Optional.empty();
    }
}
