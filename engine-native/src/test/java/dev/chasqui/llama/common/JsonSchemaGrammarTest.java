package dev.chasqui.llama.common;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chasqui.llama.ContextSettings;
import dev.chasqui.llama.LlamaContext;
import dev.chasqui.llama.LlamaException;
import dev.chasqui.llama.LlamaModel;
import dev.chasqui.llama.ModelSettings;
import dev.chasqui.llama.Sampling;
import dev.chasqui.llama.TinyModel;
import dev.chasqui.llama.TokenBatch;
import dev.chasqui.llama.TokenSampler;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonSchemaGrammarTest {

    @Test
    void anEnumBecomesItsValues() {
        assertThat(JsonSchemaGrammar.toGbnf("{\"enum\": [\"BUY\", \"SELL\", \"\uD83D\uDE80\"]}"))
                .contains("root ::= (\"\\\"BUY\\\"\" | \"\\\"SELL\\\"\" | \"\\\"\uD83D\uDE80\\\"\")");
    }

    @Test
    void nestedObjectsAndArraysBecomeRules() {
        String gbnf = JsonSchemaGrammar.toGbnf("""
                {"type": "object", "required": ["orders"], "properties": {"orders": {"type": "array", "minItems": 1,
                  "items": {"type": "object", "required": ["side"], "properties": {
                    "side": {"enum": ["BUY", "SELL"]}, "size": {"type": "integer", "minimum": 1, "maximum": 9}}}}}}""");

        assertThat(gbnf).contains("root ::=", "orders", "BUY", "[1-9]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"type\": \"nonsense\"}        | nonsense",
                "{\"$ref\": \"#/nowhere\"}       | nowhere",
                "{\"type\":                      | parse error",
                "{\"$ref\": \"https://a.b/c\"}   | a.b/c",
            })
    void aSchemaWithoutAGrammarIsRefusedInWords(String schema, String inMessage) {
        assertThatThrownBy(() -> JsonSchemaGrammar.toGbnf(schema))
                .isInstanceOf(LlamaException.class)
                .hasMessageContaining(inMessage);
    }

    @Test
    void aSchemaThatIsNoObjectIsRefused() {
        assertThatThrownBy(() -> JsonSchemaGrammar.toGbnf("[1]"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the JSON schema must be a JSON object, as text");
    }

    @Test
    void schemaBombsAreRefused() {
        String deep = "{\"items\":".repeat(5000) + "{}" + "}".repeat(5000);
        String wideName = "{\"properties\": {\"" + "\u00e9".repeat(100_000) + "\": {}}}";

        assertThatThrownBy(() -> JsonSchemaGrammar.toGbnf(deep)).hasMessageContaining("deeper than 64");
        assertThatThrownBy(() -> JsonSchemaGrammar.toGbnf(wideName)).hasMessageContaining("longer than 16384");
        assertThatThrownBy(() -> JsonSchemaGrammar.toGbnf("{\"type\": \"string\", \"maxLength\": 1000000}"))
                .hasMessageContaining("more than 1000 times");
    }

    @Test
    void theDeepestSchemaAllowedIsTaken() {
        String schema = "{\"type\": \"string\"}";
        for (int i = 1; i < JsonText.MAX_DEPTH; i++) schema = "{\"type\": \"array\", \"items\": " + schema + "}";

        assertThat(JsonSchemaGrammar.toGbnf(schema)).contains("root ::=");
    }

    @Test
    void llamaCppTakesTheGrammarsAndFollowsThem(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("tiny.gguf");
        TinyModel.write(file, 42);
        String schema = JsonSchemaGrammar.toGbnf("""
                {"type": "object", "required": ["side"], "properties": {"side": {"enum": ["BUY", "SELL"]}}}""");

        try (LlamaModel model = LlamaModel.open(file, ModelSettings.DEFAULT);
                LlamaContext context = model.newContext(ContextSettings.of(512).withThreads(1, 1))) {
            assertThat(answer(model, context, schema)).matches("\\{\\s*\"side\"\\s*:\\s*\"(BUY|SELL)\"\\s*\\}");
            assertThat(answer(model, context, JsonSchemaGrammar.ANY_OBJECT)).startsWith("{");
        }
    }

    /// Greedy, up to 40 tokens.
    private static String answer(LlamaModel model, LlamaContext context, String grammar) {
        context.forget(0, 0);
        StringBuilder answer = new StringBuilder();
        int token = 40;
        try (TokenSampler sampler = context.sampler(new Sampling(0, 0, 1, 0, 1, 0, 1, 0, 0, 0, Optional.of(grammar)))) {
            for (int position = 0; position < 40; position++) {
                TokenBatch batch = new TokenBatch(1);
                batch.add(token, position, 0, true);
                context.decode(batch);
                token = sampler.sample(0);
                if (model.vocabulary().isEndOfGeneration(token)) break;
                answer.append(new String(model.vocabulary().piece(token, false), StandardCharsets.UTF_8));
            }
        }
        return answer.toString();
    }
}
