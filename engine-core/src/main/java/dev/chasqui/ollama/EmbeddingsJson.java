package dev.chasqui.ollama;

import dev.chasqui.api.Embeddings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// The reply to `/api/embed`, read number by number: a tree of it would take twenty times its vectors'
/// memory.
final class EmbeddingsJson {

    private EmbeddingsJson() {}

    /// @throws JacksonException if it is not JSON
    /// @throws IllegalArgumentException if it is not such a reply; the message says what was wrong
    static Embeddings read(byte[] utf8) {
        List<float[]> vectors = new ArrayList<>();
        boolean any = false;
        int tokens = 0;
        int cut = 0;
        long total = 0;
        long load = 0;
        try (JsonParser json = Json.MAPPER.createParser(utf8)) {
            if (json.nextToken() != JsonToken.START_OBJECT) throw new IllegalArgumentException("it is no JSON object");
            for (String field = json.nextName(); field != null; field = json.nextName()) {
                JsonToken value = json.nextToken();
                boolean number = value == JsonToken.VALUE_NUMBER_INT;
                switch (field) {
                    case "embeddings" -> {
                        any = value == JsonToken.START_ARRAY;
                        if (any) vectors(json, vectors);
                    }
                    case "prompt_eval_count" -> tokens = number ? json.getIntValue() : 0;
                    case "truncated_count" -> cut = number ? json.getIntValue() : 0;
                    case "total_duration" -> total = number ? json.getLongValue() : 0;
                    case "load_duration" -> load = number ? json.getLongValue() : 0;
                    default -> {}
                }
                json.skipChildren();
            }
        }
        if (!any) throw new IllegalArgumentException("it has no embeddings");
        return new Embeddings(vectors, tokens, cut, Duration.ofNanos(total), Duration.ofNanos(load));
    }

    private static void vectors(JsonParser json, List<float[]> vectors) {
        float[] numbers = new float[1024];
        while (json.nextToken() == JsonToken.START_ARRAY) {
            int length = 0;
            while (json.nextToken().isNumeric()) {
                if (length == numbers.length) numbers = Arrays.copyOf(numbers, 2 * length);
                numbers[length++] = json.getFloatValue();
            }
            if (json.currentToken() != JsonToken.END_ARRAY) {
                throw new IllegalArgumentException("an element of its embeddings is no number");
            }
            vectors.add(Arrays.copyOf(numbers, length));
        }
        if (json.currentToken() != JsonToken.END_ARRAY) {
            throw new IllegalArgumentException("one of its embeddings is no array");
        }
    }
}
