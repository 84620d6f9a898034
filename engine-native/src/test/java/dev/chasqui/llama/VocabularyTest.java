package dev.chasqui.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VocabularyTest {

    private final LlamaModel model = Tiny.model();
    private final Vocabulary vocabulary = model.vocabulary();

    @AfterEach
    void free() {
        model.close();
    }

    @Test
    void textGoesToTokensAndBackByteForByte() {
        for (String text :
                new String[] {"", " ", "the thing and the other", "Grüße, 東京 🚀", "a\0b\0", "\r\n\t", "\u0000"}) {
            int[] tokens = vocabulary.tokenize(text, false, false);

            assertThat(bytes(tokens)).asString(StandardCharsets.UTF_8).isEqualTo(text);
            assertThat(vocabulary.detokenize(tokens, true)).isEqualTo(text);
        }
    }

    @Test
    void randomTextSurvivesTheRoundTrip() {
        long seed = 20261123;
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            String text = random.ints(random.nextInt(60), 0, 0x110000)
                    .filter(c -> c < 0xD800 || c > 0xDFFF)
                    .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                    .toString();

            assertThat(bytes(vocabulary.tokenize(text, false, false)))
                    .as("seed %d round %d", seed, round)
                    .isEqualTo(text.getBytes(StandardCharsets.UTF_8));
        }
    }

    @Test
    void aLoneSurrogateBecomesAReplacement() {
        assertThat(vocabulary.detokenize(vocabulary.tokenize("a\uD800b", false, false), false))
                .isEqualTo("a?b");
    }

    @Test
    void specialTokensAreReadOnlyWhenAllowed() {
        int[] parsed = vocabulary.tokenize("<|im_start|>user", false, true);
        int[] plain = vocabulary.tokenize("<|im_start|>user", false, false);

        assertThat(parsed[0]).isEqualTo(vocabulary.bos().orElseThrow());
        assertThat(plain).doesNotContain(vocabulary.bos().orElseThrow());
        assertThat(new String(bytes(plain), StandardCharsets.UTF_8)).isEqualTo("<|im_start|>user");
    }

    @Test
    void aSpecialTokenIsWrittenOutOnlyWhenAsked() {
        int start = vocabulary.bos().orElseThrow();

        assertThat(vocabulary.piece(start, true)).asString().isEqualTo("<|im_start|>");
        assertThat(vocabulary.piece(start, false)).isEmpty();
        assertThat(vocabulary.isControl(start)).isTrue();
        assertThat(vocabulary.isEndOfGeneration(start)).isFalse();
        assertThat(vocabulary.isEndOfGeneration(vocabulary.eos().orElseThrow())).isTrue();
        assertThat(vocabulary.isControl(vocabulary.tokenize("a", false, false)[0]))
                .isFalse();
        assertThat(vocabulary.addsBos()).isFalse();
    }

    @Test
    void theCallersCopyOfAPieceIsTheirs() {
        vocabulary.piece(10, true)[0] = 'X';

        assertThat(vocabulary.piece(10, true)[0]).isNotEqualTo((byte) 'X');
    }

    @Test
    void aTokenThatDoesNotExistIsRefused() {
        for (int token : new int[] {-1, vocabulary.size(), 999_999, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
            assertThatIllegalArgumentException().isThrownBy(() -> vocabulary.piece(token, true));
            assertThatIllegalArgumentException().isThrownBy(() -> vocabulary.isControl(token));
            assertThatIllegalArgumentException().isThrownBy(() -> vocabulary.isEndOfGeneration(token));
            assertThatIllegalArgumentException().isThrownBy(() -> vocabulary.detokenize(new int[] {3, token}, true));
        }
    }

    @Test
    void aTextBeyondTheCapIsRefusedBeforeNativeCode() {
        String text = "a".repeat(Vocabulary.LONGEST_TEXT_BYTES + 1);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> vocabulary.tokenize(text, false, false))
                .withMessageContaining("bytes");
    }

    @Test
    void aLongWordWithoutSpacesIsTokenized() {
        assertThat(vocabulary.tokenize("x".repeat(1 << 16), false, false)).hasSize(1 << 16);
    }

    @Test
    void aLongWordDoesNotOverflowTheStackOfATokenizerWithARecursivePattern(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("recursive.gguf");
        TinyModel.write(file, Tiny.SEED);
        String content = Files.readString(file, StandardCharsets.ISO_8859_1).replace("gpt-2", "youtu");
        Files.writeString(file, content, StandardCharsets.ISO_8859_1);

        try (LlamaModel recursive = LlamaModel.open(file, ModelSettings.DEFAULT)) {
            Vocabulary other = recursive.vocabulary();
            for (int length : new int[] {256, 257, 4_000, 100_000}) {
                assertThat(other.tokenize("x".repeat(length), false, false)).hasSize(length);
            }
        }
    }

    @Test
    void aLineThatNoStackWouldHoldIsRefused() {
        String line = "x".repeat(Vocabulary.LONGEST_LINE);

        assertThatIllegalArgumentException().isThrownBy(() -> vocabulary.tokenize(line + "x", false, false));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> vocabulary.tokenize("\n".repeat(line.length() + 1), false, false));
        assertThat(vocabulary.tokenize("x\n".repeat(line.length() / 2 + 8), false, false))
                .isNotEmpty();
    }

    private byte[] bytes(int[] tokens) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int token : tokens) out.writeBytes(vocabulary.piece(token, true));
        return out.toByteArray();
    }
}
