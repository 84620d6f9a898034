package dev.chasqui.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkFolderTest {

    @TempDir
    private Path parent;

    @Test
    void aFolderGoesWithAllItHolds() throws Exception {
        Path file;
        try (WorkFolder folder = WorkFolder.make(parent)) {
            file = Files.writeString(folder.file("a"), "x");
            assertThat(file).exists();
        }

        assertThat(parent).isEmptyDirectory();
    }

    @Test
    void whatAKilledProcessLeftADayAgoGoesWithTheNextAndWhatIsInUseStays() throws Exception {
        Path old = Files.createDirectory(parent.resolve("work-old"));
        Files.writeString(old.resolve("quantized.gguf"), "x");
        Files.setLastModifiedTime(old, FileTime.from(Instant.now().minusSeconds(90_000)));
        Path running = Files.createDirectory(parent.resolve("work-running"));
        Path other = Files.writeString(parent.resolve("lock"), "");
        Files.setLastModifiedTime(other, FileTime.from(Instant.EPOCH));

        WorkFolder.make(parent).close();

        assertThat(old).doesNotExist();
        assertThat(running).exists();
        assertThat(other).exists();
    }

    @Test
    void aFileKeptUnderAnotherNameOutlivesItsOwn() throws Exception {
        Path file = Files.writeString(parent.resolve("file"), "x");
        try (WorkFolder folder = WorkFolder.make(parent)) {
            Path kept = folder.keep(file);
            Files.delete(file);

            assertThat(kept).hasContent("x");
        }
    }
}
