package dev.chasqui.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chasqui.api.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// In this JVM and in another one.
@Timeout(60)
class FileDigestTest {

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void isThatOfTheBytesAndProgressIsTold(boolean elsewhere) throws IOException {
        byte[] bytes = new byte[33 << 20];
        new Random(3).nextBytes(bytes);
        Path file = Files.write(folder.resolve("a file"), bytes);
        List<Long> told = new ArrayList<>();

        Digest digest = FileDigest.of(file, told::add, elsewhere);

        assertThat(digest).isEqualTo(Digest.of(bytes));
        assertThat(told).isSorted().hasSize(elsewhere ? 3 : 33);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whoeverGivesItUpIsNotKept(boolean elsewhere) throws IOException {
        Path file = Files.write(folder.resolve("file"), new byte[33 << 20]);

        assertThatThrownBy(() -> FileDigest.of(
                        file,
                        bytes -> {
                            throw new IllegalStateException("enough");
                        },
                        elsewhere))
                .hasMessage("enough");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aFileThatIsNotThereIsSaidToBe(boolean elsewhere) {
        assertThatThrownBy(() -> FileDigest.of(folder.resolve("none"), bytes -> {}, elsewhere))
                .isInstanceOf(NoSuchFileException.class);
    }
}
