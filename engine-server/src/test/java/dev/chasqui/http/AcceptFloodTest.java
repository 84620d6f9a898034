package dev.chasqui.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// More connections than a server process may open files.
@Timeout(180)
@EnabledOnOs({OS.LINUX, OS.MAC})
class AcceptFloodTest {

    private static final int FLOOD = 5_000;
    private static final int FILES = 1_024;

    @TempDir
    Path folder;

    /// @param setting of the limit: as it is by default, and so high that only the files are one
    @ParameterizedTest
    @ValueSource(strings = {"", "100000"})
    void aFloodIsOverWhenItIsOver(String setting) throws Exception {
        Process child = start(setting);
        List<SocketChannel> flood = new ArrayList<>();
        try (HttpClient client = HttpClient.newHttpClient()) {
            int port = port(child);
            assertThat(status(client, port)).isEqualTo(200);
            for (int i = 0; i < FLOOD; i++) {
                SocketChannel one = SocketChannel.open();
                flood.add(one);
                one.configureBlocking(false);
                one.connect(new InetSocketAddress("127.0.0.1", port));
            }
            int connected = 0;
            for (SocketChannel one : flood) {
                try {
                    if (one.finishConnect()) connected++;
                } catch (IOException e) {
                    // turned away
                }
            }
            System.out.println(connected + " of " + FLOOD + " connected at once");
            for (SocketChannel one : flood) one.close();

            int status = 0;
            long start = System.nanoTime();
            while (status != 200 && System.nanoTime() - start < 60_000_000_000L) status = status(client, port);
            assertThat(status).isEqualTo(200);
            System.out.println("served again after " + (System.nanoTime() - start) / 1_000_000 + " ms");
            assertThat(child.isAlive()).isTrue();
        } finally {
            for (SocketChannel one : flood) one.close();
            child.destroyForcibly().waitFor();
        }
    }

    private Process start(String setting) throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        ProcessBuilder builder = new ProcessBuilder(
                        "sh",
                        "-c",
                        "ulimit -n " + FILES + " && exec \"$@\"",
                        "sh",
                        java,
                        "-Xmx256m",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "dev.chasqui.cli.Main",
                        "serve",
                        "--host",
                        "127.0.0.1",
                        "--port",
                        "0")
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile());
        builder.environment()
                .putAll(Map.of(
                        "OLLAMA_MODELS",
                        folder.resolve("models").toString(),
                        "CHASQUI_OFFLINE",
                        "1",
                        "CHASQUI_MAX_CONNECTIONS",
                        setting));
        return builder.start();
    }

    private int port(Process child) throws Exception {
        Pattern listening = Pattern.compile("listening on http://127\\.0\\.0\\.1:(\\d+)");
        for (long end = System.nanoTime() + 90_000_000_000L; System.nanoTime() < end; Thread.sleep(50)) {
            Matcher found = listening.matcher(Files.readString(folder.resolve("log")));
            if (found.find()) return Integer.parseInt(found.group(1));
            assertThat(child.isAlive())
                    .as(Files.readString(folder.resolve("log")))
                    .isTrue();
        }
        throw new AssertionError("the server did not start: " + Files.readString(folder.resolve("log")));
    }

    private static int status(HttpClient client, int port) throws InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/api/tags"))
                .timeout(Duration.ofSeconds(10))
                .build();
        try {
            return client.send(request, BodyHandlers.discarding()).statusCode();
        } catch (IOException e) {
            return 0; // not yet
        }
    }
}
