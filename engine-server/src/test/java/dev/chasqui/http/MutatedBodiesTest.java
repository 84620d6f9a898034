package dev.chasqui.http;

import static dev.chasqui.http.BodyMutations.asked;
import static org.assertj.core.api.Assertions.assertThat;

import dev.chasqui.api.OllamaHost;
import dev.chasqui.http.BodyMutations.Asked;
import dev.chasqui.http.PipelinedClient.Reply;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Spoilt requests by the thousand, over connections that stay open: each is answered or refused in its turn, none
/// with a failure of ours.
///
/// `-Dchasqui.mutations=100000` sends so many, one of forty to a real model; `-Dchasqui.seed=N` repeats a run.
@Timeout(3_600)
class MutatedBodiesTest {

    private static final int COUNT = Integer.getInteger("chasqui.mutations", 20_000);
    private static final long SEED =
            Long.getLong("chasqui.seed", ThreadLocalRandom.current().nextLong() & 0xffff_ffffL);
    private static final int AT_ONCE = 16;

    private static final List<String> ASKING = List.of(
            "/api/generate",
            "/api/chat",
            "/api/embed",
            "/api/embeddings",
            "/api/show",
            "/api/tokenize",
            "/api/detokenize");

    /// As the trading system writes it: nothing but ASCII, emojis as pairs of escapes.
    private static final String TRADING = """
            {"model": "MODEL", "messages": [{"role": "system", "content": ""}, {"role": "user", "content": "\\ud83c\\udf19 \
            BTC 72 x 1H \\u2022 close 101.5, NaN, 99.8. BUY, SELL or NOTHING? \\ud83d\\ude80"}], "stream": false, \
            "options": {"temperature": 0.7}}""";

    private static final String EVERYTHING = """
            {"model": "MODEL", "prompt": "Hi", "suffix": "", "system": "s", "template": "{{ .System }} {{ .Prompt }}", \
            "context": [1, 2], "raw": false, "images": [], "format": {"type": "object", "properties": {"a": {"enum": \
            ["x"]}}, "required": ["a"]}, "think": false, "keep_alive": "5m", "truncate": true, "shift": true, \
            "logprobs": true, "top_logprobs": 2, "priority": 1, "deadline_ms": 60000, "supersedes": "n", "choices": [], \
            "on_length": "close", "stream": true, "options": {"num_ctx": 64, "num_predict": 4, "seed": 7, "stop": ["a"], \
            "temperature": 0.5, "top_k": 40, "top_p": 0.9, "min_p": 0.1, "typical_p": 1, "repeat_last_n": 8, \
            "repeat_penalty": 1.1, "presence_penalty": 0, "frequency_penalty": 0, "num_keep": 4, "num_batch": 64, \
            "num_gpu": 0, "num_thread": 1, "use_mmap": true}}""";

    private static final String TOOLS = """
            {"model": "MODEL", "messages": [{"role": "user", "content": "Price?", "images": ["aGk="]}, {"role": \
            "assistant", "content": "", "thinking": "t", "tool_calls": [{"id": "1", "function": {"index": 0, "name": \
            "quote", "arguments": {"s": "BTC"}}}]}, {"role": "tool", "content": "101", "tool_name": "quote"}], "tools": \
            [{"type": "function", "function": {"name": "quote", "description": "d", "parameters": {"type": "object", \
            "properties": {"s": {"type": ["string", "null"], "enum": ["BTC"]}}, "required": ["s"]}}}], "tool_choice": \
            "auto", "think": "high", "stream": true}""";

    @Test
    void noSpoiltRequestIsAFailureOfTheServer() throws Exception {
        int count = COUNT - COUNT / 40;
        ScriptedBackend backend = new ScriptedBackend() {
            @Override
            public String detokenize(String model, int... tokens) {
                return "text"; // a script cannot know which numbers are tokens
            }
        };
        List<Asked> real = bases(ScriptedBackend.MODEL);
        real.addAll(BodyMutations.golden(
                ScriptedBackend.MODEL, List.of("/api/copy", "/api/create", "/api/delete", "/api/pull", "/api/push")));
        try (OllamaServer server =
                OllamaServer.start(backend, ServerSettings.DEFAULT.withListen(OllamaHost.local(0)))) {
            drive("a scripted model", server.port(), ScriptedBackend.MODEL, real, count, backend);
        }
    }

    @Test
    void noSpoiltRequestIsAFailureOfTheModel(@TempDir Path folder) throws Exception {
        try (TinyServer server = new TinyServer(folder, ServerSettings.DEFAULT)) {
            List<Asked> real = bases(TinyServer.MODEL);
            drive("a tiny model", server.port(), TinyServer.MODEL, real, COUNT / 40, new ScriptedBackend());
            assertThat(server.post("/api/generate", "{\"model\":\"tiny:1m\",\"prompt\":\"Hi\"}")
                            .body())
                    .contains("\"done\":true");
        }
    }

    private static List<Asked> bases(String model) {
        List<Asked> all = BodyMutations.golden(model, ASKING);
        assertThat(all).hasSizeGreaterThan(30);
        for (int i = 0; i < 5; i++) { // a third of all
            all.add(asked("POST", "/api/chat", TRADING.replace("MODEL", model)));
            all.add(asked("POST", "/api/generate", EVERYTHING.replace("MODEL", model)));
            all.add(asked("POST", "/api/chat", TOOLS.replace("MODEL", model)));
        }
        return all;
    }

    /// Sends them, the last of each handful one whose reply can be none but its own.
    private static void drive(String who, int port, String model, List<Asked> real, int count, ScriptedBackend backend)
            throws Exception {
        BodyMutations mutations = new BodyMutations(real, new Random(SEED));
        Map<Integer, Integer> statuses = new TreeMap<>();
        long start = System.nanoTime();
        try (PipelinedClient client = new PipelinedClient(port)) {
            for (int sent = 0; sent < count; sent += AT_ONCE) {
                List<Asked> batch = new ArrayList<>();
                for (int i = 0; i < AT_ONCE; i++) batch.add(mutations.next());
                String own = "nobody-" + sent;
                batch.add(asked("POST", "/api/generate", "{\"model\":\"" + own + "\"}"));
                client.send(batch);
                for (Asked request : batch) {
                    Reply reply = client.read();
                    statuses.merge(reply.status(), 1, Integer::sum);
                    check(request, reply);
                    if (request == batch.getLast())
                        assertThat(reply.text()).isEqualTo("{\"error\":\"model '" + own + "' not found\"}");
                }
                forget(backend);
            }
        }
        System.out.printf(
                "mutated bodies: %d to %s in %d s, seed %d; statuses %s%n",
                count, who, (System.nanoTime() - start) / 1_000_000_000, SEED, statuses);
        assertThat(statuses.keySet()).as("both sides of the line are reached").contains(200, 400, 404);
    }

    /// An answer that came too late or was cut off is documented and no failure; a queue of one is never full.
    private static void check(Asked request, Reply reply) {
        boolean fine = reply.status() == 504 || reply.status() < 500;
        assertThat(fine && !reply.closes())
                .as(
                        "seed %d: %s %s %s: %s",
                        SEED, request.verb(), request.path(), new String(request.body(), StandardCharsets.UTF_8), reply)
                .isTrue();
        if (reply.status() == 400) {
            assertThat(JsonText.MAPPER.readTree(reply.body()).get("error").stringValue())
                    .isNotBlank();
        }
        if (reply.status() == 200 && reply.text().contains("\n{\"error\"")) {
            assertThat(reply.text()).doesNotContain("\"done\":true");
        }
    }

    private static void forget(ScriptedBackend backend) {
        backend.generateRequests.clear();
        backend.chatRequests.clear();
        backend.embedRequests.clear();
        backend.started.clear();
    }
}
