package dev.chasqui.http;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Requests that somebody really sends, each spoilt in one or two places: in its bytes, or in its JSON. The same
/// random numbers make the same requests.
final class BodyMutations {

    /// @param verb `POST` or `DELETE`
    record Asked(String verb, String path, byte[] body) {}

    /// Placed as a string, then written without its quotes: JSON that no tree of nodes can hold.
    private static final String BARE = "@bare:";

    private static final List<String> VALUES = List.of(
            "null",
            "true",
            "0",
            "-0",
            "-1",
            "1e999",
            "-1e999",
            "1e-999",
            "0.1",
            "9223372036854775808",
            "-9223372036854775809",
            "18446744073709551616",
            "2147483648",
            "1" + "0".repeat(999),
            "\"\"",
            "\"x\"",
            "\"\\u0000\"",
            "\"\\ud800\"",
            "\"\\udc00\\ud800\"",
            "\"\\ud83c\\udf19\"",
            "\"{{ .Prompt }}\"",
            "\"<|im_end|>\"",
            "\"../../etc/passwd\"",
            "\"-1ns\"",
            "\"" + "a".repeat(5_000) + "\"",
            "[]",
            "[null]",
            "{}",
            "{\"\":\"\"}",
            "{\"a\":1,\"a\":2}",
            "{\"type\":\"object\",\"properties\":{\"a\":{\"$ref\":\"#\"}}}",
            "{\"type\":\"string\",\"pattern\":\"((((a*)*)*)*)*b\"}",
            "[".repeat(600) + "]".repeat(600),
            "{\"type\":\"array\",\"items\":{\"anyOf\":[{},true,false]},\"minItems\":1e9}");

    private static final List<String> NO_VALUES = List.of(
            "{\"a\":".repeat(100_000), "1e9992147483648", "NaN", "Infinity", "undefined", "'x'", "0x10", "01", "+1");

    private static final List<byte[]> BYTES = Stream.of(
                    "\u0000",
                    "\ufeff",
                    "\"",
                    "\\",
                    "\\u",
                    "\\ud800",
                    "{",
                    "}",
                    "[",
                    "]",
                    ",",
                    ":",
                    "\n",
                    "\r\n\r\n",
                    "1e999")
            .map(text -> text.getBytes(StandardCharsets.UTF_8))
            .toList();

    /// Overlong, a surrogate, cut off, and no UTF-8 at all.
    private static final List<byte[]> NO_UTF8 = List.of(
            new byte[] {(byte) 0xc0, (byte) 0x80},
            new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80},
            new byte[] {(byte) 0xf0, (byte) 0x9f},
            new byte[] {(byte) 0xff, (byte) 0xfe});

    private static final int MOST_BYTES = 1 << 20;

    private final List<Asked> asked;
    private final Random random;

    BodyMutations(List<Asked> asked, Random random) {
        this.asked = List.copyOf(asked);
        this.random = random;
    }

    /// What the exchanges beside the tests ask of one of the routes, for this model.
    static List<Asked> golden(String model, List<String> routes) {
        List<Asked> all = new ArrayList<>();
        for (String file : List.of("chat.txt", "embed.txt", "generate.txt", "library.txt", "models.txt", "ours.txt")) {
            for (GoldenExchange exchange : GoldenExchange.read(file)) {
                GoldenExchange.Request request = exchange.request();
                if (!routes.contains(request.path()) || request.body().isEmpty()) continue;
                all.add(asked(request.verb(), request.path(), request.body().replace("smollm2:135m", model)));
            }
        }
        return all;
    }

    static Asked asked(String verb, String path, String body) {
        return new Asked(verb, path, body.getBytes(StandardCharsets.UTF_8));
    }

    Asked next() {
        Asked base = asked.get(random.nextInt(asked.size()));
        byte[] body = base.body();
        for (int i = 1 + random.nextInt(2); i > 0; i--) body = random.nextInt(4) > 0 ? inJson(body) : inBytes(body);
        return new Asked(base.verb(), base.path(), Arrays.copyOf(body, Math.min(body.length, MOST_BYTES)));
    }

    private byte[] inBytes(byte[] body) {
        if (body.length == 0) return one(BYTES);
        int at = random.nextInt(body.length);
        int length = Math.min(body.length - at, 1 + random.nextInt(8));
        return switch (random.nextInt(7)) {
            case 0 -> flipped(body, at);
            case 1 -> spliced(body, at, one(BYTES), at);
            case 2 -> spliced(body, at, one(NO_UTF8), at + length);
            case 3 -> spliced(body, at, new byte[0], at + length);
            case 4 -> Arrays.copyOf(body, at);
            case 5 -> spliced(body, at, Arrays.copyOfRange(body, at, at + length), at);
            default -> spliced(body, at, asked.get(random.nextInt(asked.size())).body(), at + length);
        };
    }

    private byte[] flipped(byte[] body, int at) {
        byte[] flipped = body.clone();
        flipped[at] ^= (byte) (1 << random.nextInt(8));
        return flipped;
    }

    private static byte[] spliced(byte[] body, int from, byte[] middle, int to) {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        whole.write(body, 0, from);
        whole.writeBytes(middle);
        whole.write(body, to, body.length - to);
        return whole.toByteArray();
    }

    /// Another value, a key twice, in other case or gone, somewhere in the tree; what is no JSON any more stays.
    private byte[] inJson(byte[] body) {
        JsonNode tree;
        try {
            tree = JsonText.MAPPER.readTree(body);
        } catch (RuntimeException e) {
            return body;
        }
        List<JsonNode> holders = new ArrayList<>();
        collect(tree, holders);
        if (holders.isEmpty()) return value().getBytes(StandardCharsets.UTF_8);
        switch (holders.get(random.nextInt(holders.size()))) {
            case ObjectNode object -> spoil(object);
            case ArrayNode array -> array.set(random.nextInt(array.size()), BARE + value());
            default -> throw new AssertionError("collected a leaf");
        }
        return written(tree);
    }

    private void spoil(ObjectNode object) {
        List<String> keys = List.copyOf(object.propertyNames());
        String key = keys.get(random.nextInt(keys.size()));
        switch (random.nextInt(8)) {
            case 0 -> object.remove(key);
            case 1 -> object.set(key.toUpperCase(), object.remove(key));
            case 2 -> object.put(key, BARE + value() + ",\"" + key + "\":" + value());
            default -> object.put(key, BARE + value());
        }
    }

    private static void collect(JsonNode node, List<JsonNode> holders) {
        if (!node.isContainer() || node.isEmpty()) return;
        holders.add(node);
        node.forEach(child -> collect(child, holders));
    }

    private static byte[] written(JsonNode tree) {
        String json = tree.toString();
        int at;
        while ((at = json.indexOf('"' + BARE)) >= 0) {
            int end = at + 1;
            while (json.charAt(end) != '"') end += json.charAt(end) == '\\' ? 2 : 1;
            String bare = JsonText.MAPPER.readTree(json.substring(at, end + 1)).stringValue();
            json = json.substring(0, at) + bare.substring(BARE.length()) + json.substring(end + 1);
        }
        return json.getBytes(StandardCharsets.UTF_8);
    }

    private String value() {
        return one(random.nextInt(16) > 0 ? VALUES : NO_VALUES);
    }

    private <T> T one(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }
}
