package dev.chasqui.store;

import dev.chasqui.api.Digest;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The SHA-256 of what a file holds.
///
/// A JVM that was told to compile only quickly, as the launcher tells ours for the sake of its start, takes ten
/// seconds for a gigabyte where another takes one. There a large file is read by a JVM of its own.
final class FileDigest {

    private static final Logger LOG = LoggerFactory.getLogger(FileDigest.class);
    private static final int READ_BYTES = 1 << 20;

    /// What a quick JVM reads in the time another one starts.
    private static final long WORTH_A_PROCESS = 32 << 20;

    private static final long TOLD_EVERY_BYTES = 16 << 20;

    private FileDigest() {}

    /// @param reading hears how many bytes were read; may throw to give it up
    static Digest of(Path file, LongConsumer reading) throws IOException {
        return of(file, reading, compilesQuickly() && Files.size(file) >= WORTH_A_PROCESS);
    }

    static Digest of(Path file, LongConsumer reading, boolean inAnotherProcess) throws IOException {
        if (inAnotherProcess) {
            Optional<Digest> digest = byProcess(file, reading);
            if (digest.isPresent()) return digest.get();
        }
        return here(file, reading);
    }

    /// Read by this thread, as fast as the listener lets it.
    static Digest here(Path file, LongConsumer reading) throws IOException {
        MessageDigest hash = Digest.sha256();
        byte[] buffer = new byte[READ_BYTES];
        long done = 0;
        try (InputStream in = Files.newInputStream(file)) {
            for (int read; (read = in.read(buffer)) > 0; ) {
                hash.update(buffer, 0, read);
                reading.accept(done += read);
            }
        }
        return Digest.finish(hash);
    }

    private static boolean compilesQuickly() {
        return ProcessHandle.current()
                .info()
                .arguments()
                .filter(all -> Arrays.asList(all).contains("-XX:TieredStopAtLevel=1"))
                .isPresent();
    }

    /// @return empty if it could not, for whatever reason
    private static Optional<Digest> byProcess(Path file, LongConsumer reading) throws IOException {
        Process process;
        try {
            process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-XX:+UseSerialGC",
                            "-Xmx32m",
                            "-cp",
                            classPath(),
                            FileDigest.class.getName(),
                            file.toString())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException | URISyntaxException e) {
            LOG.debug("no process for {}: {}", file, e.getMessage());
            return Optional.empty();
        }
        try (BufferedReader said = process.inputReader()) {
            for (String line; (line = said.readLine()) != null; ) {
                if (line.startsWith("sha256:")) return Optional.of(Digest.parse(line));
                if (line.matches("\\d{1,18}")) reading.accept(Long.parseLong(line));
            }
            LOG.debug("the process for {} ended early", file);
            return Optional.empty();
        } finally {
            process.destroyForcibly();
        }
    }

    private static String classPath() throws URISyntaxException {
        StringBuilder path = new StringBuilder();
        for (Class<?> each : new Class<?>[] {FileDigest.class, Logger.class}) {
            if (!path.isEmpty()) path.append(File.pathSeparator);
            path.append(Path.of(
                    each.getProtectionDomain().getCodeSource().getLocation().toURI()));
        }
        return path.toString();
    }

    /// The other process: prints how far it is, and the digest.
    public static void main(String[] arguments) throws IOException {
        long[] next = {0};
        System.out.println(here(Path.of(arguments[0]), done -> {
            if (done < next[0]) return;
            next[0] = done + TOLD_EVERY_BYTES;
            System.out.println(done);
        }));
    }
}
