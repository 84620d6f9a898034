package dev.chasqui.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
        List<SocketChannel> flood = new ArrayList<>();
        try (ServeProcess child = start(setting);
                HttpClient client = HttpClient.newHttpClient()) {
            int port = child.port;
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
            assertThat(child.process.isAlive()).isTrue();
        } finally {
            for (SocketChannel one : flood) one.close();
        }
    }

    private ServeProcess start(String setting) throws Exception {
        return ServeProcess.start(
                folder,
                List.of("sh", "-c", "ulimit -n " + FILES + " && exec \"$@\"", "sh"),
                Map.of("OLLAMA_MODELS", folder.resolve("models").toString(), "CHASQUI_MAX_CONNECTIONS", setting));
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
