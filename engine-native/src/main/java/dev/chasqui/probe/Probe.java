package dev.chasqui.probe;

import dev.chasqui.platform.ChildJvm;
import dev.chasqui.platform.NativeLibraries;
import dev.chasqui.probe.ProbeResult.Fate;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/// Loads a model's files in a throwaway JVM and uses them once: what dies there does not die here.
///
/// The process maps the weights, so that it takes hardly any memory of its own beside the page cache's, has one
/// thread and a tiny context, computes on the CPU, and is the first that Linux ends where memory is short.
///
/// @param child the class whose `main` does that; see [ProbeChild]
/// @param least how long it may take at least; more by the size of the files
public record Probe(String child, Duration least) {

    public static final Probe LOAD = new Probe(ProbeChild.class.getName(), Duration.ofSeconds(60));

    /// A disk that reads slower has other troubles.
    private static final long BYTES_PER_SECOND = 20 << 20;
    /// What it may allocate beside as much as the files hold.
    private static final long MEMORY_BYTES = 1L << 30;

    private static final Duration LOOKS_EVERY = Duration.ofMillis(50);
    private static final int MOST_OUTPUT = 1 << 18;
    /// Hang-up, interrupt, kill and terminate, as a shell counts them: somebody ended it.
    private static final Set<Integer> ENDED = Set.of(128 + 1, 128 + 2, 128 + 9, 128 + 15);

    /// @param wanted answers `false` when nobody needs to know any more
    /// @throws InterruptedException if the thread is interrupted; the process is ended then
    public ProbeResult of(Path weights, Optional<Path> adapter, BooleanSupplier wanted) throws InterruptedException {
        long startedAt = System.nanoTime();
        long bytes = bytes(weights) + adapter.map(Probe::bytes).orElse(0L);
        Process process;
        try {
            process = ChildJvm.start(child, arguments(weights, adapter, MEMORY_BYTES + bytes));
        } catch (IOException e) {
            return new ProbeResult(Fate.NOT_TRIED, "it cannot be started: " + e.getMessage(), Duration.ZERO);
        }
        try (var reading = Executors.newVirtualThreadPerTaskExecutor()) {
            CompletableFuture<String> output = CompletableFuture.supplyAsync(() -> read(process), reading);
            try {
                Ending ending = ending(process, output, least.plusSeconds(bytes / BYTES_PER_SECOND), wanted);
                return new ProbeResult(ending.fate, ending.reason, Duration.ofNanos(System.nanoTime() - startedAt));
            } finally {
                process.destroyForcibly();
            }
        }
    }

    private record Ending(Fate fate, String reason) {}

    private static Ending ending(
            Process process, CompletableFuture<String> output, Duration most, BooleanSupplier wanted)
            throws InterruptedException {
        long end = System.nanoTime() + most.toNanos();
        while (!process.waitFor(LOOKS_EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
            if (!wanted.getAsBoolean()) return new Ending(Fate.GIVEN_UP, "nobody wants it any more");
            if (System.nanoTime() < end) continue;
            process.destroyForcibly();
            return new Ending(Fate.HUNG, "it did not end within " + most.toSeconds() + " s" + stage(text(output)));
        }
        return ending(process.exitValue(), text(output));
    }

    private static Ending ending(int status, String output) {
        Optional<String> refusal = last(output, ProbeChild.REFUSED);
        Optional<String> unfit = last(output, ProbeChild.UNFIT);
        if (status == 0 && output.contains(ProbeChild.LIVED)) return new Ending(Fate.LIVED, "");
        if (status == ProbeChild.REFUSED_STATUS && refusal.isPresent()) return new Ending(Fate.REFUSED, refusal.get());
        if (status == ProbeChild.UNFIT_STATUS && unfit.isPresent()) {
            return new Ending(Fate.DIED, "this failed: " + unfit.get());
        }
        if (ENDED.contains(status)) {
            return new Ending(
                    Fate.NOT_TRIED,
                    "it was ended from outside (signal " + (status - 128)
                            + "), perhaps by the system for want of memory");
        }
        String others = output.lines()
                .filter(line -> !line.startsWith(ProbeChild.STAGE))
                .collect(Collectors.joining("\n"));
        if (others.contains("Could not find or load main class") || others.contains("Could not create the Java")) {
            return new Ending(Fate.NOT_TRIED, "it cannot be started: " + ChildJvm.reason(status, others));
        }
        return new Ending(Fate.DIED, ChildJvm.reason(status, others) + stage(output));
    }

    /// How far it came.
    private static String stage(String output) {
        return last(output, ProbeChild.STAGE).map(what -> " while " + what).orElse("");
    }

    /// What follows on the last line that begins so.
    private static Optional<String> last(String output, String beginning) {
        return output.lines()
                .filter(line -> line.startsWith(beginning))
                .reduce((earlier, later) -> later)
                .map(line -> line.substring(beginning.length()));
    }

    private static List<String> arguments(Path weights, Optional<Path> adapter, long mostBytes) {
        NativeLibraries natives = NativeLibraries.load();
        List<String> arguments = new ArrayList<>(List.of(
                natives.folder().toString(),
                natives.cpu().variant().library().toString(),
                Long.toString(mostBytes),
                weights.toAbsolutePath().toString()));
        adapter.ifPresent(file -> arguments.add(file.toAbsolutePath().toString()));
        return arguments;
    }

    private static long bytes(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            return 0; // the child says what is wrong with it
        }
    }

    private static String text(CompletableFuture<String> output) throws InterruptedException {
        try {
            return output.get(10, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            return "";
        }
    }

    private static String read(Process process) {
        try (InputStream in = process.getInputStream()) {
            String text = new String(in.readNBytes(MOST_OUTPUT), StandardCharsets.UTF_8);
            in.transferTo(OutputStream.nullOutputStream());
            return text;
        } catch (IOException e) {
            return "";
        }
    }
}
