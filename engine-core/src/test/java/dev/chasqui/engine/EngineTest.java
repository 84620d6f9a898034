package dev.chasqui.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chasqui.api.Answer;
import dev.chasqui.api.BackendException;
import dev.chasqui.api.ChatRequest;
import dev.chasqui.api.Chunk;
import dev.chasqui.api.DoneReason;
import dev.chasqui.api.GenerateRequest;
import dev.chasqui.api.Generation;
import dev.chasqui.api.KeepAlive;
import dev.chasqui.api.Message;
import dev.chasqui.api.Option;
import dev.chasqui.api.Options;
import dev.chasqui.api.Progress;
import dev.chasqui.api.RunningModel;
import dev.chasqui.api.Settings;
import dev.chasqui.api.TokenLogprob;
import dev.chasqui.llama.TinyModel;
import dev.chasqui.store.Catalogue;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the engine promises, over the real default model.
class EngineTest {

    private static final String SKY = "Why is the sky blue? Answer in one sentence.";

    private static Path gguf;
    private static Engine engine;
    private static String model;

    @BeforeAll
    static void openTheDefaultModel() {
        gguf = Catalogue.standard().file("smollm2:135m", Progress.NONE);
        engine = Engine.open(gguf);
        model = engine.models().getFirst().name();
    }

    @AfterAll
    static void close() {
        engine.close();
    }

    @Test
    void aQuestionIsAnsweredSensibly() {
        Answer answer = engine.generate(request("Name the capital of France.", greedy(20)))
                .answer();

        assertThat(answer.text()).contains("Paris");
        assertThat(answer.summary().reason()).isEqualTo(DoneReason.STOP);
    }

    @Test
    void aSummaryCountsWhatWasDone() {
        Answer answer = engine.generate(request(SKY, greedy(7))).answer();

        assertThat(answer.summary().reason()).isEqualTo(DoneReason.LENGTH);
        assertThat(answer.summary().evalTokens()).isEqualTo(7);
        assertThat(answer.summary().promptTokens()).isBetween(30, 60);
        assertThat(List.of(
                        answer.summary().total(),
                        answer.summary().load(),
                        answer.summary().prompt(),
                        answer.summary().eval()))
                .allMatch(Duration::isPositive);
        assertThat(answer.summary().context()).hasSize(answer.summary().promptTokens() + 7);
    }

    @Test
    void theChunksTogetherAreTheWholeAnswer() {
        GenerateRequest request = request(SKY, greedy(30).with(Option.EXACT, true));
        List<String> pieces = new ArrayList<>();
        try (Generation generation = engine.generate(request)) {
            for (Chunk chunk : generation) pieces.add(chunk.text());
        }

        assertThat(pieces).hasSizeGreaterThan(10);
        assertThat(engine.generate(request).text()).isEqualTo(String.join("", pieces));
    }

    @Test
    void theSameSeedDrawsTheSameTokens() {
        Options seeded =
                Options.parse(Map.of("seed", Long.MAX_VALUE, "temperature", 1.5, "num_predict", 20, "exact", true));

        String first = engine.generate(request(SKY, seeded)).text();
        String second = engine.generate(request(SKY, seeded)).text();
        String other =
                engine.generate(request(SKY, seeded.with(Option.SEED, 7))).text();

        assertThat(second).isEqualTo(first);
        assertThat(other).isNotEqualTo(first);
    }

    @Test
    void theConfigurationBoundsAnswersOfRequestsThatDoNot() {
        EngineConfig config = EngineConfig.fromEnvironment(Map.of("CHASQUI_NUM_PREDICT", "5"));
        try (Engine bounded = Engine.open(gguf, config)) {
            GenerateRequest silent = request("1, 2, 3, 4,", Options.parse(Map.of("temperature", 0)))
                    .asRaw();
            Answer answer = bounded.generate(silent).answer();
            assertThat(answer.summary().evalTokens()).isEqualTo(5);
            assertThat(answer.summary().reason()).isEqualTo(DoneReason.LENGTH);

            GenerateRequest longer = request("1, 2, 3, 4,", greedy(9)).asRaw();
            assertThat(bounded.generate(longer).answer().summary().evalTokens()).isEqualTo(9);
        }
    }

    @Test
    void aChatRemembersWhatWasSaid() {
        ChatRequest chat = ChatRequest.of(
                        model,
                        Message.user("My name is Ada."),
                        Message.assistant("Nice to meet you, Ada!"),
                        Message.user("What is my name?"))
                .withSettings(Settings.DEFAULT.withOptions(greedy(20)));

        assertThat(engine.chat(chat).text()).contains("Ada");
    }

    @Test
    void anEmptySystemMessageIsAccepted() {
        ChatRequest chat = ChatRequest.of(model, Message.system(""), Message.user("Say hello \uD83C\uDF19"))
                .withSettings(Settings.DEFAULT.withOptions(greedy(10)));

        assertThat(engine.chat(chat).text()).isNotBlank();
    }

    @Test
    void aContextGoesOnWhereTheAnswerEnded() {
        Answer first = engine.generate(request("Name the capital of France.", greedy(10)))
                .answer();
        List<Integer> before = first.summary().context();

        Answer second = engine.generate(request("And of Spain?", greedy(5)).withContext(before))
                .answer();

        assertThat(second.summary().promptTokens()).isGreaterThan(before.size());
        assertThat(second.summary().context().subList(0, before.size())).isEqualTo(before);
    }

    @Test
    void aRawPromptIsCompletedWithoutATemplate() {
        Answer answer = engine.generate(
                        request("One, two, three, four,", greedy(4)).asRaw())
                .answer();

        assertThat(answer.text()).contains("five");
        assertThat(answer.summary().promptTokens()).isLessThan(12);
        assertThat(answer.summary().context()).isEmpty();
    }

    @Test
    void aStopStringEndsTheAnswerAndIsNotPartOfIt() {
        Options options = greedy(60).with(Option.STOP, List.of("blue"));

        Answer answer = engine.generate(request(SKY, options)).answer();

        assertThat(answer.text()).isNotEmpty().doesNotContain("blue");
        assertThat(answer.summary().reason()).isEqualTo(DoneReason.STOP);
    }

    @Test
    void everyTokenHasItsLogProbability() {
        Settings settings = Settings.DEFAULT.withOptions(greedy(8)).withTopLogprobs(3);

        Answer answer = engine.generate(GenerateRequest.of(model, SKY).withSettings(settings))
                .answer();

        assertThat(answer.logprobs()).hasSize(8);
        for (TokenLogprob token : answer.logprobs()) {
            assertThat(token.logprob()).isLessThanOrEqualTo(0);
            assertThat(token.top()).hasSize(3);
            assertThat(token.top().getFirst().token())
                    .as("greedy takes the likeliest")
                    .isEqualTo(token.token());
            assertThat(token.top()).isSortedAccordingTo((a, b) -> Double.compare(b.logprob(), a.logprob()));
        }
    }

    @Test
    void aSchemaShapesTheAnswer() {
        String schema = """
                {"type":"object","properties":{"action":{"enum":["BUY","SELL","HOLD"]}},"required":["action"]}
                """;
        Settings settings = Settings.DEFAULT.withOptions(greedy(60)).withFormat(schema);

        String text = engine.generate(
                        GenerateRequest.of(model, "Is now a good time to buy?").withSettings(settings))
                .text();

        assertThat(text.replaceAll("\\s", "")).matches("\\{\"action\":\"(BUY|SELL|HOLD)\"}");
    }

    @Test
    void manyRequestsAtOnceAreAllAnswered() throws Exception {
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Answer>> answers = Stream.iterate(1, i -> i + 1)
                    .limit(20)
                    .map(i -> callers.submit(
                            () -> engine.generate(request("Count from " + i + " to " + (i + 5) + ".", greedy(12)))
                                    .answer()))
                    .toList();

            for (Future<Answer> answer : answers) {
                assertThat(answer.get().summary().evalTokens()).isPositive();
                assertThat(answer.get().text()).isNotBlank();
            }
        }
    }

    @Test
    void closingAGenerationFreesItsPlaceAndEndsItsIteration() {
        Generation generation = engine.generate(request("Tell me a very long story.", greedy(4000)));
        Iterator<Chunk> chunks = generation.iterator();
        chunks.next();

        generation.close();

        assertThatThrownBy(() -> {
                    while (chunks.hasNext()) chunks.next();
                })
                .isInstanceOfSatisfying(
                        BackendException.class, e -> assertThat(e.kind()).isEqualTo(BackendException.Kind.CANCELLED));
        assertThat(engine.generate(request("Hi", greedy(3))).text()).isNotEmpty();
    }

    @Test
    void aLongerPromptGrowsAContextNobodyFixed(@TempDir Path folder) throws IOException {
        Path tiny = folder.resolve("tiny.gguf");
        TinyModel.seeded(1).withContextTokens(16_384).write(tiny);
        try (Engine small = Engine.open(tiny)) {
            small.generate(request("tiny", "short", greedy(2)).asRaw()).answer();
            assertThat(small.running()).extracting(RunningModel::contextLength).containsExactly(4096);

            Answer answer = small.generate(
                            request("tiny", "101.5,".repeat(800), greedy(2)).asRaw())
                    .answer();

            assertThat(answer.summary().promptTokens()).isBetween(4097, 8190);
            assertThat(small.running()).extracting(RunningModel::contextLength).containsExactly(8192);
        }
    }

    @Test
    void aPromptBeyondTheModelLosesItsMiddleOrIsRefused(@TempDir Path folder) throws IOException {
        Path tiny = folder.resolve("tiny.gguf");
        TinyModel.seeded(1).withContextTokens(1024).write(tiny);
        try (Engine small = Engine.open(tiny)) {
            GenerateRequest tape =
                    request("tiny", "101.5,".repeat(200), greedy(2)).asRaw();

            Answer answer = small.generate(tape).answer();
            assertThat(answer.summary().promptTokens()).isEqualTo(4 + (1024 - 4) / 2);
            assertThat(answer.summary().droppedPromptTokens()).isEqualTo(1200 - 514);

            Settings whole = tape.settings().withShift(false);
            assertThatThrownBy(() -> small.generate(tape.withSettings(whole)))
                    .isInstanceOfSatisfying(
                            BackendException.class, e -> assertThat(e.kind()).isEqualTo(BackendException.Kind.INVALID))
                    .hasMessageContaining("the prompt is longer than the context length")
                    .hasMessageContaining("(the prompt is 1200 tokens, the context holds 1024)");
        }
    }

    @Test
    void anEmptyPromptLoadsAndKeepAliveZeroUnloads() {
        Generation loaded = engine.generate(GenerateRequest.of(model, ""));
        assertThat(loaded.answer().summary().reason()).isEqualTo(DoneReason.LOAD);
        assertThat(engine.running()).hasSize(1);

        Settings unload = Settings.DEFAULT.withKeepAlive(KeepAlive.UNLOAD);
        Generation unloaded = engine.generate(GenerateRequest.of(model, "").withSettings(unload));

        assertThat(unloaded.answer().summary().reason()).isEqualTo(DoneReason.UNLOAD);
        assertThat(engine.running()).isEmpty();
    }

    @Test
    void aModelThatIsNotThereIsNotFound() {
        assertThatThrownBy(() -> engine.generate(GenerateRequest.of("no-such-model:9b", "Hi")))
                .isInstanceOfSatisfying(
                        BackendException.class, e -> assertThat(e.kind()).isEqualTo(BackendException.Kind.NOT_FOUND))
                .hasMessage("model 'no-such-model:9b' not found");
    }

    @Test
    void whatTheModelCannotDoIsRefused() {
        GenerateRequest image = new GenerateRequest(
                model,
                "What is this?",
                java.util.Optional.empty(),
                java.util.Optional.empty(),
                java.util.Optional.empty(),
                List.of(),
                false,
                List.of(new byte[] {1}),
                Settings.DEFAULT);

        assertThatThrownBy(() -> engine.generate(image)).hasMessageContaining("does not support images");
        assertThatThrownBy(() -> engine.generate(request("Hi", greedy(5)).withContext(List.of(1, 999_999))))
                .hasMessageContaining("context holds token 999999");
        assertThatThrownBy(() -> engine.generate(GenerateRequest.of(model, "Hi")
                        .withSettings(Settings.DEFAULT.withFormat("{\"type\":\"nonsense\"}"))))
                .isInstanceOf(BackendException.class)
                .hasMessageContaining("format");
    }

    private static GenerateRequest request(String prompt, Options options) {
        return request(model, prompt, options);
    }

    private static GenerateRequest request(String model, String prompt, Options options) {
        return GenerateRequest.of(model, prompt).withSettings(Settings.DEFAULT.withOptions(options));
    }

    private static Options greedy(int tokens) {
        return Options.parse(Map.of("temperature", 0, "num_predict", tokens));
    }
}
