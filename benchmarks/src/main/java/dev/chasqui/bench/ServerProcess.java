package dev.chasqui.bench;

import dev.chasqui.api.Backend;
import dev.chasqui.api.BackendException;
import dev.chasqui.ollama.OllamaBackend;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Our own server in a JVM of its own, as a stranger would run it, on a free port.
final class ServerProcess implements AutoCloseable {

    private static final String MAIN = "dev.chasqui.cli.Main";
    private static final Duration START_LIMIT = Duration.ofMinutes(1);
    private static final Duration KNOCK_EVERY = Duration.ofMillis(50);
    private static final int STOP_SECONDS = 10;

    private final Process process;
    private final Path log;
    private final URI uri;

    private ServerProcess(Process process, Path log, URI uri) {
        this.process = process;
        this.log = log;
        this.uri = uri;
    }

    /// @param environment added to this process's
    static ServerProcess start(Map<String, String> environment) {
        try {
            int port = freePort();
            Path log = Files.createTempFile("chasqui-bench-server", ".log");
            List<String> command = new ArrayList<>(program());
            command.addAll(List.of("serve", "--host", "127.0.0.1", "--port", "" + port));
            ProcessBuilder builder =
                    new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
            builder.environment().putAll(environment);
            builder.environment().put("CHASQUI_NO_BUILD", "1");
            URI uri = URI.create("http://127.0.0.1:" + port);
            ServerProcess server = new ServerProcess(builder.start(), log, uri);
            Runtime.getRuntime().addShutdownHook(new Thread(server.process::destroyForcibly));
            server.awaitReady();
            return server;
        } catch (IOException e) {
            throw new IllegalStateException("cannot start a server to compare with: " + e.getMessage(), e);
        }
    }

    /// The launcher where it started the benchmarks, since it chooses the JVM's options; else this class path.
    static List<String> program() {
        String launcher = System.getenv("CHASQUI_BENCH_LAUNCHER");
        if (launcher != null) return List.of(launcher);
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String classPath = System.getProperty("java.class.path");
        return List.of(java, "--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC", "-cp", classPath, MAIN);
    }

    URI uri() {
        return uri;
    }

    long pid() {
        return process.pid();
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) process.destroyForcibly();
            Files.deleteIfExists(log);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            // a log in the temp folder stays
        }
    }

    private void awaitReady() throws IOException {
        Instant end = Instant.now().plus(START_LIMIT);
        try (Backend client = OllamaBackend.connect(uri)) {
            while (true) {
                try {
                    client.version();
                    return;
                } catch (BackendException notYet) {
                    if (process.isAlive() && Instant.now().isBefore(end)) {
                        process.waitFor(KNOCK_EVERY.toMillis(), TimeUnit.MILLISECONDS);
                        continue;
                    }
                    String said = Files.readString(log);
                    close();
                    throw new IllegalStateException("the server to compare with did not start:\n" + said, notYet);
                }
            }
        } catch (InterruptedException e) {
            close();
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the server started", e);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            return socket.getLocalPort();
        }
    }
}
