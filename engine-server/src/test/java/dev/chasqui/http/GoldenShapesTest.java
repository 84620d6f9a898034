package dev.chasqui.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chasqui.RealServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Requests to the real server over the default model, and what Ollama's contract says their answers look like.
class GoldenShapesTest {

    private static final List<String> FILES =
            List.of("generate.txt", "chat.txt", "embed.txt", "models.txt", "library.txt", "ours.txt", "wire.txt");

    private static RealServer server;
    private static HttpClient client;

    @BeforeAll
    static void start(@TempDir Path folder) throws IOException {
        server = RealServer.overAStoreOfItsOwn(folder);
        client = HttpClient.newBuilder()
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
    }

    @AfterAll
    static void stop() {
        client.close();
        server.close();
    }

    static Stream<GoldenExchange> exchanges() {
        return FILES.stream().flatMap(file -> GoldenExchange.read(file).stream());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("exchanges")
    void theAnswerHasTheContractsShape(GoldenExchange golden) throws Exception {
        for (GoldenExchange.Request first : golden.given()) {
            assertThat(send(first).statusCode()).as("given %s", first).isBetween(200, 201);
        }

        HttpResponse<String> answer = send(golden.request());

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(golden.status());
        assertThat(answer.headers().firstValue("Content-Type").orElse("-")).isEqualTo(golden.contentType());
        golden.headers()
                .forEach((name, value) ->
                        assertThat(answer.headers().firstValue(name)).as(name).hasValue(value));
        if (golden.text().isPresent())
            assertThat(answer.body()).isEqualTo(golden.text().get());
        else
            assertThat(differences(golden.lines(), answer.body()))
                    .as(answer.body())
                    .isEmpty();
    }

    @Test
    void thereAreEnoughOfThem() {
        assertThat(exchanges()).hasSizeGreaterThanOrEqualTo(60).doesNotHaveDuplicates();
    }

    @Test
    void aShapeIsNotFitByWhatDiffers() {
        assertThat(GoldenShape.differences("{\"a\": \"$count\", \"b?\": [\"$word\"]}", "{\"a\": 1}"))
                .isEmpty();
        assertThat(GoldenShape.differences("{\"a\": \"$count\", \"b?\": [\"$word\"]}", "{\"b\": [\"\"], \"c\": 1}"))
                .containsExactly(
                        " has no a", "/b/0 is \"\"; expected \"$word\"", " has a field c that the shape does not know");
        assertThat(GoldenShape.differences("[\"$times 2\", \"$number\"]", "[1]"))
                .containsExactly(" has 1 elements; expected 2");
        assertThat(GoldenShape.differences("{\"a\": \"$time\"}", "{\"a\": \"2026-13-01T00:00:00Z\"}"))
                .hasSize(1);
        assertThatThrownBy(() -> GoldenShape.differences("\"$nothing\"", "\"x\""))
                .hasMessage("no shape is called $nothing");
    }

    private static List<String> differences(List<GoldenExchange.Line> shapes, String body) {
        List<String> lines = body.lines().toList();
        List<String> differences = new ArrayList<>();
        int at = 0;
        for (int i = 0; i < shapes.size(); i++) {
            boolean repeated = shapes.get(i).repeated();
            int after = shapes.size() - i - 1; // shapes to come: only one of a file's may repeat
            int end = repeated ? Math.max(at + 1, lines.size() - after) : at + 1;
            if (end > lines.size()) return List.of("there are only " + lines.size() + " lines");
            for (; at < end; at++) {
                String line = "line " + (at + 1) + ": ";
                GoldenShape.differences(shapes.get(i).shape(), lines.get(at))
                        .forEach(difference -> differences.add(line + difference));
            }
        }
        if (at < lines.size()) differences.add("there are " + lines.size() + " lines; expected " + at);
        return differences;
    }

    private static HttpResponse<String> send(GoldenExchange.Request asked) throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(server.uri() + asked.path().substring(1)));
        asked.headers().forEach(request::header);
        HttpRequest.BodyPublisher body = asked.body().isEmpty()
                ? HttpRequest.BodyPublishers.noBody()
                : HttpRequest.BodyPublishers.ofString(asked.body());
        return client.send(request.method(asked.verb(), body).build(), HttpResponse.BodyHandlers.ofString());
    }
}
