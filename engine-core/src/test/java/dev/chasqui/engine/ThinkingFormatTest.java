package dev.chasqui.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chasqui.api.Answer;
import dev.chasqui.api.BackendException;
import dev.chasqui.api.BackendException.Kind;
import dev.chasqui.api.ChatRequest;
import dev.chasqui.api.Message;
import dev.chasqui.api.Options;
import dev.chasqui.api.Settings;
import dev.chasqui.api.Settings.OnLength;
import dev.chasqui.api.Think;
import dev.chasqui.json.JsonSchema;
import dev.chasqui.llama.TinyModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A model that may think before it answers by a schema; it thinks nonsense, and hardly ever to an end.
@Timeout(60)
class ThinkingFormatTest {

    private static final String SCHEMA =
            "{\"type\": \"object\", \"required\": [\"a\"], \"properties\": {\"a\": {\"enum\": [\"BUY\", \"HOLD\"], \"default\": \"HOLD\"}}}";

    private static final String TEMPLATE = """
            {%- for message in messages -%}
            {%- if message.role == 'assistant' -%}
            {{ '<|im_start|>assistant\\n' }}
            {%- if message.reasoning_content -%}
            {{ '<think>\\n' + message.reasoning_content + '\\n</think>\\n\\n' }}
            {%- endif -%}
            {{ message.content + '<|im_end|>\\n' }}
            {%- else -%}
            {{ '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}
            {%- endif -%}
            {%- endfor -%}
            {%- if add_generation_prompt -%}
            {{ '<|im_start|>assistant\\n' }}
            {%- if enable_thinking is defined and enable_thinking is false -%}
            {{ '<think>\\n\\n</think>\\n\\n' }}
            {%- endif -%}
            {%- endif -%}
            """;

    @TempDir
    private Path folder;

    private Engine engine;

    @BeforeEach
    void open() throws IOException {
        Path file = folder.resolve("tiny.gguf");
        TinyModel.seeded(42).withTemplate(TEMPLATE).write(file);
        engine = Engine.open(file);
    }

    @AfterEach
    void close() {
        engine.close();
    }

    @Test
    void aThoughtComesApartAndTheAnswerFollowsItsSchema() {
        int thoughts = 0;
        int decisions = 0;
        for (int seed = 0; seed < 16; seed++) {
            Answer answer = ask(settings(seed).withOnLength(OnLength.CLOSE));

            assertThat(answer.text()).matches("\\{\"a\": \"(BUY|HOLD)\"}");
            assertThat(answer.text() + answer.thinking()).doesNotContain("<think>", "</think>");
            if (answer.thinking().isBlank()) decisions++;
            else thoughts++;
        }
        assertThat(thoughts).as("answers with a thought").isPositive();
        assertThat(decisions).as("answers at once").isPositive();
    }

    @Test
    void aThoughtThatIsCutOffIsNoAnswer() {
        int cutOff = 0;
        for (int seed = 0; seed < 16; seed++) {
            try {
                assertThat(JsonSchema.parse(SCHEMA).check(ask(settings(seed)).text()))
                        .isEmpty();
            } catch (BackendException e) {
                assertThat(e.kind()).isEqualTo(Kind.INCOMPLETE);
                cutOff++;
            }
        }
        assertThat(cutOff).isPositive();
    }

    @Test
    void whoeverMustNotThinkAnswersAtOnce() {
        Answer answer = ask(settings(1).withThink(Think.OFF));

        assertThat(answer.text()).matches("\\{\"a\": \"(BUY|HOLD)\"}");
        assertThat(answer.thinking()).isEmpty();
    }

    private Answer ask(Settings settings) {
        return engine.chat(ChatRequest.of("tiny", Message.user("Buy?")).withSettings(settings))
                .answer();
    }

    private static Settings settings(int seed) {
        Options options =
                Options.parse(Map.of("exact", true, "temperature", 1.5, "top_k", 0, "seed", seed, "num_predict", 40));
        return Settings.DEFAULT.withOptions(options).withFormat(SCHEMA);
    }
}
