package dev.chasqui.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.Digest;
import dev.chasqui.api.Message;
import dev.chasqui.api.ModelDetails;
import dev.chasqui.api.ModelName;
import dev.chasqui.api.Option;
import dev.chasqui.api.Progress;
import dev.chasqui.gguf.TensorInfo;
import dev.chasqui.gguf.TensorType;
import dev.chasqui.gguf.TinyGguf;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelStoreTest {

    @TempDir
    Path folder;

    private ModelStore store;

    @BeforeEach
    void makeStore() {
        store = ModelStore.at(folder.resolve("models"));
        TinyGguf.llama().write(folder.resolve("tiny.gguf"));
    }

    @Test
    void nothingIsMadeUntilSomethingIsWritten() {
        assertThat(store.list()).isEmpty();
        assertThat(store.find(name("x"))).isEmpty();
        assertThatThrownBy(() -> store.delete(name("x"))).hasMessage("model 'x:latest' not found");
        assertThatThrownBy(() -> store.copy(name("x"), name("y"))).hasMessage("model \"x:latest\" not found");

        assertThat(store.root()).doesNotExist();
    }

    @Test
    void aModelIsFoundAsItWasMade() {
        StoredModel model = create("me/tiny:q4", """
                FROM tiny.gguf
                PARAMETER temperature 1
                PARAMETER stop a
                PARAMETER stop "b c"
                SYSTEM Be brief.
                LICENSE MIT
                LICENSE Apache
                MESSAGE user hi
                MESSAGE assistant hello
                """);

        StoredModel found = store.get(name("me/tiny:q4"));
        assertThat(found.digest()).isEqualTo(model.digest());
        assertThat(found.weights()).hasSameBinaryContentAs(folder.resolve("tiny.gguf"));
        assertThat(found.system()).contains("Be brief.");
        assertThat(found.template()).isEmpty();
        assertThat(found.params().strings(Option.STOP)).containsExactly("a", "b c");
        assertThat(found.messages()).containsExactly(Message.user("hi"), Message.assistant("hello"));
        assertThat(found.licenses()).containsExactly("MIT", "Apache");
        assertThat(found.traits().family()).isEqualTo("llama");
        assertThat(found.traits().parameterSize()).isEqualTo("4K");
        assertThat(found.summary().name()).isEqualTo("me/tiny:q4");
        assertThat(found.summary().capabilities()).containsExactly("completion");
    }

    @Test
    void theDigestIsThatOfTheManifestAndTheSizeThatOfAllFiles() throws IOException {
        StoredModel model = create("tiny", "FROM tiny.gguf\nSYSTEM hi");

        Path manifest = store.root().resolve("manifests/registry.ollama.ai/library/tiny/latest");
        assertThat(model.digest()).isEqualTo(Digest.of(Files.readAllBytes(manifest)));
        try (Stream<Path> blobs = Files.list(store.root().resolve("blobs"))) {
            long bytes = blobs.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
            assertThat(model.sizeBytes()).isEqualTo(bytes);
        }
        assertThat(filesOf("blobs")).allMatch(file -> file.matches("sha256-[0-9a-f]{64}"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"TINY:Q4", "Tiny:q4", "library/tiny:q4", "registry.ollama.ai/library/TINY:q4"})
    void caseDoesNotCount(String text) {
        create("tiny:Q4", "FROM tiny.gguf");

        assertThat(store.get(name(text)).name().shortForm()).isEqualTo("tiny:Q4");
    }

    @Test
    void theNewestComesFirst() throws IOException {
        create("old", "FROM tiny.gguf");
        create("new", "FROM tiny.gguf");
        Path manifest = store.root().resolve("manifests/registry.ollama.ai/library/old/latest");
        Files.setLastModifiedTime(manifest, FileTime.from(Instant.EPOCH));

        assertThat(names()).containsExactly("new:latest", "old:latest");
    }

    @Test
    void oneDamagedEntrySpoilsOnlyItself() throws IOException {
        create("good", "FROM tiny.gguf");
        Path library = store.root().resolve("manifests/registry.ollama.ai/library");
        String whole = Files.readString(library.resolve("good/latest"));
        manifest("empty", "");
        manifest("text", "hello");
        manifest("array", "[]");
        manifest("nothing", "{}");
        manifest("cut", whole.substring(0, whole.length() / 2));
        manifest("deep", "[".repeat(100_000));
        manifest("large", " ".repeat(5 << 20));
        manifest("path", whole.replaceFirst("sha256:[0-9a-f]{64}", "sha256:../../../../../../etc/passwd"));
        manifest("digest", whole.replaceFirst("sha256:[0-9a-f]{64}", "sha256:"));
        manifest("size", whole.replaceFirst("\"size\":\\d+", "\"size\":-1"));
        manifest("missing", whole.replaceFirst("sha256:[0-9a-f]{64}", "sha256:" + "0".repeat(64)));
        Files.createDirectories(library.resolve("folder/latest/deeper"));
        Files.writeString(library.resolve("file"), "x");
        Files.writeString(Files.createDirectories(library.resolve("bad name")).resolve("latest"), whole);
        Files.createSymbolicLink(library.resolve("loop"), library);
        Files.createSymbolicLink(library.resolve("good/dangling"), folder.resolve("nowhere"));

        assertThat(names()).containsExactly("good:latest");
        assertThatThrownBy(() -> store.get(name("missing")))
                .isInstanceOf(BackendException.class)
                .hasMessageContaining("missing:latest")
                .hasMessageContaining("sha256-" + "0".repeat(64) + " is missing");
        assertThatThrownBy(() -> store.get(name("path"))).hasMessageContaining("invalid digest format");
    }

    @Test
    void aTextThatIsTooLongSpoilsOnlyItsOwnSummary() throws IOException {
        create("good", "FROM tiny.gguf");
        create("long", "FROM tiny.gguf\nTEMPLATE {{ .Prompt }}");
        byte[] text = new byte[(16 << 20) + 1];
        Digest digest = Digest.of(text);
        Files.write(store.root().resolve("blobs").resolve(digest.fileName()), text);
        Path manifest = store.root().resolve("manifests/registry.ollama.ai/library/long/latest");
        String template = "image.template\",\"digest\":\"";
        Files.writeString(
                manifest,
                Files.readString(manifest)
                        .replaceFirst(
                                template + "sha256:[0-9a-f]{64}\",\"size\":\\d+",
                                template + digest + "\",\"size\":" + text.length));

        assertThat(store.list()).hasSize(2);
        assertThat(store.summaries()).hasSize(1);
        assertThatThrownBy(() -> store.get(name("long")).template()).hasMessageContaining("at most 16777216");
    }

    @Test
    void aCutBlobIsNamed() throws IOException {
        Path weights = create("tiny", "FROM tiny.gguf").weights();
        Files.write(weights, new byte[10]);

        assertThat(store.list()).isEmpty();
        assertThatThrownBy(() -> store.get(name("tiny")))
                .hasMessageContaining(weights.toString())
                .hasMessageContaining("does not have the");
    }

    @Test
    void deletingKeepsWhatOthersUse() {
        StoredModel first = create("first", "FROM tiny.gguf\nSYSTEM one");
        create("second", "FROM tiny.gguf\nSYSTEM two");

        store.delete(name("FIRST"));

        assertThat(names()).containsExactly("second:latest");
        assertThat(first.weights()).exists();
        assertThat(store.get(name("second")).system()).contains("two");

        store.delete(name("second"));
        assertThat(filesOf("blobs")).isEmpty();
        assertThat(store.root().resolve("manifests")).isEmptyDirectory();
    }

    @Test
    void nothingIsRemovedWhileAManifestCannotBeRead() throws IOException {
        StoredModel model = create("tiny", "FROM tiny.gguf");
        manifest("broken", "{");

        store.delete(name("tiny"));

        assertThat(model.weights()).exists();
        store.delete(name("broken"));
        assertThat(store.list()).isEmpty();
    }

    @Test
    void aManifestOutsideCannotMakeUsDeleteAnything() throws IOException {
        create("tiny", "FROM tiny.gguf");
        Path outside = Files.createDirectories(folder.resolve("outside/evil"));
        Files.writeString(outside.resolve("latest"), "{}");
        Files.createSymbolicLink(store.root().resolve("manifests/registry.ollama.ai/link"), folder.resolve("outside"));

        assertThatThrownBy(() -> store.delete(name("link/evil"))).hasMessage("model 'link/evil:latest' not found");
        assertThat(outside.resolve("latest")).exists();
    }

    @Test
    void aCopySharesItsFiles() {
        create("tiny", "FROM tiny.gguf\nSYSTEM hi");
        List<String> before = filesOf("blobs");

        store.copy(name("tiny"), name("other/tiny:two"));

        assertThat(filesOf("blobs")).isEqualTo(before);
        assertThat(store.get(name("other/tiny:two")).digest())
                .isEqualTo(store.get(name("tiny")).digest());
    }

    @Test
    void aCopyOverAnotherModelRemovesWhatOnlyThatOneNeeded() {
        create("tiny", "FROM tiny.gguf\nSYSTEM one");
        StoredModel before = create("other", "FROM tiny.gguf\nSYSTEM two");

        store.copy(name("tiny"), name("other"));

        assertThat(store.get(name("other")).system()).contains("one");
        assertThat(before.weights()).exists();
        assertThat(filesOf("blobs"))
                .hasSize(store.get(name("tiny")).manifest().digests().size());
    }

    @Test
    void aLicenceOfTheBaseThatIsGivenAgainIsOneLicence() {
        create("base", "FROM ./tiny.gguf\nLICENSE MIT");

        StoredModel model = create("derived", "FROM base\nLICENSE MIT\nLICENSE Mine");

        assertThat(model.licenses()).containsExactly("MIT", "Mine");
    }

    @Test
    void aModelMadeFromAnotherKeepsWhatIsNotReplaced() {
        create("base", "FROM tiny.gguf\nPARAMETER top_k 5\nPARAMETER seed 1\nSYSTEM old\nMESSAGE user hi\nLICENSE MIT");

        StoredModel model = create("derived", "FROM base\nPARAMETER seed 2\nSYSTEM new\nTEMPLATE {{ .Prompt }}");

        assertThat(model.system()).contains("new");
        assertThat(model.template()).contains("{{ .Prompt }}");
        assertThat(model.params().toMap()).isEqualTo(Map.of("top_k", 5L, "seed", 2L));
        assertThat(model.messages()).containsExactly(Message.user("hi"));
        assertThat(model.licenses()).containsExactly("MIT");
        assertThat(model.weights()).isEqualTo(store.get(name("base")).weights());
        assertThat(model.traits()).isEqualTo(store.get(name("base")).traits().withParentModel("base:latest"));
    }

    @Test
    void makingAModelAnewRemovesWhatOnlyTheOldOneUsed() {
        Path old = create("tiny", "FROM tiny.gguf").weights();
        TinyGguf.llama().seed(2).write(folder.resolve("other.gguf"));

        StoredModel fresh = create("TINY", "FROM other.gguf");

        assertThat(fresh.name().shortForm()).isEqualTo("tiny:latest");
        assertThat(fresh.weights()).hasSameBinaryContentAs(folder.resolve("other.gguf"));
        assertThat(old).doesNotExist();
    }

    @Test
    void theStepsAreToldInOllamasWords() {
        List<String> first = new ArrayList<>();
        List<String> second = new ArrayList<>();

        store.create(name("a"), Modelfile.parse("FROM tiny.gguf"), folder, line -> first.add(line.status()));
        store.create(name("b"), Modelfile.parse("FROM tiny.gguf"), folder, line -> second.add(line.status()));

        assertThat(first).startsWith("copying tiny.gguf", "parsing GGUF").endsWith("writing manifest", "success");
        assertThat(first).anyMatch(status -> status.startsWith("creating new layer sha256:"));
        assertThat(second).noneMatch(status -> status.startsWith("creating new layer"));
        assertThat(second).anyMatch(status -> status.startsWith("using existing layer sha256:"));
    }

    @Test
    void adapterProjectorAndAllPartsOfASplitModelAreTakenIn() {
        TinyGguf.llama().key("split.count", 2).write(folder.resolve("big-00001-of-00002.gguf"));
        new TinyGguf()
                .key("split.no", 1)
                .key("split.count", 2)
                .tensor("blk.1.x", TensorType.F32, 32)
                .write(folder.resolve("big-00002-of-00002.gguf"));
        llamaOfKind("adapter").write(folder.resolve("lora.gguf"));
        llamaOfKind("mmproj").write(folder.resolve("mmproj.gguf"));

        StoredModel model =
                create("big", "FROM ./big-00001-of-00002.gguf\nFROM mmproj.gguf\nADAPTER " + folder + "/lora.gguf");

        assertThat(model.weightFiles()).hasSize(1);
        assertThat(model.gguf().tensors())
                .extracting(TensorInfo::name)
                .containsExactly("token_embd.weight", "blk.0.attn_q.weight", "blk.1.x");
        assertThat(model.projector())
                .hasValueSatisfying(file -> assertThat(file).exists());
        assertThat(model.adapter()).hasValueSatisfying(file -> assertThat(file).exists());
        assertThat(model.capabilities()).containsExactly("completion", "vision");
    }

    @Test
    void aFolderStandsForTheGgufFilesInIt() throws IOException {
        Path sub = Files.createDirectory(folder.resolve("sub"));
        TinyGguf.llama().write(sub.resolve("a.gguf"));
        llamaOfKind("mmproj").write(sub.resolve("b.GGUF"));
        Files.writeString(sub.resolve("README.md"), "hi");

        assertThat(create("x", "FROM ./sub").projector()).isPresent();

        assertThatThrownBy(() -> create("y", "FROM " + Files.createDirectory(folder.resolve("none"))))
                .hasMessageEndingWith("none holds no .gguf file");
        Files.writeString(folder.resolve("none/model.safetensors"), "x");
        assertThatThrownBy(() -> create("y", "FROM ./none")).hasMessageContaining("convert_hf_to_gguf.py");
    }

    @Test
    @Timeout(30)
    void aPipeIsNotWaitedFor() throws Exception {
        Path pipe = folder.resolve("pipe.gguf");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();

        assertThatThrownBy(() -> create("x", "FROM pipe.gguf")).hasMessageContaining("is not a regular file");
        assertThatThrownBy(() -> create("x", "FROM tiny.gguf\nADAPTER pipe.gguf"))
                .hasMessageContaining("is not a regular file");
        assertThatThrownBy(() -> create("x", "FROM /dev/zero")).hasMessageContaining("is not a regular file");
        assertThat(store.root()).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            FROM nothing                       | model 'nothing:latest' not found
            FROM ./nothing.gguf                | FROM names a file that does not exist: ./nothing.gguf
            FROM a b                           | invalid model name
            FROM weights.safetensors           | FROM names a file that does not exist
            FROM text.gguf                     | text.gguf is not a GGUF file: it starts with "hello"
            FROM cut.gguf                      | cut.gguf is truncated
            FROM lora.gguf                     | is an adapter
            FROM split-00001-of-00002.gguf     | split-00002-of-00002.gguf of the model is missing
            FROM bare.gguf                     | key general.architecture is missing
            FROM tiny.gguf{}ADAPTER none.gguf  | ADAPTER names a file that does not exist
            FROM tiny.gguf{}ADAPTER a{}ADAPTER b | only one adapter is currently supported
            FROM tiny.gguf{}PARAMETER x 1      | unknown parameter 'x'
            FROM tiny.gguf{}PARAMETER top_p 2  | option "top_p" is 2.0; expected in [0, 1]
            """)
    void aWrongModelfileLeavesNothingBehind(String modelfile, String message) throws IOException {
        byte[] whole = TinyGguf.llama().bytes();
        Files.writeString(folder.resolve("text.gguf"), "hello");
        Files.write(folder.resolve("cut.gguf"), java.util.Arrays.copyOf(whole, whole.length - 10));
        Files.write(folder.resolve("split-00001-of-00002.gguf"), whole);
        llamaOfKind("adapter").write(folder.resolve("lora.gguf"));
        new TinyGguf().key("a", 1).tensor("t", TensorType.F32, 1).write(folder.resolve("bare.gguf"));

        assertThatThrownBy(() -> create("x", modelfile.replace("{}", "\n")))
                .isInstanceOf(BackendException.class)
                .hasMessageContaining(message);

        assertThat(store.list()).isEmpty();
        assertThat(filesOf("blobs")).isEmpty();
        assertThat(filesOf("blobs/.chasqui")).isEmpty();
        assertThat(filesOf("blobs/.chasqui-uploads")).isEmpty();
    }

    @Test
    void showTellsEverything() {
        TinyGguf.llama()
                .key("tokenizer.chat_template", "{{ messages }} {{ tools }} <think></think>")
                .key("long", List.of(1, 2, 3, 4, 5, 6))
                .key("short", List.of(1, 2, 3, 4, 5))
                .write(folder.resolve("tiny.gguf"));
        StoredModel model = create("tiny", """
                FROM tiny.gguf
                PARAMETER temperature 1
                PARAMETER top_p 0.5
                PARAMETER stop "x\\"y"
                SYSTEM hi
                LICENSE MIT
                MESSAGE user hello
                """);

        ModelDetails details = model.details(false);

        assertThat(details.modelfile()).isEqualTo("""
                # Modelfile generated by "chasqui show"
                # To build a new Modelfile based on this, replace FROM with:
                # FROM tiny:latest

                FROM %s
                TEMPLATE {{ messages }} {{ tools }} <think></think>
                SYSTEM hi
                PARAMETER stop x\\"y
                PARAMETER temperature 1
                PARAMETER top_p 0.5
                LICENSE MIT
                MESSAGE user hello
                """.formatted(model.weights()));
        assertThat(details.parameters().lines())
                .containsExactly(
                        "stop                           \"x\\\\\\\"y\"",
                        "temperature                    1",
                        "top_p                          0.5");
        assertThat(details.template()).isEqualTo("{{ messages }} {{ tools }} <think></think>");
        assertThat(details.capabilities()).containsExactly("completion", "tools", "thinking");
        assertThat(details.modelInfo())
                .containsEntry("long", List.of())
                .containsEntry("short", List.of(1L, 2L, 3L, 4L, 5L))
                .containsEntry("general.parameter_count", 4480L)
                .doesNotContainKeys("general.name", "tokenizer.chat_template");
        assertThat(model.details(true).modelInfo()).containsEntry("long", List.of(1L, 2L, 3L, 4L, 5L, 6L));
        assertThat(details.tensors())
                .contains(new ModelDetails.Tensor("blk.0.attn_q.weight", "Q4_0", List.of(64L, 64L)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{{ messages }}\n", ""})
    void aShownModelfileMakesTheSameModelAgain(String template) {
        TinyGguf gguf = TinyGguf.llama();
        if (!template.isEmpty()) gguf.key("tokenizer.chat_template", template);
        gguf.write(folder.resolve("tiny.gguf"));
        StoredModel model = create("tiny", "FROM tiny.gguf\nSYSTEM \"\"\"a\nb\"\"\"\nPARAMETER stop \" x\"");

        StoredModel again = create("again", model.modelfile());

        assertThat(again.digest()).isEqualTo(model.digest());
    }

    @Test
    void whatAModelRequiresAndItsProjectorSaysIsShown() {
        TinyGguf.llama()
                .key("general.type", "mmproj")
                .key("clip.vision.block_count", 3)
                .write(folder.resolve("eyes.gguf"));
        StoredModel model = create("tiny", "FROM tiny.gguf\nFROM eyes.gguf\nREQUIRES 0.14.0");

        ModelDetails shown = model.details(false);

        assertThat(shown.requires()).hasValue("0.14.0");
        assertThat(shown.projectorInfo()).containsEntry("clip.vision.block_count", 3L);
        assertThat(create("blind", "FROM tiny.gguf").details(false).projectorInfo())
                .isEmpty();
    }

    @Test
    void anEmbeddingModelIsNoneThatCompletes() {
        TinyGguf.llama().key("llama.pooling_type", 1).write(folder.resolve("tiny.gguf"));

        assertThat(create("e", "FROM tiny.gguf").capabilities()).containsExactly("embedding");
    }

    @Test
    void aFileIsTakenInByItsDigest() throws IOException {
        byte[] bytes = Files.readAllBytes(folder.resolve("tiny.gguf"));
        Digest digest = Digest.of(bytes);
        assertThat(store.hasBlob(digest)).isFalse();

        assertThat(store.takeBlob(digest, new ByteArrayInputStream(bytes))).isTrue();

        assertThat(store.root().resolve("blobs").resolve(digest.fileName())).hasBinaryContent(bytes);
        assertThat(store.hasBlob(digest)).isTrue();
        assertThat(store.takeBlob(digest, InputStream.nullInputStream())).isFalse();
        assertThat(create("tiny", "FROM tiny.gguf").weightsDigest()).isEqualTo(digest);
    }

    @Test
    void aFileThatIsNotWhatItWasSaidToBeLeavesNothingBehind() throws IOException {
        Digest digest = Digest.of(new byte[] {1});
        InputStream cut = new SequenceInputStream(new ByteArrayInputStream(new byte[] {1}), new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("gone");
            }
        });

        assertThatThrownBy(() -> store.takeBlob(digest, new ByteArrayInputStream(new byte[] {2})))
                .hasMessage("digest mismatch, expected \"%s\", got \"%s\"", digest, Digest.of(new byte[] {2}));
        assertThatThrownBy(() -> store.takeBlob(digest, cut))
                .hasMessage("the upload of %s broke off: gone", digest)
                .extracting(e -> ((BackendException) e).kind())
                .isEqualTo(BackendException.Kind.CANCELLED);
        try (Stream<Path> left = Files.walk(store.root())) {
            assertThat(left.filter(Files::isRegularFile)).isEmpty();
        }
    }

    @Test
    void anUploadThatWasAbandonedADayAgoIsRemovedByTheNext() throws IOException {
        Path uploads = Files.createDirectories(store.root().resolve("blobs/.chasqui-uploads"));
        Path old = Files.writeString(uploads.resolve("old.tmp"), "x");
        Path running = Files.writeString(uploads.resolve("running.tmp"), "x");
        Files.setLastModifiedTime(old, FileTime.from(Instant.now().minusSeconds(90_000)));

        store.takeBlob(Digest.of(new byte[] {1}), new ByteArrayInputStream(new byte[] {1}));

        assertThat(old).doesNotExist();
        assertThat(running).exists();
    }

    @Test
    void aFileWhereTheFolderShouldBeMakesTheStoreUnreadable() throws IOException {
        assertThat(store.unreadable()).isEmpty();

        Files.writeString(store.root(), "no folder");

        assertThat(store.unreadable().orElseThrow()).contains(store.root().toString(), "set OLLAMA_MODELS");
    }

    @Test
    void theFolderComesFromTheEnvironment() {
        Path home = Path.of(System.getProperty("user.home"));

        assertThat(ModelStore.defaultRoot(Map.of())).isEqualTo(home.resolve(".ollama/models"));
        assertThat(ModelStore.defaultRoot(Map.of("OLLAMA_MODELS", ""))).isEqualTo(home.resolve(".ollama/models"));
        assertThat(ModelStore.defaultRoot(Map.of("OLLAMA_MODELS", " \"/m/x\" ")))
                .isEqualTo(Path.of("/m/x"));
        assertThat(ModelStore.defaultRoot(Map.of("OLLAMA_MODELS", "~/m"))).isEqualTo(home.resolve("m"));
    }

    private StoredModel create(String name, String modelfile) {
        return store.create(name(name), Modelfile.parse(modelfile), folder, Progress.NONE);
    }

    private static TinyGguf llamaOfKind(String kind) {
        return TinyGguf.llama().key("general.type", kind);
    }

    private void manifest(String model, String text) throws IOException {
        Path library = store.root().resolve("manifests/registry.ollama.ai/library");
        Files.writeString(Files.createDirectories(library.resolve(model)).resolve("latest"), text);
    }

    private List<String> names() {
        return store.list().stream().map(model -> model.name().shortForm()).toList();
    }

    private List<String> filesOf(String sub) {
        try (Stream<Path> files = Files.list(store.root().resolve(sub))) {
            return files.filter(Files::isRegularFile)
                    .map(file -> file.getFileName().toString())
                    .sorted()
                    .toList();
        } catch (java.nio.file.NoSuchFileException e) {
            return List.of();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static ModelName name(String text) {
        return ModelName.parse(text);
    }
}
