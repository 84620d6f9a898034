package dev.chasqui.json;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// Writes random schemas of the subset, as JSON text.
public final class RandomSchema {

    private static final List<String> NAMES = List.of("action", "size", "é", "a\\\"b", "at", "x", "a");
    private static final List<String> WORDS = List.of("BUY", "SELL", "HOLD", "", "a\\nb", "🚀", "BUYING", "1");
    private static final List<String> PATTERNS = List.of(
            "^[A-Z]{1,5}$",
            "^[A-Z]{1,4}(\\\\.[A-Z]{1,2})?$",
            "ab",
            "^a|b$",
            "^(buy|sell) [0-9]+$",
            "^\\\\d{3}-\\\\d{2}$",
            "[^a-z]",
            "^(é|[東京]+)$",
            "^\\\\w+\\\\s\\\\S*$",
            "^(a?b?c?){2,3}$",
            "^(\\\"|\\\\\\\\)+$",
            "^🚀{1,2}x?$");
    private static final List<String> FORMATS = List.of("date", "time", "date-time", "uuid");

    private final Random random;
    private final int definitions;

    private RandomSchema(Random random) {
        this.random = random;
        this.definitions = random.nextInt(3);
    }

    public static String with(Random random) {
        return new RandomSchema(random).document();
    }

    private String document() {
        List<String> keywords = new ArrayList<>();
        keywords.add(schema(3));
        if (definitions > 0) {
            List<String> named = new ArrayList<>();
            for (int i = 0; i < definitions; i++) named.add("\"d" + i + "\":" + schema(2));
            String root = keywords.removeFirst();
            String body = root.substring(1, root.length() - 1);
            return "{\"$defs\":{" + String.join(",", named) + "}" + (body.isEmpty() ? "" : ",") + body + "}";
        }
        return keywords.getFirst();
    }

    private String schema(int depth) {
        int kind = random.nextInt(depth > 0 ? 16 : 9);
        return switch (kind) {
            case 0, 1 -> string();
            case 2 -> integer();
            case 3, 4 -> number();
            case 5 -> "{\"type\":\"boolean\"" + fallback("true", "1") + "}";
            case 6 -> "{\"enum\":[" + values(1 + random.nextInt(4)) + "]" + fallback("\"HOLD\"", "\"BUY\"") + "}";
            case 7 -> "{\"const\":" + values(1) + "}";
            case 8 -> definitions > 0 ? reference() : "{\"type\":[\"null\",\"integer\"],\"maximum\":20}";
            case 9, 10, 11 -> object(depth);
            case 12 -> array(depth);
            case 13 -> "{\"anyOf\":[" + schema(depth - 1) + "," + schema(depth - 1) + "]" + fallback("null", "0") + "}";
            case 14 -> all(depth);
            default -> one(depth);
        };
    }

    private String string() {
        StringBuilder out = new StringBuilder("{\"type\":\"string\"");
        int kind = random.nextInt(5);
        if (kind == 0) out.append(",\"pattern\":\"").append(any(PATTERNS)).append('"');
        if (kind == 1)
            return out.append(",\"format\":\"")
                    .append(any(FORMATS))
                    .append("\"}")
                    .toString();
        int min = random.nextInt(4);
        if (random.nextInt(3) == 0) out.append(",\"minLength\":").append(min);
        if (random.nextInt(2) == 0) out.append(",\"maxLength\":").append(min + random.nextInt(6));
        return out.append(fallback("\"" + any(WORDS) + "\"", "\"n/a\""))
                .append('}')
                .toString();
    }

    private String integer() {
        StringBuilder out = new StringBuilder("{\"type\":\"integer\"");
        int low = random.nextInt(400) - 200;
        if (random.nextBoolean()) out.append(",\"minimum\":").append(low);
        if (random.nextBoolean()) out.append(",\"exclusiveMaximum\":").append(low + random.nextInt(500) + 1);
        if (random.nextInt(4) == 0) out.append(",\"multipleOf\":").append(any(List.of("3", "10", "25", "7", "2.5")));
        return out.append(fallback("" + low, "7")).append('}').toString();
    }

    private String number() {
        StringBuilder out = new StringBuilder("{\"type\":\"number\"");
        String low = decimal();
        if (random.nextBoolean()) {
            out.append(random.nextBoolean() ? ",\"minimum\":" : ",\"exclusiveMinimum\":")
                    .append(low);
        }
        if (random.nextInt(3) == 0) {
            out.append(random.nextBoolean() ? ",\"maximum\":" : ",\"exclusiveMaximum\":")
                    .append(decimal());
        }
        if (random.nextInt(4) == 0)
            out.append(",\"multipleOf\":").append(any(List.of("0.01", "0.5", "0.05", "2", "1.5")));
        return out.append(fallback(low, "0.25")).append('}').toString();
    }

    private String decimal() {
        int digits = random.nextInt(4);
        long units = random.nextInt(4000) - 1500;
        return new java.math.BigDecimal(java.math.BigInteger.valueOf(units), digits).toPlainString();
    }

    private String object(int depth) {
        List<String> properties = new ArrayList<>();
        List<String> required = new ArrayList<>();
        for (String name : NAMES) {
            if (random.nextInt(3) > 0) continue;
            properties.add("\"" + name + "\":" + schema(depth - 1));
            if (random.nextBoolean()) required.add("\"" + name + "\"");
        }
        String others = switch (random.nextInt(5)) {
            case 0 -> ",\"additionalProperties\":true";
            case 1 -> ",\"additionalProperties\":" + schema(0);
            case 2 -> ",\"additionalProperties\":false";
            default -> "";
        };
        return "{\"type\":\"object\",\"properties\":{" + String.join(",", properties) + "},\"required\":["
                + String.join(",", required) + "]" + others + "}";
    }

    private String array(int depth) {
        StringBuilder out = new StringBuilder("{\"type\":\"array\"");
        if (random.nextInt(3) == 0) {
            out.append(",\"prefixItems\":[")
                    .append(schema(depth - 1))
                    .append(',')
                    .append(schema(depth - 1))
                    .append(']');
        }
        if (random.nextInt(4) > 0)
            out.append(",\"items\":").append(random.nextInt(6) == 0 ? "false" : schema(depth - 1));
        int min = random.nextInt(3);
        if (random.nextBoolean()) out.append(",\"minItems\":").append(min);
        if (random.nextBoolean()) out.append(",\"maxItems\":").append(min + random.nextInt(3));
        return out.append('}').toString();
    }

    private String all(int depth) {
        return random.nextBoolean()
                ? "{\"allOf\":[" + object(depth) + "," + object(depth) + "]}"
                : "{\"allOf\":[" + string() + "," + string() + "]}";
    }

    private String one(int depth) {
        return "{\"oneOf\":[" + tagged("A", depth) + "," + tagged("B", depth) + ",{\"type\":\"null\"}]}";
    }

    private String tagged(String tag, int depth) {
        return "{\"type\":\"object\",\"properties\":{\"tag\":{\"const\":\"" + tag + "\"},\"value\":" + schema(depth - 1)
                + "},\"required\":[\"tag\"]}";
    }

    private String reference() {
        String text = "{\"$ref\":\"#/$defs/d" + random.nextInt(definitions) + "\"}";
        return random.nextBoolean() ? "{\"anyOf\":[" + text + ",{\"type\":\"null\"}]}" : text;
    }

    private String values(int count) {
        List<String> values = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            values.add(any(List.of("\"" + any(WORDS) + "\"", "1", "-2.50", "true", "null", "{\"k\":[1,\"x\"]}")));
        }
        return String.join(",", values);
    }

    private String fallback(String one, String other) {
        return random.nextInt(3) == 0 ? ",\"default\":" + (random.nextBoolean() ? one : other) : "";
    }

    private <T> T any(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }
}
