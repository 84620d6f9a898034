package dev.chasqui.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chasqui.api.OllamaHost;
import dev.chasqui.engine.Engine;
import dev.chasqui.engine.EngineConfig;
import dev.chasqui.llama.TinyModel;
import dev.chasqui.schedule.SchedulerStatistics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A client leaves 1 s into a prompt of 13,000 tokens, which the whole of would take a minute.
@Timeout(300)
class LeavesAmidPrefillTest {

    private static final int PROMPT = 13_000;
    private static final int CHUNK = 512;

    @Test
    void theRestOfItsPromptIsNotComputedAndTheNextCallIsServed(@TempDir Path folder) throws Exception {
        Path gguf = folder.resolve("deep.gguf");
        TinyModel.seeded(7).withLayers(24).withContextTokens(16_384).write(gguf);
        try (Engine engine = Engine.open(gguf, EngineConfig.fromEnvironment(Map.of()));
                OllamaServer server =
                        OllamaServer.start(engine, ServerSettings.DEFAULT.withListen(OllamaHost.local(0)))) {
            try (RawClient next = new RawClient(server.port())) {
                next.post("/api/generate", asking("a")).readUntil("\"done\":true");
            }
            long before;
            try (RawClient leaver = new RawClient(server.port())) {
                leaver.post("/api/generate", asking("a ".repeat(PROMPT / 2)));
                await(engine, now -> now.running() == 1);
                LockSupport.parkNanos(Duration.ofSeconds(1).toNanos());
                await(engine, now -> now.computedTokens() > CHUNK);
                before = statistics(engine).computedTokens();
            }
            await(engine, now -> now.running() == 0);
            SchedulerStatistics after = statistics(engine);

            assertThat(before).as("the prompt was under way, not done").isLessThan(PROMPT - 4 * CHUNK);
            // Up to two chunks may end while the news travels; the one under way then is broken off.
            assertThat(after.computedTokens() - before).isLessThanOrEqualTo(2 * CHUNK);
            assertThat(after.cancelled()).isEqualTo(1);
            try (RawClient next = new RawClient(server.port())) {
                next.post("/api/generate", asking("b")).readUntil("\"done\":true");
            }
            System.out.println("left amid a prefill: " + before + " tokens computed when it left, "
                    + after.computedTokens() + " in the end");
        }
    }

    private static String asking(String prompt) {
        return "{\"model\":\"deep\",\"raw\":true,\"stream\":false,\"prompt\":\"" + prompt
                + "\",\"options\":{\"num_ctx\":16384,\"num_predict\":2}}";
    }

    private static void await(Engine engine, Predicate<SchedulerStatistics> wanted) {
        long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!wanted.test(statistics(engine)) && System.nanoTime() < end) LockSupport.parkNanos(1_000_000);
        assertThat(wanted.test(statistics(engine))).as("%s", statistics(engine)).isTrue();
    }

    private static SchedulerStatistics statistics(Engine engine) {
        return engine.statistics().models().stream()
                .map(model -> model.requests())
                .findFirst()
                .orElseThrow();
    }
}
