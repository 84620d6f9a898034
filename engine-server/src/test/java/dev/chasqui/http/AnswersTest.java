package dev.chasqui.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chasqui.api.ChatRequest;
import dev.chasqui.api.Choice;
import dev.chasqui.api.Choices;
import dev.chasqui.api.Chunk;
import dev.chasqui.api.GenerateRequest;
import dev.chasqui.api.KeepAlive;
import dev.chasqui.api.Option;
import dev.chasqui.api.RunningModel;
import dev.chasqui.api.Settings.OnLength;
import dev.chasqui.api.Think;
import dev.chasqui.api.TokenLogprob;
import dev.chasqui.api.ToolCall;
import dev.chasqui.api.Urgency;
import dev.chasqui.http.ScriptedBackend.Script;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// What is read from requests, and what answers look like on the wire.
class AnswersTest extends ServerFixture {

    @Test
    void aChatStreamIsOneObjectALineAndEndsWithTheCosts() throws Exception {
        HttpResponse<String> reply = post(
                "/api/chat", "{\"model\":\"SmolLM2:135M\",\"messages\":[{\"role\":\"USER\",\"content\":\"Hi you\"}]}");
        List<JsonNode> lines =
                reply.body().lines().map(JsonText.MAPPER::readTree).toList();

        assertThat(reply.headers().firstValue("Content-Type")).hasValue("application/x-ndjson");
        assertThat(reply.headers().firstValue("Transfer-Encoding")).hasValue("chunked");
        assertThat(lines).hasSize(5).allSatisfy(line -> {
            assertThat(line.get("model").stringValue()).isEqualTo("SmolLM2:135M");
            assertThat(line.get("created_at").stringValue()).matches("\\d{4}-\\d\\d-\\d\\dT[\\d:]+(\\.\\d{1,9})?Z");
            assertThat(line.get("message").get("role").stringValue()).isEqualTo("assistant");
        });
        assertThat(lines.subList(0, 4))
                .allSatisfy(line ->
                        assertThat(line.propertyNames()).containsExactly("model", "created_at", "message", "done"));
        assertThat(lines.getLast().toString())
                .contains(
                        "\"message\":{\"role\":\"assistant\",\"content\":\"\"},\"done\":true,\"done_reason\":\"stop\"")
                .contains("\"load_duration\":1,\"prompt_eval_count\":7,\"prompt_eval_duration\":2000000,"
                        + "\"eval_count\":3,\"eval_duration\":3000000");
        assertThat(backend.chatRequests.take().messages().getFirst().role()).isEqualTo("user");
    }

    @Test
    void aWholeGenerateAnswerIsOneObjectWithTheContext() throws Exception {
        HttpResponse<String> reply =
                post("/api/generate", "{\"model\":\"smollm2:135m\",\"prompt\":\"Hi you\",\"stream\":false}");

        assertThat(reply.headers().firstValue("Content-Type")).hasValue("application/json; charset=utf-8");
        JsonNode json = JsonText.MAPPER.readTree(reply.body());
        assertThat(json.get("response").stringValue()).isEqualTo("You said: Hi you");
        assertThat(json.get("context").toString()).isEqualTo("[1,2,3]");
        assertThat(json.get("total_duration").longValue()).isEqualTo(5_000_000);
    }

    @Test
    void whatWasDroppedIsInTheLastLineAsNumbersAndOnlyThere() throws Exception {
        backend.end = ScriptedBackend::withLosses;
        String body = "{\"model\":\"smollm2:135m\",\"messages\":[{\"role\":\"user\",\"content\":\"secret\"}]}";

        List<String> lines = post("/api/chat", body).body().lines().toList();

        assertThat(lines.getLast())
                .contains(
                        "\"queue_duration\":9000000,\"prompt_cached_count\":5,\"prompt_dropped_count\":700,\"messages_dropped_count\":3,"
                                + "\"context_dropped_count\":44}")
                .doesNotContain("secret");
        assertThat(lines.subList(0, lines.size() - 1)).noneMatch(line -> line.contains("dropped"));
        backend.end = end -> end;
        assertThat(post("/api/chat", body).body()).doesNotContain("dropped").doesNotContain("cached");
    }

    @Test
    void choicesGoInAsLabelsAndComeOutWithTheirProbabilities() throws Exception {
        Choices choices = new Choices(List.of(new Choice("BUY", 0.25, -2.5), new Choice("SELL", 0.75, -1.5)), 0.125);
        backend.end = end -> ScriptedBackend.withChoices(end, choices);
        backend.script = prompt -> Script.of(Chunk.ofText("SELL"));
        String body = "{\"model\":\"smollm2:135m\",\"prompt\":\"x\",\"choices\":[\"BUY\",\"SELL\"],";
        String expected = "\"choices\":[{\"label\":\"BUY\",\"probability\":0.25,\"logprob\":-2.5},"
                + "{\"label\":\"SELL\",\"probability\":0.75,\"logprob\":-1.5}],\"choices_outside\":0.125}";

        assertThat(post("/api/generate", body + "\"stream\":false}").body())
                .contains("\"response\":\"SELL\"")
                .contains(expected);
        assertThat(post("/api/generate", body + "\"stream\":true}")
                        .body()
                        .lines()
                        .toList()
                        .getLast())
                .contains(expected);
        assertThat(backend.generateRequests.take().settings().choices()).containsExactly("BUY", "SELL");
    }

    @Test
    void choicesOfTheWrongKindAreRefusedByName() throws Exception {
        String body = "{\"model\":\"smollm2:135m\",\"prompt\":\"x\",\"choices\":";

        assertThat(post("/api/generate", body + "\"BUY\"}"))
                .satisfies(reply -> assertThat(reply.statusCode()).isEqualTo(400))
                .satisfies(reply -> assertThat(reply.body()).contains("GenerateRequest.choices of type []string"));
        assertThat(post("/api/generate", body + "[\"BUY\",\"BUY\"]}").body()).contains("the label \\\"BUY\\\" twice");
        assertThat(post("/api/generate", body + "[\"BUY\",\"SELL\"],\"format\":\"json\"}")
                        .body())
                .contains("choices and format exclude each other");
    }

    @Test
    void thinkingToolCallsAndLogprobsComeOutInTheirFields() throws Exception {
        TokenLogprob other = new TokenLogprob("Ho", List.of(72, 111), -2.5, List.of());
        TokenLogprob token = new TokenLogprob("Hi", List.of(72, 105), -0.5, List.of(other));
        backend.script = prompt -> Script.of(
                new Chunk("", "Hm.", List.of(), List.of()),
                new Chunk("Hi", "", List.of(), List.of(token)),
                new Chunk("", "", List.of(new ToolCall("call_1", "f", "{\"z\": 1,\n\"a\":[]}")), List.of()),
                new Chunk("", "", List.of(new ToolCall("", "g", "{}")), List.of()));
        String body = "{\"model\":\"smollm2:135m\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],";

        String whole = post("/api/chat", body + "\"stream\":false}").body();
        String streamed = post("/api/chat", body + "\"stream\":true}").body();

        assertThat(whole)
                .contains("\"message\":{\"role\":\"assistant\",\"content\":\"Hi\",\"thinking\":\"Hm.\",\"tool_calls\":["
                        + "{\"id\":\"call_1\",\"function\":{\"index\":0,\"name\":\"f\",\"arguments\":{\"z\":1,\"a\":[]}}},"
                        + "{\"function\":{\"index\":1,\"name\":\"g\",\"arguments\":{}}}]}")
                .contains("\"logprobs\":[{\"token\":\"Hi\",\"logprob\":-0.5,\"bytes\":[72,105],\"top_logprobs\":["
                        + "{\"token\":\"Ho\",\"logprob\":-2.5,\"bytes\":[72,111]}]}]");
        assertThat(streamed.lines()).hasSize(5);
        assertThat(streamed).contains("\"content\":\"\",\"thinking\":\"Hm.\"").contains("\"index\":1,\"name\":\"g\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1500", "1500.0", "1.5e3"})
    void aDeadlineMayBeGivenInMilliseconds(String millis) throws Exception {
        post(
                "/api/generate",
                "{\"model\":\"smollm2:135m\",\"prompt\":\"p\",\"deadline\":null,\"deadline_ms\":" + millis + "}");

        assertThat(backend.generateRequests.take().settings().urgency().deadline())
                .hasValue(Duration.ofMillis(1500));
    }

    @Test
    void everyFieldArrivesAtTheBackend() throws Exception {
        post("/api/generate", """
                {"NAME":"smollm2:135m","Prompt":"p","suffix":"s","system":"y","template":"t","context":[4,5],
                 "images":["aGk="],"format":{"type":"object","a":1.50},"keep_alive":-1,"think":"high",
                 "truncate":false,"shift":false,"logprobs":true,"top_logprobs":3,"unknown":{},"stream":false,
                 "priority":7,"deadline":"1.5s","supersedes":"AAPL","on_length":"close",
                 "options":{"exact":true,"temperature":0,"seed":9223372036854775807,"stop":["a"],"num_predict":7.9,"what":1,
                 "top_k":null}} trailing""");
        GenerateRequest request = backend.generateRequests.take();

        assertThat(request.model()).isEqualTo("smollm2:135m");
        assertThat(request.prompt()).isEqualTo("p");
        assertThat(request.suffix()).hasValue("s");
        assertThat(request.system()).hasValue("y");
        assertThat(request.template()).hasValue("t");
        assertThat(request.context()).containsExactly(4, 5);
        assertThat(request.images().getFirst()).asString().isEqualTo("hi");
        assertThat(request.settings().format()).hasValue("{\"type\":\"object\",\"a\":1.50}");
        assertThat(request.settings().keepAlive()).hasValue(KeepAlive.FOREVER);
        assertThat(request.settings().think()).isEqualTo(Think.HIGH);
        assertThat(request.settings().onLength()).isEqualTo(OnLength.CLOSE);
        assertThat(request.settings().truncate()).isFalse();
        assertThat(request.settings().shift()).isFalse();
        assertThat(request.settings().topLogprobs()).hasValue(3);
        assertThat(request.settings().urgency())
                .isEqualTo(Urgency.NONE
                        .withPriority(7)
                        .withDeadline(Duration.ofMillis(1500))
                        .superseding("AAPL"));
        assertThat(request.settings().options().integer(Option.SEED)).hasValue(Long.MAX_VALUE);
        assertThat(request.settings().options().count(Option.NUM_PREDICT)).hasValue(7);
        assertThat(request.settings().options().flag(Option.EXACT)).hasValue(true);
        assertThat(request.settings().options().strings(Option.STOP)).containsExactly("a");
    }

    @Test
    void theTradingClientsChatIsUnderstood() throws Exception {
        HttpResponse<String> reply = post(
                "/api/chat",
                "{\"model\": \"smollm2:135m\", \"messages\": [{\"role\": \"system\", \"content\": \"\"}, {\"role\": "
                        + "\"user\", \"content\": \"\\ud83c\\udf19 \\u2022 NaN \\u0000 \\ud83c <|im_start|>\"}], "
                        + "\"stream\": false, \"options\": {\"temperature\": 0.7}}");
        ChatRequest request = backend.chatRequests.take();

        String said = "\uD83C\uDF19 • NaN \0 \uFFFD <|im_start|>";
        assertThat(request.messages().getFirst().content()).isEmpty();
        assertThat(request.messages().getLast().content()).isEqualTo(said);
        assertThat(JsonText.MAPPER.readTree(reply.body()).at("/message/content").stringValue())
                .isEqualTo("You said: " + said);
    }

    @Test
    void toolsAndToolCallsGoInAsTheyAre() throws Exception {
        String tools = "[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":{\"z\":1,\"a\":2}}}]";
        post(
                "/api/chat",
                "{\"model\":\"smollm2:135m\",\"tools\":" + tools + ",\"messages\":[{\"role\":\"assistant\","
                        + "\"content\":\"\",\"tool_calls\":[{\"id\":\"c\",\"function\":{\"name\":\"f\",\"arguments\":"
                        + "{\"z\":1,\"a\":2}}}]},{\"role\":\"tool\",\"content\":\"3\",\"tool_name\":\"f\"}]}");
        ChatRequest request = backend.chatRequests.take();

        assertThat(request.toolsJson()).hasValue(tools);
        assertThat(request.messages().getFirst().toolCalls())
                .containsExactly(new ToolCall("c", "f", "{\"z\":1,\"a\":2}"));
        assertThat(request.messages().getLast().toolName()).isEqualTo("f");
    }

    @Test
    void anEmptyPromptLoadsAndWithKeepAliveZeroUnloads() throws Exception {
        String loaded = post("/api/generate", "{\"model\":\"smollm2:135m\"}").body();
        HttpResponse<String> unloaded = post("/api/chat", "{\"model\":\"smollm2:135m\",\"keep_alive\":0}");

        assertThat(loaded).contains("\"response\":\"\",\"done\":true,\"done_reason\":\"load\"}");
        assertThat(unloaded.body())
                .contains("\"message\":{\"role\":\"assistant\",\"content\":\"\"},\"done\":true,"
                        + "\"done_reason\":\"unload\"}");
        assertThat(unloaded.headers().firstValue("Content-Type")).hasValue("application/json; charset=utf-8");
    }

    @Test
    void tagsShowAndPsSayWhatOllamaSays() throws Exception {
        backend.inMemory = List.of(
                new RunningModel("smollm2:135m", "ab", 5, 0, ScriptedBackend.TRAITS, Optional.of(Instant.EPOCH), 4096),
                new RunningModel("smollm2:135m", "ab", 5, 0, ScriptedBackend.TRAITS, Optional.empty(), 4096));

        String details = "\"details\":{\"parent_model\":\"\",\"format\":\"gguf\",\"family\":\"llama\",\"families\":["
                + "\"llama\"],\"parameter_size\":\"134.52M\",\"quantization_level\":\"Q4_1\"}";
        assertThat(get("/api/tags").body())
                .isEqualTo("{\"models\":[{\"name\":\"smollm2:135m\",\"model\":\"smollm2:135m\",\"modified_at\":"
                        + "\"2026-11-23T01:02:03.000000004Z\",\"size\":98000000,\"digest\":\"" + "ab".repeat(32)
                        + "\"," + details.replace("}", ",\"context_length\":8192}")
                        + ",\"capabilities\":[\"completion\"]}]}");
        assertThat(get("/api/ps").body())
                .contains("\"expires_at\":\"1970-01-01T00:00:00Z\",\"size_vram\":0,\"context_length\":4096")
                .containsPattern("\"expires_at\":\"23\\d\\d-");
        String shown = post("/api/show", "{\"name\":\"smollm2:135m\"}").body();
        assertThat(shown)
                .contains(details)
                .contains("\"tokenizer.ggml.tokens\":[]")
                .contains("\"tensors\":[{\"name\":");
        assertThat(post("/api/show", "{\"model\":\"smollm2:135m\",\"verbose\":true}")
                        .body())
                .contains("\"tokenizer.ggml.tokens\":[\"a\",");
    }

    @Test
    void tagsAnswersWhileEveryLoadWaits() throws Exception {
        backend.loading = new CountDownLatch(1);
        try {
            for (int i = 0; i < 64; i++) {
                client.sendAsync(
                        to("/api/generate")
                                .POST(java.net.http.HttpRequest.BodyPublishers.ofString(
                                        "{\"model\":\"smollm2:135m\",\"prompt\":\"x\"}"))
                                .build(),
                        HttpResponse.BodyHandlers.discarding());
            }
            for (int i = 0; i < 64; i++) backend.generateRequests.poll(10, TimeUnit.SECONDS);

            assertThat(get("/api/tags").statusCode()).isEqualTo(200);
        } finally {
            backend.loading.countDown();
        }
    }
}
