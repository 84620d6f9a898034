package dev.chasqui.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.chasqui.llama.Decoder.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LlamaModelTest {

    @TempDir
    private Path folder;

    @Test
    void itSaysWhatItIs() {
        try (LlamaModel model = Tiny.model()) {
            assertThat(model.trainedContextTokens()).isEqualTo(2048);
            assertThat(model.layers()).isEqualTo(2);
            assertThat(model.embeddingLength()).isEqualTo(256);
            assertThat(model.slidingWindow()).isZero();
            assertThat(model.chatTemplate()).contains(TinyModel.CHATML);
            assertThat(model.metadata("general.name")).contains("tiny");
            assertThat(model.metadata("tokenizer.chat_template")).contains(TinyModel.CHATML);
            assertThat(model.metadata("no.such.key")).isEmpty();
            assertThat(model.metadata("nul\0key")).isEmpty();
            assertThat(model.parameters()).isGreaterThan(500_000);
            assertThat(model.sizeBytes()).isBetween(100_000L, Files.size(Tiny.file()));
            assertThat(model.description()).startsWith("llama");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void theLibraryKnowsItsDevices() {
        assertThat(Llama.version()).startsWith("0.5.0");
        assertThat(Llama.systemInfo()).contains("CPU");
        assertThat(Llama.devices())
                .anySatisfy(device -> assertThat(device.kind()).isEqualTo(Llama.Device.Kind.CPU))
                .allSatisfy(device -> assertThat(device.totalBytes()).isNotNegative());
    }

    @Test
    void placesOnGpusAreHarmlessWithoutOneAndWrongOnesAreRefused() throws IOException {
        ModelSettings everywhere = ModelSettings.DEFAULT
                .withGpuLayers(2)
                .withMainGpu(0)
                .withTensorSplit(List.of(3f, 1f))
                .withExceptions(List.of(new ModelSettings.Elsewhere("ffn_up", "CPU")));
        try (LlamaModel model = LlamaModel.open(Tiny.file(), everywhere)) {
            assertThat(model.layers()).isEqualTo(2);
        }

        ModelSettings unknown =
                ModelSettings.DEFAULT.withExceptions(List.of(new ModelSettings.Elsewhere("ffn_up", "CUDA7")));
        assertThatExceptionOfType(LlamaException.class)
                .isThrownBy(() -> LlamaModel.open(Tiny.file(), unknown).close())
                .withMessage("no device here has a memory named CUDA7");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ModelSettings.DEFAULT.withTensorSplit(List.of(0f, 0f)))
                .withMessageContaining("tensor split is [0.0, 0.0]");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ModelSettings.DEFAULT.withMainGpu(16))
                .withMessage("main_gpu is 16; expected at most 15");
    }

    @Test
    void aFileThatIsNoModelIsAnExceptionThatNamesItAndTheReason() throws IOException {
        byte[] tiny = Files.readAllBytes(Tiny.file());
        List<Path> bad = new ArrayList<>();
        bad.add(folder.resolve("missing.gguf"));
        bad.add(folder);
        bad.add(Files.write(folder.resolve("empty.gguf"), new byte[0]));
        bad.add(Files.write(folder.resolve("text.gguf"), "not a model".getBytes()));
        for (int length : new int[] {3, 4, 24, 100, 5_000, tiny.length / 2, tiny.length - 1000}) {
            bad.add(Files.write(folder.resolve("cut" + length + ".gguf"), Arrays.copyOf(tiny, length)));
        }

        for (Path file : bad) {
            assertThatExceptionOfType(LlamaException.class)
                    .isThrownBy(() -> LlamaModel.open(file, ModelSettings.DEFAULT))
                    .withMessageContaining(file.toString())
                    .satisfies(e -> assertThat(e.getMessage().length())
                            .isGreaterThan(file.toString().length() + 10));
        }
    }

    @Test
    void aListenerHearsTheProgressAndCanGiveUp() {
        List<Double> heard = new ArrayList<>();
        LlamaModel.open(Tiny.file(), ModelSettings.DEFAULT.withProgress(heard::add))
                .close();

        assertThat(heard).isSorted().last().isEqualTo(1.0);
        assertThatExceptionOfType(LlamaException.class)
                .isThrownBy(() -> LlamaModel.open(Tiny.file(), ModelSettings.DEFAULT.withProgress(fraction -> false)))
                .withMessageContaining("given up");
    }

    @Test
    void anExceptionInTheListenerGivesUpAndLeavesTheJvmAlive() {
        assertThatExceptionOfType(LlamaException.class)
                .isThrownBy(() -> LlamaModel.open(Tiny.file(), ModelSettings.DEFAULT.withProgress(fraction -> {
                    throw new AssertionError("from the listener");
                })));
    }

    @Test
    void closingAModelClosesItsContextsAndSamplersAndRefusesWhatFollows() {
        LlamaModel model = Tiny.model();
        LlamaContext context = model.newContext(Tiny.settings());
        TokenSampler sampler = context.sampler(
                new Sampling(1, 40, 1, 0, 1, 0, 1, 0, 0, 1, java.util.Optional.of("root ::= \"a\" | \"b\"")));

        model.close();
        model.close();

        assertThatIllegalStateException().isThrownBy(() -> context.decode(Tiny.rows(0, 0, 1)));
        assertThatIllegalStateException().isThrownBy(() -> sampler.sample(0));
        assertThatIllegalStateException().isThrownBy(() -> model.newContext(Tiny.settings()));
        assertThatIllegalStateException().isThrownBy(model::description);
        assertThatIllegalStateException().isThrownBy(() -> model.vocabulary().tokenize("a", true, true));
        assertThatIllegalStateException().isThrownBy(() -> model.vocabulary().piece(3, true));
        context.close();
        sampler.close();
    }

    @Test
    void mappedOrNotRepackedOrNotItAnswersTheSame() {
        List<Integer> answers = new ArrayList<>();
        for (ModelSettings settings : List.of(
                ModelSettings.DEFAULT,
                ModelSettings.DEFAULT.withMmap(false),
                ModelSettings.DEFAULT.withRepack(false))) {
            try (LlamaModel model = LlamaModel.open(Tiny.file(), settings);
                    LlamaContext context = model.newContext(Tiny.settings());
                    TokenSampler sampler = context.sampler(Sampling.GREEDY)) {
                context.decode(Tiny.rows(0, 0, 30));
                answers.add(sampler.sample(29));
            }
        }

        assertThat(answers).hasSize(3).containsOnly(answers.getFirst());
    }

    @Test
    void openingAndClosingManyTimesLeavesNothingBehind() throws IOException {
        for (int i = 0; i < 20; i++) cycle(i);
        int maps = lines("/proc/self/maps");
        int tasks = entries("/proc/self/task");
        int files = entries("/proc/self/fd");

        for (int i = 0; i < 200; i++) cycle(i);

        assertThat(lines("/proc/self/maps")).isLessThan(maps + 40);
        assertThat(entries("/proc/self/task")).isLessThan(tasks + 8);
        assertThat(entries("/proc/self/fd")).isLessThan(files + 8);
    }

    @Test
    void randomlyDamagedFilesEitherLoadOrAreRefused() throws IOException {
        // Only the tensors are damaged: a damaged header is the business of the gate in front of this.
        long seed = 20261123;
        Random random = new Random(seed);
        byte[] tiny = Files.readAllBytes(Tiny.file());
        Path file = folder.resolve("damaged.gguf");

        for (int round = 0; round < 10; round++) {
            byte[] damaged = tiny.clone();
            for (int i = 0; i < 50; i++) {
                damaged[tiny.length / 2 + random.nextInt(tiny.length / 2)] = (byte) random.nextInt();
            }
            Files.write(file, damaged);
            try (LlamaModel model = LlamaModel.open(file, ModelSettings.DEFAULT);
                    LlamaContext context = model.newContext(Tiny.settings());
                    TokenSampler sampler = context.sampler(Sampling.GREEDY)) {
                assertThat(context.decode(Tiny.rows(0, 0, 20))).isEqualTo(Outcome.DONE);
                assertThat(sampler.sample(19)).as("seed %d", seed).isNotNegative();
            } catch (LlamaException refused) {
                assertThat(refused).hasMessageContaining("no numbers");
            }
        }
    }

    private static void cycle(int round) {
        try (LlamaModel model = Tiny.model();
                LlamaContext context = model.newContext(Tiny.settings().withThreads(2, 1 + round % 2));
                TokenSampler sampler = context.sampler(Sampling.GREEDY)) {
            context.decode(Tiny.rows(0, 0, 5));
            sampler.sample(4);
        }
    }

    private static int lines(String file) throws IOException {
        return Files.readAllLines(Path.of(file)).size();
    }

    private static int entries(String directory) throws IOException {
        try (Stream<Path> entries = Files.list(Path.of(directory))) {
            return (int) entries.count();
        }
    }
}
