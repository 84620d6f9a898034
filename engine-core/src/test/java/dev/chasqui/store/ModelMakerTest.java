package dev.chasqui.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.BackendException.Kind;
import dev.chasqui.api.CreateRequest;
import dev.chasqui.api.Digest;
import dev.chasqui.api.Message;
import dev.chasqui.api.ModelName;
import dev.chasqui.api.Option;
import dev.chasqui.api.Options;
import dev.chasqui.api.Progress;
import dev.chasqui.gguf.TensorType;
import dev.chasqui.gguf.TinyGguf;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Models made of a request and of files that were sent before.
@Timeout(60)
class ModelMakerTest {

    private static final String NOBODY = "sha256:" + "0".repeat(64);

    /// Stands for llama.cpp's: the same weights, halved.
    private static final Quantizer HALVING = (source, target, type, done) -> {
        done.accept(source.weightsBytes() / 2);
        plain(TensorType.F16, 1).write(target);
    };

    @TempDir
    Path folder;

    private ModelStore store;

    @BeforeEach
    void makeStore() {
        store = ModelStore.at(folder.resolve("models"));
    }

    @Test
    void aModelIsMadeOfAFileThatWasSent() {
        Digest digest = send(TinyGguf.llama().bytes());
        List<String> steps = new ArrayList<>();

        StoredModel model = create(of("x", Map.of("x.gguf", digest)), line -> steps.add(line.status()));

        assertThat(model.weightsDigest()).isEqualTo(digest);
        assertThat(steps)
                .containsExactly("parsing GGUF", "using existing layer " + digest, "writing manifest", "success");
        assertThat(model.traits().family()).isEqualTo("llama");
    }

    @Test
    void everyFieldOfTheRequestIsInTheModel() {
        Map<String, Digest> files = Map.of(
                "a.gguf", send(TinyGguf.llama().bytes()),
                "eyes.gguf",
                        send(kind("mmproj").key("general.architecture", "clip").bytes()));
        CreateRequest request = new CreateRequest(
                "me/x:1",
                Optional.empty(),
                files,
                Map.of("lora.gguf", send(kind("adapter").bytes())),
                Optional.empty(),
                Optional.of("{{ .Prompt }}"),
                Optional.of("Be brief."),
                List.of("MIT", "Apache"),
                Options.NONE.with(Option.SEED, 7L),
                List.of(Message.user("hi")),
                Optional.of("r"),
                Optional.of("p"),
                Optional.of("0.14.0"));

        StoredModel model = create(request, Progress.NONE);

        assertThat(model.name().shortForm()).isEqualTo("me/x:1");
        assertThat(model.template()).contains("{{ .Prompt }}");
        assertThat(model.system()).contains("Be brief.");
        assertThat(model.licenses()).containsExactly("MIT", "Apache");
        assertThat(model.params().toMap()).isEqualTo(Map.of("seed", 7L));
        assertThat(model.messages()).containsExactly(Message.user("hi"));
        assertThat(model.projector()).isPresent();
        assertThat(model.adapter()).isPresent();
        assertThat(model.traits().families()).containsExactly("llama", "clip");
        assertThat(model.details(false).modelfile()).contains("RENDERER r\n", "PARSER p\n", "REQUIRES 0.14.0\n");

        StoredModel again =
                store.create(ModelName.parse("again"), Modelfile.parse(model.modelfile()), folder, Progress.NONE);
        assertThat(again.digest()).isEqualTo(model.digest());
    }

    @Test
    void partsOfASplitModelBecomeOneFileAndAreRemoved() {
        Map<String, Digest> parts = new HashMap<>();
        for (int i = 0; i < 3; i++)
            parts.put("big-0000" + (i + 1) + "-of-00003.gguf", send(part(i, 3).bytes()));
        List<String> steps = new ArrayList<>();

        StoredModel model = create(of("big", parts), line -> steps.add(line.status()));

        assertThat(model.weightFiles()).hasSize(1);
        assertThat(model.gguf().tensors()).hasSize(3);
        assertThat(model.traits().parameterSize()).isEqualTo(model.gguf().parameterSize());
        assertThat(steps)
                .startsWith("parsing GGUF", "merging parts")
                .contains("creating new layer " + model.weightsDigest());
        assertThat(parts.values()).noneMatch(store::hasBlob);
        assertThat(leftOvers()).isEmpty();
    }

    @Test
    void quantisedWeightsReplaceThoseThatWereSent() {
        Digest source = send(plain(TensorType.F32, 1).bytes());
        List<String> steps = new ArrayList<>();

        StoredModel model = store.create(
                of("x", Map.of("x.gguf", source)).withQuantize("f16"),
                HALVING,
                line -> steps.add(line.status() + " " + line.completedBytes() + "/" + line.totalBytes()));

        assertThat(model.traits().quantizationLevel()).isEqualTo("F16");
        assertThat(steps)
                .containsSubsequence(
                        "parsing GGUF 0/0",
                        "quantizing F32 model to F16 0/65536",
                        "quantizing F32 model to F16 32768/65536",
                        "quantizing F32 model to F16 65536/65536",
                        "verifying conversion 0/0",
                        "creating new layer " + model.weightsDigest() + " 0/0",
                        "success 0/0");
        assertThat(store.hasBlob(source)).isFalse();
        assertThat(leftOvers()).isEmpty();
    }

    @Test
    void aBaseIsQuantisedAndKeepsItsOwnWeightsAndWhatElseItHas() {
        StoredModel base = create(
                of("base", Map.of("x.gguf", send(plain(TensorType.F32, 1).bytes())))
                        .withSystem("Be brief."),
                Progress.NONE);

        StoredModel half = store.create(from("half", "base").withQuantize("F16"), HALVING, Progress.NONE);

        assertThat(half.system()).contains("Be brief.");
        assertThat(half.traits().quantizationLevel()).isEqualTo("F16");
        assertThat(store.get(ModelName.parse("base")).weightsDigest()).isEqualTo(base.weightsDigest());
    }

    @Test
    void weightsThatAreOfTheTypeAlreadyStayAsTheyAre() {
        Digest source = send(plain(TensorType.F16, 1).bytes());

        StoredModel model =
                store.create(of("x", Map.of("x.gguf", source)).withQuantize("F16"), Quantizer.NONE, Progress.NONE);

        assertThat(model.weightsDigest()).isEqualTo(source);
    }

    @Test
    void aQuantiserThatFailsLeavesTheStoreAsItWas() {
        Digest source = send(plain(TensorType.F32, 1).bytes());
        create(of("x", Map.of("x.gguf", send(TinyGguf.llama().bytes()))), Progress.NONE);
        List<String> before = files();
        Quantizer failing = (from, target, type, done) -> {
            write(target, new byte[100]);
            throw BackendException.failed("it died", new IOException());
        };
        Quantizer lying = (from, target, type, done) -> write(target, "hello".getBytes(StandardCharsets.UTF_8));

        for (Quantizer quantizer : List.of(failing, lying)) {
            assertThatThrownBy(() -> store.create(
                            of("x", Map.of("x.gguf", source)).withQuantize("Q8_0"), quantizer, Progress.NONE))
                    .isInstanceOf(BackendException.class);
            assertThat(files()).isEqualTo(before);
        }
    }

    @Test
    void twoMayQuantiseOneFileAtOnceAndTheFirstToEndTakesItFromNobody() throws Exception {
        Digest source = send(plain(TensorType.F32, 1).bytes());
        AtomicInteger turns = new AtomicInteger();
        Quantizer patient = (from, target, type, done) -> {
            // The first waits until the other, whose turn comes later, has its own name for the file.
            for (int i = 0; turns.get() == 0 && kept() < 2 && i < 4_000; i++) Thread.sleep(5);
            turns.incrementAndGet();
            HALVING.quantize(from, target, type, done);
        };
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<StoredModel>> models = new ArrayList<>();
            for (String name : List.of("a", "b")) {
                CreateRequest request = of(name, Map.of("x.gguf", source)).withQuantize("F16");
                models.add(threads.submit(() -> store.create(request, patient, Progress.NONE)));
            }
            for (Future<StoredModel> model : models)
                assertThat(model.get().weights()).exists();
        }
    }

    @Test
    void twoMayMakeOneNameAtOnceAndItIsOneOfThem() throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<StoredModel>> models = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                Digest digest = send(TinyGguf.llama().seed(i).bytes());
                CreateRequest request = of("x", Map.of("x.gguf", digest)).withSystem("s" + i);
                models.add(threads.submit(() -> create(request, Progress.NONE)));
            }
            for (Future<StoredModel> model : models) model.get();
        }
        assertThat(store.list()).hasSize(1);
        assertThat(store.get(ModelName.parse("x")).weights()).exists();
        assertThat(files()).filteredOn(file -> file.startsWith("blobs/")).hasSize(3); // the other's are gone
    }

    @ParameterizedTest
    @ValueSource(strings = {"../x.gguf", "/etc/shadow", "a/../b", "..", "", " ", "\\x", "a\\..\\b", "C:\\x", "a\0b"})
    void aFilesNameOnlyNamesAndMayNotClimb(String name) {
        assertThatThrownBy(() ->
                        create(of("x", Map.of(name, send(TinyGguf.llama().bytes()))), Progress.NONE))
                .hasMessageStartingWith("file path must be relative");
    }

    @Test
    void aFileCutAnywhereInItsHeadIsRefusedByItsNameAndTheStoreStays() {
        byte[] whole = TinyGguf.llama().bytes();
        for (int length = 0; length <= 64; length++) {
            Digest digest = send(Arrays.copyOf(whole, length));
            List<String> before = files();

            assertThatThrownBy(() -> create(of("x", Map.of("cut.gguf", digest)), Progress.NONE))
                    .as("cut after %d bytes", length)
                    .isInstanceOfSatisfying(
                            BackendException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INVALID))
                    .hasMessageContaining("cut.gguf")
                    .hasMessageNotContaining(folder.toString());
            assertThat(files()).isEqualTo(before);
        }
    }

    @Test
    void whatCannotBeMadeIsRefusedWithTheRemedy() {
        Digest tiny = send(TinyGguf.llama().bytes());
        Digest other = send(TinyGguf.llama().seed(2).bytes());
        Digest eyes = send(kind("mmproj").bytes());
        Digest lora = send(kind("adapter").bytes());
        Digest text = send("hello".getBytes(StandardCharsets.UTF_8));
        Digest bare =
                send(new TinyGguf().key("a", 1).tensor("t", TensorType.F32, 1).bytes());
        create(of("base", Map.of("x.gguf", tiny)), Progress.NONE);

        refused(from("x", "nobody"), "model 'nobody:latest' not found");
        refused(of("x", Map.of()), "neither 'from' or 'files' was specified");
        refused(of("../x", Map.of("a", tiny)), "invalid model name");
        refused(of("x", Map.of("a.gguf", Digest.parse(NOBODY))), "blob \"" + NOBODY + "\" not found, which a.gguf is");
        refused(of("x", Map.of("a.gguf", text)), "supplied file was not in GGUF format: a.gguf is not a GGUF file");
        refused(of("x", Map.of("m.safetensors", text)), "convert_hf_to_gguf.py");
        refused(of("x", Map.of("a", tiny, "b", other)), "a is a whole model, and b is of another");
        refused(of("x", Map.of("a", tiny, "b", tiny)), "a and b are one file");
        refused(of("x", Map.of("a", lora)), "a is an adapter; name it with ADAPTER");
        refused(of("x", Map.of("a", eyes)), "files holds no weights");
        refused(of("x", Map.of("a", bare)), "a: key general.architecture is missing");
        refused(
                of("x", Map.of("a-00001-of-00002.gguf", send(part(0, 2).bytes()))),
                "part 2 of 2 of the split model is missing");
        refused(adapted(Map.of("l", tiny)), "l is no adapter");
        refused(adapted(Map.of("l", lora, "m", eyes)), "only one adapter is currently supported");
        refused(
                of("x", Map.of("a", tiny)).withQuantize("Q9"),
                "unsupported quantization type Q9 - supported types are F32");
        refused(
                of("x", Map.of("a", tiny)).withQuantize("q4_k"),
                "quantization is only supported for F16, BF16 and F32 models; tensor blk.0.attn_q.weight is Q4_0");
        refused(from("x", "base").withQuantize("Q8_0"), "quantization is only supported for F16, BF16 and F32 models");

        assertThat(store.list()).hasSize(1);
        assertThat(leftOvers()).isEmpty();
    }

    private void refused(CreateRequest request, String message) {
        assertThatThrownBy(() -> store.create(request, HALVING, Progress.NONE))
                .isInstanceOf(BackendException.class)
                .hasMessageContaining(message);
    }

    private CreateRequest adapted(Map<String, Digest> adapters) {
        return CreateRequest.of("x").withFrom("base").withAdapters(adapters);
    }

    private StoredModel create(CreateRequest request, Progress progress) {
        return store.create(request, Quantizer.NONE, progress);
    }

    private static CreateRequest of(String model, Map<String, Digest> files) {
        return CreateRequest.of(model).withFiles(files);
    }

    private static CreateRequest from(String model, String base) {
        return CreateRequest.of(model).withFrom(base);
    }

    private Digest send(byte[] bytes) {
        Digest digest = Digest.of(bytes);
        store.takeBlob(digest, new ByteArrayInputStream(bytes));
        return digest;
    }

    private static TinyGguf kind(String kind) {
        return TinyGguf.llama().key("general.type", kind);
    }

    private static TinyGguf part(int number, int count) {
        return TinyGguf.head(128)
                .key("split.no", number)
                .key("split.count", count)
                .seed(number)
                .tensor("blk." + number + ".x", TensorType.F32, 1000);
    }

    private static TinyGguf plain(TensorType type, long seed) {
        return TinyGguf.head(128)
                .key("general.file_type", type == TensorType.F32 ? 0 : 1)
                .seed(seed)
                .tensor("token_embd.weight", type, 128, 128);
    }

    private long kept() {
        return files().stream().filter(file -> file.endsWith("/kept.gguf")).count();
    }

    private static void write(Path file, byte[] bytes) {
        try {
            Files.write(file, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// What belongs to no model and was not sent: nothing of that may stay.
    private List<String> leftOvers() {
        return files().stream()
                .filter(file -> !file.matches("blobs/sha256-[0-9a-f]{64}"))
                .filter(file -> !file.startsWith("manifests/") && !file.endsWith("lock"))
                .toList();
    }

    private List<String> files() {
        try (Stream<Path> files = Files.walk(store.root())) {
            return files.filter(file ->
                            Files.isRegularFile(file) && !file.toString().endsWith("lock"))
                    .map(file -> store.root().relativize(file).toString())
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
