package dev.chasqui.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.chasqui.platform.CpuCores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// Where the kernel says a context's threads may run.
@EnabledOnOs(OS.LINUX)
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class LlamaAffinityTest {

    private static final Path TASKS = Path.of("/proc/self/task");
    private static final int LONG = 512;

    @TempDir
    private static Path folder;

    private final SortedSet<Integer> allowed = CpuCores.ofThisProcess().cpus();
    private LlamaModel model;
    private int first;
    private int second;

    @BeforeEach
    void twoCpus() throws IOException {
        assumeTrue(allowed.size() >= 2, "this machine has one CPU");
        Iterator<Integer> cpus = allowed.iterator();
        first = cpus.next();
        second = cpus.next();
        // Deep enough that a decode can be met while it runs.
        Path file = folder.resolve("deep.gguf");
        TinyModel.seeded(7).withLayers(12).write(file);
        model = LlamaModel.open(file, ModelSettings.DEFAULT);
    }

    @AfterEach
    void free() {
        model.close();
    }

    @Test
    void aPoolOfAsManyThreadsAsCpusHasEachOnItsOwn() throws Exception {
        Set<String> before = tasks();
        LlamaContext context = open(2, first, second);
        CompletableFuture<String> decoding = new CompletableFuture<>();
        CompletableFuture<String> afterwards = new CompletableFuture<>();
        CompletableFuture<Void> met = new CompletableFuture<>();

        Thread.ofPlatform().start(() -> {
            decoding.complete(ownTask());
            while (!met.isDone()) {
                context.decode(Tiny.rows(0, 0, LONG));
                context.forget(0, 0);
            }
            afterwards.complete(cpusOf(ownTask()));
        });
        while (!cpusOf(decoding.get()).equals(Integer.toString(second))) Thread.onSpinWait();
        while (!since(before, decoding.get()).contains(Integer.toString(first))) Thread.onSpinWait();
        assertThat(since(before, decoding.get())).doesNotContain(Integer.toString(second));
        met.complete(null);

        assertThat(CpuCores.parse(afterwards.get())).isEqualTo(allowed);
    }

    @Test
    void aPoolOfAnotherSizeSharesTheCpus() throws Exception {
        Set<String> before = tasks();

        LlamaContext context = open(3, first, second);
        assertThat(context.decode(Tiny.rows(0, 0, 2))).isEqualTo(Decoder.Outcome.DONE);

        String both = second == first + 1 ? first + "-" + second : first + "," + second;
        assertThat(since(before, "")).contains(both).doesNotContain(Integer.toString(first), Integer.toString(second));
    }

    @Test
    void cpusThatGgmlHasNoPlaceForAreRefused() {
        for (int wrong : new int[] {-1, 512}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> open(1, wrong))
                    .withMessageContaining("expected 0 to 511");
        }
    }

    private LlamaContext open(int threads, int... cpus) {
        SortedSet<Integer> set = new TreeSet<>();
        for (int cpu : cpus) set.add(cpu);
        return model.newContext(ContextSettings.of(LONG).withThreads(threads, threads), set);
    }

    /// What threads that are new since then may run on, one of them left out.
    private static List<String> since(Set<String> before, String without) throws IOException {
        return tasks().stream()
                .filter(task -> !before.contains(task) && !task.equals(without))
                .map(LlamaAffinityTest::cpusOf)
                .toList();
    }

    private static Set<String> tasks() throws IOException {
        try (Stream<Path> tasks = Files.list(TASKS)) {
            return tasks.map(task -> task.getFileName().toString()).collect(Collectors.toSet());
        }
    }

    private static String ownTask() {
        try {
            return Files.readSymbolicLink(Path.of("/proc/thread-self"))
                    .getFileName()
                    .toString();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /// @return empty text if the thread is gone
    private static String cpusOf(String task) {
        String name = "Cpus_allowed_list:";
        try (Stream<String> lines = Files.lines(TASKS.resolve(task).resolve("status"))) {
            return lines.filter(line -> line.startsWith(name))
                    .map(line -> line.substring(name.length()).strip())
                    .findFirst()
                    .orElse("");
        } catch (IOException | java.io.UncheckedIOException gone) {
            return "";
        }
    }
}
