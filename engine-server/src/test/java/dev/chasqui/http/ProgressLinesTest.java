package dev.chasqui.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.CreateRequest;
import dev.chasqui.api.ModelLibrary;
import dev.chasqui.api.OllamaHost;
import dev.chasqui.api.Progress;
import dev.chasqui.api.ProgressLine;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// How a long step's progress reaches a client, whatever the client does.
@Timeout(60)
class ProgressLinesTest {

    private static final String CREATE = "{\"model\":\"x\",\"from\":\"y\"}";

    @Test
    void theWorkWaitsForNoClientAndOfLinesThatWaitTheNewestIsEnough() throws Exception {
        CountDownLatch done = new CountDownLatch(1);
        String status = "s".repeat(10_000);
        int steps = 20_000; // 200 MB, if all were sent
        Consumer<Progress> work = progress -> {
            for (int i = 1; i <= steps; i++) progress.report(new ProgressLine(status, "", i, steps));
            progress.status("success");
            done.countDown();
        };
        try (OllamaServer server = serve(work);
                RawClient client = new RawClient(server.port())) {
            client.post("/api/create", CREATE);

            assertThat(done.await(30, TimeUnit.SECONDS)).isTrue(); // nothing was read yet

            String answer = client.readUntil("\"success\"}");
            List<String> lines =
                    answer.lines().filter(line -> line.startsWith("{")).toList();
            assertThat(lines).hasSizeLessThan(steps / 2);
            assertThat(lines.getLast()).isEqualTo("{\"status\":\"success\"}");
            assertThat(lines.get(lines.size() - 2)).endsWith("\"total\":20000,\"completed\":20000}");
        }
    }

    @Test
    void whatFailsBeforeTheFirstLineHasAStatus() throws Exception {
        Consumer<Progress> work = progress -> {
            throw BackendException.invalid("no");
        };
        try (OllamaServer server = serve(work);
                RawClient client = new RawClient(server.port())) {
            assertThat(client.post("/api/create", CREATE).readUntil("\"no\"}")).startsWith("HTTP/1.1 400");
        }
    }

    @Test
    void whatFailsLaterIsTheLastLine() throws Exception {
        Consumer<Progress> work = progress -> {
            progress.status("first");
            throw BackendException.invalid("no");
        };
        try (OllamaServer server = serve(work);
                RawClient client = new RawClient(server.port())) {
            assertThat(client.post("/api/create", CREATE).readUntil("\"no\"}"))
                    .startsWith("HTTP/1.1 200")
                    .containsSubsequence("{\"status\":\"first\"}\n", "{\"error\":\"no\"}");
        }
    }

    @Test
    void aClientThatLeavesInterruptsTheWorkWhetherItWantsLinesOrNot() throws Exception {
        for (String stream : List.of("true", "false")) {
            CountDownLatch began = new CountDownLatch(1);
            CountDownLatch interrupted = new CountDownLatch(1);
            Consumer<Progress> work = progress -> {
                progress.status("first");
                began.countDown();
                try {
                    Thread.sleep(60_000);
                } catch (InterruptedException e) {
                    interrupted.countDown();
                    throw new BackendException(BackendException.Kind.CANCELLED, "interrupted", e);
                }
            };
            try (OllamaServer server = serve(work)) {
                try (RawClient client = new RawClient(server.port())) {
                    client.post("/api/create", CREATE.replace("}", ",\"stream\":" + stream + "}"));
                    assertThat(began.await(10, TimeUnit.SECONDS)).isTrue();
                }

                assertThat(interrupted.await(10, TimeUnit.SECONDS)).isTrue();
            }
        }
    }

    private static OllamaServer serve(Consumer<Progress> work) {
        ScriptedBackend backend = new ScriptedBackend() {
            @Override
            public Optional<ModelLibrary> library() {
                return Optional.of(new Creating(work));
            }
        };
        return OllamaServer.start(backend, ServerSettings.DEFAULT.withListen(OllamaHost.local(0)));
    }

    /// A library that can do one thing.
    private record Creating(Consumer<Progress> work) implements ModelLibrary {

        @Override
        public void create(CreateRequest request, Progress progress) {
            work.accept(progress);
        }

        @Override
        public void copy(String source, String destination) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void delete(String model) {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean hasBlob(String digest) {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean takeBlob(String digest, InputStream content) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void pull(String model, boolean insecure, Progress progress) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void push(String model, boolean insecure, Progress progress) {
            throw new UnsupportedOperationException();
        }
    }
}
