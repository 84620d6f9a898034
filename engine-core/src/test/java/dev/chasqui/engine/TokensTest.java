package dev.chasqui.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.RunningModel;
import dev.chasqui.llama.TinyModel;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Text to tokens and back, over a model that has a token for each byte.
class TokensTest {

    @TempDir
    Path folder;

    private Engine engine;

    @BeforeEach
    void open() throws IOException {
        TinyModel.write(folder.resolve("tiny.gguf"), 1);
        engine = Engine.open(folder.resolve("tiny.gguf"));
    }

    @AfterEach
    void close() {
        engine.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "and the", "Grüße, 世界 🌙", "<|im_start|>user", "a\u0000b\n\n c"})
    void aTextComesBackFromItsTokens(String text) {
        assertThat(engine.detokenize("tiny", engine.tokenize("tiny", text, false, true)))
                .isEqualTo(text);
    }

    @Test
    void aSpecialTokensNameIsOneTokenOnlyWhereItIsReadAsSuch() {
        assertThat(engine.tokenize("tiny", "<|im_end|>", false, true)).hasSize(1);
        assertThat(engine.tokenize("tiny", "<|im_end|>", false, false)).hasSizeGreaterThan(1);
    }

    @Test
    void askingLoadsTheModel() {
        assertThat(engine.running()).isEmpty();

        engine.tokenize("tiny", "Hi", false, true);

        assertThat(engine.running()).extracting(RunningModel::name).containsExactly("tiny");
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 320, Integer.MAX_VALUE})
    void aTokenTheModelDoesNotHaveIsRefused(int token) {
        assertThatThrownBy(() -> engine.detokenize("tiny", 1, token))
                .isInstanceOf(BackendException.class)
                .hasMessage("token " + token + " does not exist; the vocabulary has 320");
    }

    @Test
    void whatWouldBeTooLongATextIsRefused() {
        int[] many = new int[3 << 20];
        java.util.Arrays.fill(many, 1); // "<|im_start|>", 12 bytes

        assertThatThrownBy(() -> engine.detokenize("tiny", many))
                .hasMessageMatching("3145728 tokens stand for some \\d+ bytes; at most 33554432 can be written out.*");
    }

    @Test
    void anUnknownModelIsNotFoundAndAClosedEngineSaysSo() {
        assertThatThrownBy(() -> engine.tokenize("nobody", "Hi", false, true)).hasMessage("model 'nobody' not found");
        assertThat(engine.obstacles()).isEmpty();

        engine.close();

        assertThat(engine.obstacles()).containsExactly("the engine is closed");
    }
}
