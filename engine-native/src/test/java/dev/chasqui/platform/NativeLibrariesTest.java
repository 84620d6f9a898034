package dev.chasqui.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs(OS.LINUX)
class NativeLibrariesTest {

    @TempDir
    private Path temp;

    @Test
    void oneProvenVariantIsLoadedAndNoOtherIsTouched() throws Exception {
        Jvm.Result first = load(Map.of());
        Jvm.Result second = load(Map.of());

        String variant = value(second, "variant");
        assertThat(first.output()).contains("remembered false");
        assertThat(second.output()).contains("remembered true");
        assertThat(mapped(second))
                .filteredOn(name -> name.contains("-cpu"))
                .containsExactly("libggml-cpu-" + variant + ".so");
        assertThat(mapped(second))
                .filteredOn(name -> name.startsWith("libllama"))
                .hasSize(1);
        assertThat(variant).isEqualTo(best());
    }

    @Test
    void anOwnBuildUnderOtherFileNamesIsUsed() throws Exception {
        Path own = ownBuild();

        Jvm.Result result = load(Map.of("CHASQUI_LLAMA_DIR", own.toString()));

        assertThat(result.status()).as(result.output()).isZero();
        assertThat(value(result, "folder")).isEqualTo(own.toString());
        assertThat(mapped(result)).contains("libllama.so.0.5.0", "libggml.so.0", "libggml-cpu.so");
    }

    @Test
    void aGpuLibraryThatCannotBeUsedIsLeftOutWithItsReason() throws Exception {
        Path own = ownBuild();
        compile("void no_such_driver(void); void f(void) { no_such_driver(); }", own.resolve("libggml-vulkan.so"));
        Files.writeString(own.resolve("libggml-cuda.so"), "cut off");

        Jvm.Result result = load(Map.of("CHASQUI_LLAMA_DIR", own.toString()));

        assertThat(result.status()).as(result.output()).isZero();
        assertThat(result.output())
                .containsPattern("gpu cuda is not used, the CPU is: .*libggml-cuda.so.*")
                .containsPattern("gpu vulkan is not used, the CPU is: .*libggml-vulkan.so.*");
        assertThat(value(result, "found")).isEqualTo("true");
    }

    @Test
    void anOwnBuildOfAnotherVersionIsRefusedByBothVersions() throws Exception {
        Path own = ownBuild();
        compile("const char * llama_version(void) { return \"0.3.9\"; }", own.resolve("libllama.so.0.5.0"));

        Jvm.Result result = load(Map.of("CHASQUI_LLAMA_DIR", own.toString()));

        assertThat(result.status()).isEqualTo(1);
        assertThat(result.output()).contains("is llama.cpp 0.3.9; these bindings are made for 0.5.0");
    }

    @Test
    void anOwnBuildWithoutAVersionIsRefused() throws Exception {
        Path own = ownBuild();
        compile("int llama_something(void) { return 1; }", own.resolve("libllama.so.0.5.0"));

        Jvm.Result result = load(Map.of("CHASQUI_LLAMA_DIR", own.toString()));

        assertThat(result.output()).contains("has no symbol llama_version").contains("0.5.0");
    }

    @Test
    void aFolderWithoutLlamaIsRefused() throws Exception {
        Jvm.Result nothing = load(Map.of("CHASQUI_LLAMA_DIR", temp.toString()));
        Jvm.Result missing =
                load(Map.of("CHASQUI_LLAMA_DIR", temp.resolve("nowhere").toString()));

        assertThat(nothing.output()).contains("refused: CHASQUI_LLAMA_DIR is " + temp + ", which holds no libllama");
        assertThat(missing.output()).contains("which is not a folder");
    }

    @Test
    void withoutAClassifierJarTheErrorNamesIt() throws Exception {
        Path classes = temp.resolve("classes/dev/chasqui/platform");
        Files.createDirectories(classes);
        for (Path file : files(Jvm.placeOf(NativeLibraries.class).resolve("dev/chasqui/platform"))) {
            if (Files.isRegularFile(file)) Files.copy(file, classes.resolve(file.getFileName()));
        }
        String classPath = temp.resolve("classes") + ":" + Jvm.placeOf(LoadsNatives.class);

        Jvm.Result result = Jvm.finish(Jvm.start(LoadsNatives.class, Map.of(), classPath));

        String platform = Platform.host().name();
        assertThat(result.output())
                .contains("refused: no native libraries for " + platform + " on the class path: add engine-native-")
                .contains("-" + platform + ".jar")
                .contains("Searched: " + temp.resolve("classes"));
    }

    @Test
    void aSecondCopyOfLlamaInOneProcessIsRefused() throws Exception {
        Jvm.Result result = Jvm.run(LoadsTwice.class, Map.of("CHASQUI_CACHE_DIR", cache()), ownBuild());

        assertThat(result.output()).contains("this process has already loaded").contains("must not be loaded twice");
    }

    private Jvm.Result load(Map<String, String> environment) throws Exception {
        Map<String, String> all = new HashMap<>(environment);
        all.put("CHASQUI_CACHE_DIR", cache());
        return Jvm.run(LoadsNatives.class, all);
    }

    private String cache() {
        return temp.resolve("cache").toString();
    }

    /// The shipped libraries under the names a build from source gives them, without the variants.
    private Path ownBuild() throws IOException {
        Platform host = Platform.host();
        Path shipped = Extraction.extract(NativeIndex.find(host).orElseThrow(), temp.resolve("shipped"));
        Path own = Files.createDirectories(temp.resolve("own"));
        Files.copy(host.find(shipped, "llama").orElseThrow(), own.resolve("libllama.so.0.5.0"));
        Files.copy(host.find(shipped, "ggml").orElseThrow(), own.resolve("libggml.so.0"));
        Files.copy(host.find(shipped, "ggml-base").orElseThrow(), own.resolve("libggml-base.so"));
        Files.copy(shipped.resolve("libggml-cpu-" + best() + ".so"), own.resolve("libggml-cpu.so"));
        return own;
    }

    private String best() {
        Path shipped = Extraction.extract(NativeIndex.find(Platform.host()).orElseThrow(), temp.resolve("shipped"));
        return CpuVariant.candidates(Platform.host(), shipped, CpuFeatures.read())
                .getFirst()
                .name();
    }

    private void compile(String source, Path library) throws Exception {
        Path file = Files.writeString(temp.resolve("fake.c"), source);
        Process compiler = new ProcessBuilder("g++", "-shared", "-fPIC", "-x", "c", "-o", library + "", file + "")
                .inheritIO()
                .start();
        assertThat(compiler.waitFor()).isZero();
    }

    private static String value(Jvm.Result result, String key) {
        return result.output()
                .lines()
                .filter(line -> line.startsWith(key + " "))
                .map(line -> line.substring(key.length() + 1))
                .findFirst()
                .orElseThrow(() -> new AssertionError(result.output()));
    }

    private static List<String> mapped(Jvm.Result result) {
        return result.output()
                .lines()
                .filter(line -> line.startsWith("mapped "))
                .map(line -> line.substring("mapped ".length()))
                .toList();
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }
}
