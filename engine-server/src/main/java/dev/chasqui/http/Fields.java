package dev.chasqui.http;

import dev.chasqui.api.BackendException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The fields of a JSON object, by Go's rules: the exact key wins over one in other case, `null` is absence,
/// unknown keys are nobody's business. A value of the wrong type is refused with the field's name.
final class Fields {

    private final ObjectNode object;
    private final String struct;
    private final String path;

    Fields(ObjectNode object, String struct) {
        this(object, struct, "");
    }

    private Fields(ObjectNode object, String struct, String path) {
        this.object = object;
        this.struct = struct;
        this.path = path;
    }

    /// The value as it is; empty for `null` and for no value.
    Optional<JsonNode> raw(String key) {
        JsonNode exact = object.get(key);
        JsonNode value = exact != null ? exact : inOtherCase(key);
        return Optional.ofNullable(value).filter(found -> !found.isNull());
    }

    Optional<String> text(String key) {
        return raw(key).map(value -> string(value, key, "string"));
    }

    /// The first of these that is not empty, else empty.
    String firstText(String... keys) {
        for (String key : keys) {
            Optional<String> value = text(key).filter(text -> !text.isEmpty());
            if (value.isPresent()) return value.get();
        }
        return "";
    }

    boolean flag(String key, boolean otherwise) {
        return raw(key).map(value -> value.isBoolean() ? value.booleanValue() : (boolean) wrong(value, key, "bool"))
                .orElse(otherwise);
    }

    int number(String key, int otherwise) {
        return raw(key).map(value -> integer(value, key, "int")).orElse(otherwise);
    }

    List<Integer> numbers(String key) {
        return list(key, "[]int", value -> integer(value, key, "int"));
    }

    List<String> texts(String key) {
        return list(key, "[]string", value -> string(value, key, "string"));
    }

    List<byte[]> images(String key) {
        return list(key, "[]api.ImageData", value -> Images.decode(string(value, key, "api.ImageData")));
    }

    /// Objects of a list, each to be read by itself.
    List<Fields> objects(String key, String type) {
        String element = type.replaceFirst("^\\[]", "");
        return list(
                key,
                type,
                value -> value instanceof ObjectNode inner ? nested(inner, key) : wrong(value, key, element));
    }

    Optional<Fields> object(String key, String type) {
        return raw(key).map(value -> value instanceof ObjectNode inner ? nested(inner, key) : wrong(value, key, type));
    }

    /// The value as compact JSON, keys in the order they came.
    Optional<String> json(String key) {
        return raw(key).map(value -> Text.wellFormed(value.toString()));
    }

    Optional<String> jsonArray(String key, String type) {
        return raw(key).map(value -> value.isArray() ? Text.wellFormed(value.toString()) : wrong(value, key, type));
    }

    Optional<String> jsonObject(String key, String type) {
        return raw(key).map(value -> value.isObject() ? Text.wellFormed(value.toString()) : wrong(value, key, type));
    }

    /// A map of plain values: String, Number, Boolean, List, Map, or `null`.
    Map<String, @Nullable Object> map(String key) {
        return raw(key).map(value -> value.isObject() ? plainMap(value) : wrong(value, key, "map[string]interface {}"))
                .orElse(Map.of());
    }

    /// A map of texts; `null` counts as an empty one.
    Map<String, String> textMap(String key) {
        Map<String, String> texts = new LinkedHashMap<>();
        raw(key).ifPresent(value -> {
            if (!value.isObject()) wrong(value, key, "map[string]string");
            value.forEachEntry((name, inner) ->
                    texts.put(Text.wellFormed(name), inner.isNull() ? "" : string(inner, key, "string")));
        });
        return texts;
    }

    private <T> List<T> list(String key, String type, Function<JsonNode, T> read) {
        List<T> all = new ArrayList<>();
        raw(key).ifPresent(value -> {
            if (!value.isArray()) wrong(value, key, type);
            value.forEach(element -> all.add(read.apply(element)));
        });
        return all;
    }

    private Fields nested(ObjectNode inner, String key) {
        return new Fields(inner, struct, path + key + ".");
    }

    private @Nullable JsonNode inOtherCase(String key) {
        JsonNode found = null;
        for (Map.Entry<String, JsonNode> field : object.properties()) {
            if (field.getKey().equalsIgnoreCase(key)) found = field.getValue(); // the last one counts
        }
        return found;
    }

    private String string(JsonNode value, String key, String type) {
        return value.isString() ? Text.wellFormed(value.stringValue()) : wrong(value, key, type);
    }

    private int integer(JsonNode value, String key, String type) {
        return value.isIntegralNumber() && value.canConvertToInt() ? value.intValue() : wrong(value, key, type);
    }

    private static Map<String, @Nullable Object> plainMap(JsonNode object) {
        Map<String, @Nullable Object> plain = new LinkedHashMap<>();
        object.forEachEntry((name, inner) -> plain.put(name, plain(inner)));
        return plain;
    }

    private static @Nullable Object plain(JsonNode value) {
        if (value.isString()) return Text.wellFormed(value.stringValue());
        if (value.isBoolean()) return value.booleanValue();
        if (value.isNumber())
            return value.canConvertToLong() && value.isIntegralNumber()
                    ? (Object) value.longValue()
                    : value.numberValue();
        if (value.isArray()) {
            List<@Nullable Object> list = new ArrayList<>();
            value.forEach(element -> list.add(plain(element)));
            return list;
        }
        return value.isNull() ? null : plainMap(value);
    }

    private <T> T wrong(JsonNode value, String key, String type) {
        String number = value.isNumber() && type.equals("int") ? " " + value : "";
        throw BackendException.invalid("json: cannot unmarshal " + kind(value) + number + " into Go struct field "
                + struct + "." + path + key + " of type " + type);
    }

    /// What Go calls a value's kind.
    static String kind(JsonNode value) {
        if (value.isString()) return "string";
        if (value.isNumber()) return "number";
        if (value.isBoolean()) return "bool";
        return value.isArray() ? "array" : "object";
    }
}
