package dev.chasqui.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class GgufFileTest {

    @TempDir
    Path folder;

    @Test
    void aModelTellsWhatItIs() {
        GgufFile file = read(TinyGguf.llama());

        assertThat(file.architecture()).isEqualTo("llama");
        assertThat(file.quantizationLevel()).isEqualTo("F32");
        assertThat(file.contextLength()).hasValue(128);
        assertThat(file.embeddingLength()).hasValue(64);
        assertThat(file.vocabSize()).hasValue(6);
        assertThat(file.decimal("llama.rope.freq_base")).hasValue(10_000);
        assertThat(file.flag("tokenizer.ggml.add_bos_token")).contains(true);
        assertThat(file.string("general.name")).contains("tiny");
        assertThat(file.poolsEmbeddings()).isFalse();
        assertThat(file.parameterCount()).isEqualTo(64 * 6 + 64 * 64);
        assertThat(file.weightsBytes()).isEqualTo(64 * 6 * 4 + 64 * 64 / 32 * 18);
        assertThat(file.tensors().getLast().shape()).containsExactly(64L, 64L);
    }

    @Test
    void theFormersVersionReadsTheSame() {
        assertThat(read(TinyGguf.llama().version(2)).values().keySet())
                .isEqualTo(read(TinyGguf.llama()).values().keySet());
    }

    @Test
    void aTensorsBytesAreWhereItSays() throws IOException {
        byte[] bytes = TinyGguf.llama().bytes();
        GgufFile file = read(bytes);

        TensorInfo last = file.tensors().getLast();

        assertThat(last.offset() % 32).isZero();
        assertThat(last.offset() + last.bytes()).isEqualTo(bytes.length);
    }

    @Test
    void aLongArrayStaysInTheFileUntilItIsAskedFor() throws IOException {
        List<String> words =
                IntStream.range(0, 30_000).mapToObj(i -> "wörd" + i).toList();
        GgufFile file = read(TinyGguf.llama().key("tokenizer.ggml.tokens", words));
        GgufArray tokens = file.array("tokenizer.ggml.tokens").orElseThrow();

        assertThat(tokens.count()).isEqualTo(30_000);
        assertThat(tokens.values()).isEqualTo(words);

        Files.write(file.path(), new byte[100]);
        assertThatThrownBy(tokens::values).isInstanceOf(GgufException.class);
    }

    @Test
    void theCacheOfOneTokenCountsEveryLayersOwnHeads() {
        TinyGguf perLayer = TinyGguf.llama().key("llama.attention.head_count_kv", List.of(2, 0));

        assertThat(read(TinyGguf.llama()).kvBytesPerToken(2)).isEqualTo(2 * 2 * (16 + 16) * 2);
        assertThat(read(perLayer).kvBytesPerToken(2)).isEqualTo(2 * (16 + 16) * 2);
        assertThat(read(TinyGguf.llama().key("llama.attention.key_length", 32)).kvBytesPerToken(34 / 32.0))
                .isEqualTo(2 * 2 * (32 + 16) * 34 / 32);
    }

    @Test
    void headsOfTooFewLayersAreRefusedByName() {
        GgufFile file = read(TinyGguf.llama().key("llama.attention.head_count_kv", List.of(2, 2, 2)));

        assertThatThrownBy(() -> file.kvBytesPerToken(2))
                .isInstanceOf(GgufException.class)
                .hasMessageContaining("llama.attention.head_count_kv");
    }

    @ParameterizedTest
    @CsvSource({
        "134515008, 134.52M",
        "1235814432, 1.2B",
        "8000000000, 8B",
        "8030261248, 8.0B",
        "7000000, 7M",
        "4480, 4K",
        "999, 999",
        "1100000000000, 1.1T"
    })
    void aCountReadsAsOllamaWritesIt(long count, String text) {
        assertThat(GgufFile.humanCount(count)).isEqualTo(text);
    }

    @Test
    void aFileCutOffAnywhereIsRefused() throws IOException {
        byte[] whole = TinyGguf.llama().bytes();

        for (int length = 0; length < whole.length; length += length < 200 ? 1 : 97) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> read(cut))
                    .as("%d of %d bytes", length, whole.length)
                    .isInstanceOf(GgufException.class)
                    .hasMessageContaining(folder.toString());
        }
    }

    @Test
    void theMessageOfACutFileNamesTheTensorAndBothSizes() {
        byte[] whole = TinyGguf.llama().bytes();

        assertThatThrownBy(() -> read(Arrays.copyOf(whole, whole.length - 1)))
                .hasMessage(folder.resolve("x.gguf") + " is truncated: tensor blk.0.attn_q.weight ends at byte "
                        + whole.length + ", the file has " + (whole.length - 1) + " (rule V9)");
    }

    /// Whatever a bit does, the answer is a file or our exception, and no more memory than a file may ask for.
    @Test
    void flippedBytesNeverLeadToAnythingButOurException() throws IOException {
        byte[] whole = TinyGguf.llama().bytes();
        long seed = Long.getLong("test.seed", 20_261_123);
        Random random = new Random(seed);
        int refused = 0;

        for (int round = 0; round < 2_000; round++) {
            byte[] damaged = whole.clone();
            for (int flips = random.nextInt(1, 5); flips > 0; flips--) {
                damaged[random.nextInt(Math.min(900, damaged.length))] = (byte) random.nextInt(256);
            }
            try {
                GgufFile file = read(damaged);
                file.values().values().forEach(value -> {
                    if (value instanceof GgufArray array) array.values();
                });
                file.kvBytesPerToken(2);
                file.vocabSize();
            } catch (GgufException e) {
                refused++;
            } catch (RuntimeException | Error e) {
                throw new AssertionError("seed " + seed + ", round " + round, e);
            }
        }

        assertThat(refused).as("seed %d", seed).isBetween(500, 1_999);
    }

    static Stream<Arguments> wrongFiles() {
        return Stream.of(
                Arguments.of("is not a GGUF file: it is empty", new byte[0]),
                Arguments.of("is not a GGUF file: it starts with \"PK\\x03\\x04\"", new byte[] {'P', 'K', 3, 4}),
                Arguments.of("is not a GGUF file", "GGU".getBytes()),
                Arguments.of("it has version 1", TinyGguf.llama().version(1).bytes()),
                Arguments.of("it has version 4", TinyGguf.llama().version(4).bytes()),
                Arguments.of(
                        "it is big-endian", TinyGguf.llama().version(3 << 24).bytes()),
                Arguments.of("claims 18446744073709551615 tensors", patched(8, -1)),
                Arguments.of("claims 70000 tensors", patched(8, 70_000)),
                Arguments.of("60000 tensors need at least", patched(8, 60_000)),
                Arguments.of("claims 9223372036854775807 keys", patched(16, Long.MAX_VALUE)),
                Arguments.of("holds a string of 18446744073709551615 bytes", patched(24, -1)),
                Arguments.of("holds a string of 1099511627776 bytes", patched(24, 1L << 40)),
                Arguments.of(
                        "key x is of type 13",
                        TinyGguf.llama().key("x", raw(13)).bytes()),
                Arguments.of(
                        "key x is of type 4294967295",
                        TinyGguf.llama().key("x", raw(-1)).bytes()),
                Arguments.of(
                        "key x is an array of arrays",
                        TinyGguf.llama().key("x", raw(9, 9, 1, 0)).bytes()),
                Arguments.of(
                        "key x claims",
                        TinyGguf.llama().key("x", raw(9, 4, 0, 1)).bytes()),
                Arguments.of(
                        "is truncated: key x",
                        TinyGguf.llama().key("x", raw(9, 4, 1 << 20, 0)).bytes()),
                Arguments.of(
                        "is a boolean of 2",
                        TinyGguf.llama().key("x", new byte[] {7, 0, 0, 0, 2}).bytes()),
                Arguments.of(
                        "general.alignment is 0",
                        TinyGguf.llama().key("general.alignment", 0).bytes()),
                Arguments.of(
                        "general.alignment is 48",
                        TinyGguf.llama().key("general.alignment", 48).bytes()),
                Arguments.of(
                        "is of type STRING",
                        TinyGguf.llama().key("general.alignment", "32").bytes()),
                Arguments.of("contains a NUL", TinyGguf.llama().key("a\0b", 1).bytes()),
                Arguments.of("key 14 has no name", TinyGguf.llama().key("", 1).bytes()),
                Arguments.of("tensor t is there twice", twoTensors("t", "t")),
                Arguments.of("holds a string of 64 bytes", twoTensors("t", "x".repeat(64))),
                Arguments.of(
                        "has 5 dimensions",
                        TinyGguf.llama().tensor("t", 0, 4, 1, 1, 1, 1, 1).bytes()),
                Arguments.of(
                        "has 0 dimensions", TinyGguf.llama().tensor("t", 0, 4).bytes()),
                Arguments.of(
                        "has a dimension of 0",
                        TinyGguf.llama().tensor("t", 0, 4, 0).bytes()),
                Arguments.of("has a dimension of 18446744073709551615", claims(0, -1)),
                Arguments.of("fewer than 2^63 bytes", claims(0, 1L << 32, 1L << 32)),
                Arguments.of("fewer than 2^63 bytes", claims(0, 1L << 62)),
                Arguments.of("tensor t is of type 4;", claims(4, 32)),
                Arguments.of("tensor t is of type 43;", claims(43, 32)),
                Arguments.of("tensor t of type Q4_K has rows of 32 elements", claims(12, 32)),
                Arguments.of("is truncated: tensor t ends at byte", claims(0, 1L << 40)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("wrongFiles")
    void aWrongFileIsRefusedWithTheValueAndTheLimit(String message, byte[] bytes) {
        assertThatThrownBy(() -> read(bytes)).isInstanceOf(GgufException.class).hasMessageContaining(message);
    }

    @Test
    void keysThatAreThereTwiceAreRefused() {
        byte[] bytes =
                TinyGguf.llama().key("same.key.a", 1).key("same.key.b", 1).bytes();
        int second = new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1).indexOf("same.key.b");
        bytes[second + "same.key.".length()] = 'a';

        assertThatThrownBy(() -> read(bytes)).hasMessageContaining("key same.key.a is there twice");
    }

    @Test
    void aTensorThatDoesNotFollowTheOneBeforeIsRefused() {
        byte[] bytes = TinyGguf.llama().bytes();
        GgufFile file = read(bytes);
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int entry = new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1).indexOf("blk.0.attn_q.weight");
        int offset = entry + "blk.0.attn_q.weight".length() + 4 + 16 + 4;
        assertThat(buffer.getLong(offset)).isEqualTo(file.tensors().getFirst().bytes());

        buffer.putLong(offset, 32);

        assertThatThrownBy(() -> read(bytes)).hasMessageContaining("tensor blk.0.attn_q.weight has offset 32");
    }

    @Test
    void whatIsNoRegularFileIsNotOpened() {
        assertThatThrownBy(() -> GgufFile.read(folder)).hasMessageContaining("is not a regular file");
        assertThatThrownBy(() -> GgufFile.read(folder.resolve("no"))).hasMessageContaining("does not exist");
        assertThatThrownBy(() -> GgufFile.read(Path.of("/dev/zero"))).hasMessageContaining("is not");
    }

    private GgufFile read(TinyGguf file) {
        return read(file.bytes());
    }

    private GgufFile read(byte[] bytes) {
        try {
            return GgufFile.read(Files.write(folder.resolve("x.gguf"), bytes));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static byte[] patched(int offset, long value) {
        byte[] bytes = TinyGguf.llama().bytes();
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(offset, value);
        return bytes;
    }

    private static byte[] raw(int... words) {
        ByteBuffer buffer = ByteBuffer.allocate(4 * words.length).order(ByteOrder.LITTLE_ENDIAN);
        for (int word : words) buffer.putInt(word);
        return buffer.array();
    }

    private static byte[] claims(int type, long... shape) {
        return TinyGguf.llama().tensor("t", type, 128, shape).bytes();
    }

    private static byte[] twoTensors(String first, String second) {
        return TinyGguf.llama()
                .tensor(first, TensorType.F32, 1)
                .tensor(second, TensorType.F32, 1)
                .bytes();
    }
}
