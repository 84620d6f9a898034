package dev.chasqui.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JoinedGgufTest {

    @TempDir
    private Path folder;

    @Test
    void theWholeHoldsTheKeysOfTheFirstPartAndTheTensorsOfAll() throws IOException {
        List<GgufFile> parts = List.of(part(2, 3, 0), part(0, 3, 0), part(1, 3, 0)); // in no order

        JoinedGguf joined = JoinedGguf.of(parts);
        GgufFile whole = write(joined);

        assertThat(joined.parts()).containsExactly(parts.get(1), parts.get(2), parts.get(0));
        assertThat(whole.fileBytes()).isEqualTo(joined.bytes());
        assertThat(whole.values())
                .containsEntry("general.architecture", "llama")
                .containsEntry("part", 0L)
                .doesNotContainKeys("split.no", "split.count", "split.tensors.count");
        assertThat(whole.isPart()).isFalse();
        Map<String, byte[]> expected = new TreeMap<>();
        for (GgufFile part : parts) expected.putAll(contents(part));
        assertThat(contents(whole)).hasSize(6).usingRecursiveComparison().isEqualTo(expected);
    }

    @Test
    void aWholeFileOfAnotherAlignmentGetsTheUsualOne() throws IOException {
        Path file = folder.resolve("aligned.gguf");
        // An alignment of 8 puts the second tensor where the writer, which knows 32 only, puts it too.
        TinyGguf.llama().key("general.alignment", 8).write(file);
        GgufFile aligned = GgufFile.read(file);

        GgufFile usual = write(JoinedGguf.of(List.of(aligned)));

        assertThat(usual.values()).doesNotContainKey("general.alignment");
        assertThat(contents(usual)).usingRecursiveComparison().isEqualTo(contents(aligned));
    }

    @Test
    void aPartThatIsMissingOrThereTwiceOrOfAnotherModelIsNamed() {
        GgufFile first = part(0, 3, 0);
        GgufFile second = part(1, 3, 0);
        GgufFile third = part(2, 3, 0);

        assertThatThrownBy(() -> JoinedGguf.of(List.of(first)))
                .hasMessage("part 2 of 3 of the split model is missing; give all 3 parts");
        assertThatThrownBy(() -> JoinedGguf.of(List.of(third, second))).hasMessageContaining("part 1 of 3");
        assertThatThrownBy(() -> JoinedGguf.of(List.of(third, first))).hasMessageContaining("part 2 of 3");
        assertThatThrownBy(() -> JoinedGguf.of(List.of(first, second, second)))
                .hasMessageContaining("are the same part of the model");
        assertThatThrownBy(() -> JoinedGguf.of(List.of(first, part(1, 2, 1), third)))
                .hasMessageContaining("of one in 3");
        assertThatThrownBy(() -> JoinedGguf.of(List.of(first, second, third, part(3, 3, 1))))
                .hasMessageContaining("its key split.no is wrong");
        assertThatThrownBy(() -> JoinedGguf.of(List.of(first, second, part(2, 3, 1))))
                .hasMessageContaining("tensor");
    }

    @Test
    void aPartThatWasCutSinceItWasReadIsNoticed() throws IOException {
        GgufFile first = part(0, 2, 0);
        GgufFile second = part(1, 2, 0);
        byte[] bytes = Files.readAllBytes(second.path());
        Files.write(second.path(), Arrays.copyOf(bytes, bytes.length - 40));

        JoinedGguf joined = JoinedGguf.of(List.of(first, second));

        assertThatThrownBy(() -> joined.writeTo(OutputStream.nullOutputStream()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(second.path().toString());
    }

    /// @param shift makes the names of tensors those of an earlier part
    private GgufFile part(int number, int count, int shift) {
        TinyGguf part = new TinyGguf()
                .key("general.architecture", "llama")
                .key("split.no", number)
                .key("part", number)
                .key("split.count", count)
                .key("split.tensors.count", 2 * count)
                .seed(number)
                .tensor("a" + (number - shift), TensorType.F32, 33)
                .tensor("ü" + (number - shift), TensorType.Q8_0, 64, 3);
        Path file = folder.resolve("part-" + number + "-" + count + "-" + shift + ".gguf");
        return GgufFile.read(part.write(file));
    }

    private GgufFile write(JoinedGguf joined) throws IOException {
        Path file = folder.resolve("whole.gguf");
        try (OutputStream out = Files.newOutputStream(file)) {
            joined.writeTo(out);
        }
        return GgufFile.read(file);
    }

    private static Map<String, byte[]> contents(GgufFile file) throws IOException {
        byte[] bytes = Files.readAllBytes(file.path());
        Map<String, byte[]> contents = new TreeMap<>();
        for (TensorInfo tensor : file.tensors()) {
            int start = (int) tensor.offset();
            contents.put(tensor.name(), Arrays.copyOfRange(bytes, start, start + (int) tensor.bytes()));
        }
        return contents;
    }
}
