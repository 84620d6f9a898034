package dev.chasqui.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chasqui.RealServer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// A server that is told to end (SIGTERM) while it answers: what ends well is whole, what is not says so.
@Timeout(180)
@EnabledOnOs({OS.LINUX, OS.MAC})
class TerminatedServerTest {

    private static final String LONG = """
            {"model":"smollm2:135m","prompt":"1, 2, 3, 4, 5, 6, 7, 8,","raw":true,"stream":%s,
            "options":{"num_predict":4000,"num_ctx":8192,"temperature":0,"repeat_penalty":1}}""";
    private static final String SHORT = """
            {"model":"smollm2:135m","prompt":"Hi","raw":true,"stream":false,"options":{"num_predict":8}}""";

    @TempDir
    Path folder;

    @Test
    void itEndsSoonAndNoHalfAnswerLooksWhole() throws Exception {
        Map<String, String> variables = Map.of(
                "OLLAMA_MODELS",
                RealServer.storeOfItsOwn(folder.resolve("models")).toString());
        try (ServeProcess server = ServeProcess.start(folder, List.of(), variables);
                RawClient stream = new RawClient(server.port);
                RawClient whole = new RawClient(server.port);
                RawClient idle = new RawClient(server.port)) {
            idle.post("/api/generate", SHORT).readUntil("\"done\":true");
            stream.post("/api/generate", LONG.formatted("true")).readUntil("\"done\":false");
            whole.post("/api/generate", LONG.formatted("false"));

            server.process.destroy();

            boolean ended = server.process.waitFor(30, TimeUnit.SECONDS); // 10 on a machine that is not busy
            assertThat(ended).as(server.log()).isTrue();
            assertEndsAsItIs(stream.readWhatComes());
            assertEndsAsItIs(whole.readWhatComes());
        }
    }

    /// Either the end, or an error in its place, or a connection that broke off: nothing that looks like an end.
    private static void assertEndsAsItIs(String rest) {
        if (rest.contains("\"error\"")) assertThat(rest).doesNotContain("\"done\":true");
        if (rest.contains("\"done\":true")) assertThat(rest).contains("\"eval_count\":4000");
    }
}
