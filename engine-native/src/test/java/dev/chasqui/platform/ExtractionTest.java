package dev.chasqui.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class ExtractionTest {

    private final NativeIndex index = NativeIndex.find(Platform.host()).orElseThrow();

    @TempDir
    private Path cache;

    @Test
    void everyFileArrivesAndNothingElseIsLeft() throws Exception {
        Path folder = Extraction.extract(index, natives());

        assertThat(index.isCompleteIn(folder)).isTrue();
        assertThat(in(folder)).hasSameSizeAs(index.entries());
        assertThat(in(natives())).containsExactlyInAnyOrder(folder.getFileName() + "", folder.getFileName() + ".lock");
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aSecondStartExtractsNothing() throws Exception {
        Path folder = Extraction.extract(index, natives());
        Object before = Files.readAttributes(folder, "unix:ino,ctime");

        Extraction.extract(index, natives());

        assertThat(Files.readAttributes(folder, "unix:ino,ctime")).isEqualTo(before);
    }

    @Test
    void aFolderThatLostOrCutAFileIsMadeAnew() throws Exception {
        Path folder = Extraction.extract(index, natives());
        Path llama = Platform.host().find(folder, "llama").orElseThrow();
        Path base = Platform.host().find(folder, "ggml-base").orElseThrow();
        Files.write(llama, new byte[10]);
        Files.delete(base);
        Files.createDirectory(natives().resolve("." + folder.getFileName() + "-left-by-a-crash"));

        Extraction.extract(index, natives());

        assertThat(index.isCompleteIn(folder)).isTrue();
        assertThat(in(natives())).hasSize(2);
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void onlyThisUserMayEnterTheFolder() throws Exception {
        Path folder = Extraction.extract(index, natives());

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
                .isEqualTo("rwx------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(natives())))
                .isEqualTo("rwx------");
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aFolderThatOthersMayWriteToIsRefused() throws Exception {
        Files.createDirectory(natives());
        Files.setPosixFilePermissions(natives(), PosixFilePermissions.fromString("rwxrwxrwx"));

        assertThatThrownBy(() -> Extraction.extract(index, natives()))
                .isInstanceOf(NativeLibraryException.class)
                .hasMessageContaining("others may write to " + natives())
                .hasMessageContaining("CHASQUI_CACHE_DIR");
    }

    @Test
    void aFolderThatCannotBeWrittenIsAnErrorWithTheRemedy() throws Exception {
        Path file = Files.createFile(cache.resolve("a-file"));

        assertThatThrownBy(() -> Extraction.extract(index, file.resolve("natives")))
                .isInstanceOf(NativeLibraryException.class)
                .hasMessageContaining("cannot keep the native libraries in " + file.resolve("natives"))
                .hasMessageContaining("or set CHASQUI_CACHE_DIR to another folder");
    }

    @Test
    void aDamagedJarIsRefusedAndNothingIsLeft() throws Exception {
        NativeIndex.Entry first = index.entries().getFirst();
        NativeIndex damaged = new NativeIndex(
                index.classifier(),
                List.of(new NativeIndex.Entry(first.name(), first.size(), "0".repeat(64))),
                index.hash());

        assertThatThrownBy(() -> Extraction.extract(damaged, natives()))
                .hasMessageContaining("is damaged: " + first.name());
        assertThat(in(natives())).allMatch(name -> name.endsWith(".lock"));
    }

    @Test
    void twoJvmsMayExtractIntoOneEmptyCacheAtTheSameTime() throws Exception {
        Map<String, String> environment = Map.of("CHASQUI_CACHE_DIR", cache.toString());
        Process one = Jvm.start(LoadsNatives.class, environment, Jvm.classPath());
        Process two = Jvm.start(LoadsNatives.class, environment, Jvm.classPath());

        Jvm.Result first = Jvm.finish(one);
        Jvm.Result second = Jvm.finish(two);

        assertThat(first.status()).as(first.output()).isZero();
        assertThat(second.status()).as(second.output()).isZero();
        assertThat(first.output()).contains("found true");
        assertThat(second.output()).contains("found true");
        assertThat(in(natives())).noneMatch(name -> name.startsWith("."));
    }

    private Path natives() {
        return cache.resolve("natives");
    }

    private static List<String> in(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }
}
