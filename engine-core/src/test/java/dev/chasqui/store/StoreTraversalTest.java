package dev.chasqui.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.Digest;
import dev.chasqui.api.ModelName;
import dev.chasqui.api.Progress;
import dev.chasqui.gguf.TinyGguf;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Names, digests and instructions that want out of the store. Around it lies what they could reach; nothing of that
/// may come, change or go.
class StoreTraversalTest {

    static final List<String> NASTY = List.of(
            "../../x",
            "../../../outside/secret",
            "..",
            ".",
            "./x",
            "/etc/passwd",
            "//etc/passwd",
            "..\\..\\x",
            "C:\\x",
            "a/../../x",
            "x:../../y",
            "a:b:c",
            "%2e%2e%2fx",
            "x\u0000y",
            "\uff0e\uff0e\uff0fx",
            "\u2024\u2024/x",
            "sm\u043ellm2",
            "x".repeat(81),
            "con",
            "nul.txt",
            "lib/COM1",
            "-x",
            ".x",
            "x/.y",
            "x y",
            "x\ny",
            "~/x",
            "");

    static final List<String> NASTY_DIGESTS = List.of(
            "sha256:../../../../outside/secret",
            "sha256-../../x",
            "sha256:",
            "sha256",
            "",
            "../" + "0".repeat(64),
            "sha256:" + "0".repeat(63),
            "sha256:" + "0".repeat(65),
            "sha256:" + "0".repeat(61) + "/..",
            "sha256:" + "0".repeat(64) + "/../../../outside/secret",
            "sha256:" + "\uff10".repeat(64),
            "sha512:" + "0".repeat(64),
            "/etc/passwd",
            "sha256:" + "0".repeat(63) + "\u0000");

    @TempDir
    Path around;

    private Path home;
    private ModelStore store;
    private Path library;
    private Map<String, String> outside;

    @BeforeEach
    void makeStoreAmongOtherThings() throws IOException {
        store = ModelStore.at(around.resolve("home/models"));
        library = store.root().resolve("manifests/registry.ollama.ai/library");
        home = Files.createDirectories(around.resolve("home"));
        TinyGguf.llama().write(home.resolve("tiny.gguf"));
        Files.writeString(Files.createDirectories(around.resolve("outside")).resolve("secret"), "keep me");
        store.create(name("good"), Modelfile.parse("FROM tiny.gguf"), home, Progress.NONE);
        outside = outside();
    }

    @AfterEach
    void nothingAroundTheStoreHasChanged() throws IOException {
        assertThat(outside()).isEqualTo(outside);
        assertThat(store.get(name("good")).gguf().architecture()).isEqualTo("llama");
    }

    static Stream<String> names() {
        return NASTY.stream();
    }

    static Stream<String> digests() {
        return NASTY_DIGESTS.stream();
    }

    @ParameterizedTest
    @MethodSource("names")
    void isNoName(String text) {
        assertThatThrownBy(() -> ModelName.parse(text)).hasMessage("invalid model name");
    }

    @ParameterizedTest
    @MethodSource("digests")
    void isNoDigest(String text) {
        assertThatThrownBy(() -> Digest.parse(text)).hasMessage("invalid digest format");
    }

    @ParameterizedTest
    @MethodSource("digests")
    void aManifestThatNamesSuchAFileSpoilsOnlyItself(String digest) throws IOException {
        String whole = Files.readString(library.resolve("good/latest"));
        String json = Json.quoted(digest);
        String evil = whole.replaceFirst("\"sha256:[0-9a-f]{64}\"", java.util.regex.Matcher.quoteReplacement(json));
        Files.writeString(Files.createDirectories(library.resolve("evil")).resolve("latest"), evil);

        assertThat(store.summaries()).extracting("name").containsExactly("good:latest");
        assertThatThrownBy(() -> store.get(name("evil"))).hasMessageContaining("invalid digest format");
        store.copy(name("evil"), name("evil2"));
        assertThat(store.verify(List.of(), Progress.NONE).damage()).hasSize(2);
        store.prune(Duration.ZERO);
        store.delete(name("evil"));
        store.delete(name("evil2"));
    }

    /// Paths of `FROM` and `ADAPTER` are the user's own, but only a GGUF file is taken in.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "FROM",
                "ADAPTER",
                "DRAFT",
                "TEMPLATE",
                "SYSTEM",
                "LICENSE",
                "MESSAGE user",
                "PARAMETER stop",
                "PARAMETER seed",
                "PARAMETER",
                "RENDERER",
                "PARSER",
                "REQUIRES",
                "UNKNOWN"
            })
    void anInstructionWithItIsRefusedOrMakesAWholeModel(String instruction) throws IOException {
        for (String value : NASTY) {
            String text = (instruction.equals("FROM") ? "" : "FROM tiny.gguf\n") + instruction + " " + value + "\n";
            try {
                store.create(name("made"), Modelfile.parse(text), home, Progress.NONE);
                store.delete(name("made"));
            } catch (BackendException e) {
                assertThat(e.kind()).as(text).isIn(BackendException.Kind.INVALID, BackendException.Kind.NOT_FOUND);
                assertThat(e).hasMessageNotContaining("keep me");
                assertThat(store.find(name("made"))).as(text).isEmpty();
            }
            assertThat(outside()).as(text).isEqualTo(outside);
        }
        assertThat(store.verify(List.of(), Progress.NONE).isWhole()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"registry.ollama.ai/library/link", "registry.ollama.ai/link", "link"})
    void aFolderOfNamesThatIsALinkIsNotFollowed(String place) throws IOException {
        Path elsewhere = Files.createDirectories(around.resolve("outside/a/b/latest"));
        Files.copy(library.resolve("good/latest"), elsewhere.resolve("latest"));
        outside = outside();
        Path link = store.root().resolve("manifests").resolve(place);
        Files.createDirectories(link.getParent());
        Files.createSymbolicLink(link, around.resolve("outside"));

        assertThat(store.summaries()).extracting("name").containsExactly("good:latest");
        for (String text : List.of("link", "link/b", "link/a/b", "link/a:b", "link:latest", "link/library/x")) {
            assertThatThrownBy(() -> store.delete(name(text))).hasMessageContaining("not found");
        }
    }

    @Test
    void aManifestThatIsALinkIsReadAndItsDeletionRemovesTheLinkOnly() throws IOException {
        Path elsewhere = Files.copy(library.resolve("good/latest"), around.resolve("outside/manifest"));
        outside = outside();
        Files.createSymbolicLink(
                Files.createDirectories(library.resolve("linked")).resolve("latest"), elsewhere);

        assertThat(store.summaries()).hasSize(2);
        store.delete(name("linked"));

        assertThat(store.summaries()).hasSize(1);
    }

    /// Every file and folder around the store with its content.
    private Map<String, String> outside() throws IOException {
        Map<String, String> found = new TreeMap<>();
        try (Stream<Path> files = Files.walk(around)) {
            for (Path file :
                    files.filter(file -> !file.startsWith(store.root())).toList()) {
                found.put(
                        file.toString(),
                        Files.isDirectory(file)
                                ? "folder"
                                : Digest.of(Files.readAllBytes(file)).hex());
            }
        }
        return found;
    }

    private static ModelName name(String text) {
        return ModelName.parse(text);
    }
}
