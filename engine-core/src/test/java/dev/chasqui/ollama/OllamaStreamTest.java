package dev.chasqui.ollama;

import static dev.chasqui.api.BackendException.Kind.CANCELLED;
import static dev.chasqui.api.BackendException.Kind.FAILED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.chasqui.api.Answer;
import dev.chasqui.api.BackendException;
import dev.chasqui.api.BackendException.Kind;
import dev.chasqui.api.ChatRequest;
import dev.chasqui.api.Chunk;
import dev.chasqui.api.DoneReason;
import dev.chasqui.api.GenerateRequest;
import dev.chasqui.api.Generation;
import dev.chasqui.api.Message;
import dev.chasqui.api.Settings;
import dev.chasqui.api.ToolCall;
import dev.chasqui.api.Urgency;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(30)
class OllamaStreamTest {

    private static final GenerateRequest ASK = GenerateRequest.of("m", "Hi");
    private static final String END = """
            {"model":"m","response":"","done":true,"done_reason":"length","context":[1,2,3],"total_duration":9,\
            "load_duration":2,"prompt_eval_count":5,"prompt_eval_duration":3,"eval_count":7,"eval_duration":4,\
            "prompt_cached_count":8,"prompt_dropped_count":9,"messages_dropped_count":10,"context_dropped_count":11,\
            "queue_duration":12}""";

    @Test
    void anAnswerComesPieceByPieceAndEndsWithItsCosts() throws Exception {
        try (ScriptedServer server = ScriptedServer.lines(piece("Hel"), piece("lo"), END);
                OllamaBackend backend = OllamaBackend.connect(server.uri());
                Generation generation = backend.generate(ASK)) {

            List<String> texts = new ArrayList<>();
            generation.forEach(chunk -> texts.add(chunk.text()));

            assertThat(texts).containsExactly("Hel", "lo");
            assertThat(generation.summary().reason()).isEqualTo(DoneReason.LENGTH);
            assertThat(generation.summary().context()).containsExactly(1, 2, 3);
            assertThat(generation.summary().promptTokens()).isEqualTo(5);
            assertThat(generation.summary().evalTokens()).isEqualTo(7);
            assertThat(generation.summary().total()).hasNanos(9);
            assertThat(generation.summary().load()).hasNanos(2);
            assertThat(generation.summary().prompt()).hasNanos(3);
            assertThat(generation.summary().eval()).hasNanos(4);
            assertThat(generation.summary().cachedTokens()).isEqualTo(8);
            assertThat(generation.summary().droppedPromptTokens()).isEqualTo(9);
            assertThat(generation.summary().droppedMessages()).isEqualTo(10);
            assertThat(generation.summary().droppedTokens()).isEqualTo(11);
            assertThat(generation.summary().queued()).hasNanos(12);
        }
    }

    @Test
    void aServerThatKeepsNoDeadlineIsHungUpOnAndTheAnswerEndsThere() throws Exception {
        CountDownLatch hungUp = new CountDownLatch(1);
        try (ScriptedServer server = new ScriptedServer(call -> {
                    call.head(200, "application/x-ndjson");
                    call.chunk(piece("half") + "\n");
                    call.awaitClientGone();
                    hungUp.countDown();
                });
                OllamaBackend backend = OllamaBackend.connect(server.uri())) {
            Answer answer = backend.generate(ASK.withSettings(within(200))).answer();

            assertThat(answer.text()).isEqualTo("half");
            assertThat(answer.summary().reason()).isEqualTo(DoneReason.LENGTH);
            assertThat(hungUp.await(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void anAnswerThatNeverBeganOrMustBeWholeIsTooLate() throws Exception {
        try (ScriptedServer server = new ScriptedServer(call -> {
                    boolean formatted = new String(call.body, StandardCharsets.UTF_8).contains("format");
                    if (formatted) call.head(200, "application/x-ndjson");
                    if (formatted) call.chunk(piece("{\\\"a\\\":") + "\n");
                    call.awaitClientGone();
                });
                OllamaBackend backend = OllamaBackend.connect(server.uri())) {
            for (Settings settings : List.of(within(200), within(200).withFormat("\"json\""))) {
                assertThatThrownBy(() ->
                                backend.generate(ASK.withSettings(settings)).answer())
                        .hasMessageStartingWith("the deadline of 200 ms passed before ")
                        .isInstanceOfSatisfying(
                                BackendException.class,
                                e -> assertThat(e.kind()).isEqualTo(Kind.TOO_LATE));
            }
        }
    }

    @Test
    void halfAnObjectIsAnErrorEvenIfTheServerSeesNothingInIt() throws Exception {
        try (ScriptedServer server = ScriptedServer.lines(piece("{\\\"a\\\":"), END);
                OllamaBackend backend = OllamaBackend.connect(server.uri())) {
            assertThatThrownBy(() -> backend.generate(ASK.withSettings(Settings.DEFAULT.withFormat("\"json\"")))
                            .answer())
                    .hasMessageContaining("cut off after 7 tokens, before its JSON was complete")
                    .isInstanceOfSatisfying(
                            BackendException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INCOMPLETE));
        }
    }

    private static Settings within(int millis) {
        return Settings.DEFAULT.withUrgency(Urgency.NONE.withDeadline(Duration.ofMillis(millis)));
    }

    @Test
    void aPieceIsHandedOutBeforeTheNextOneIsMade() throws Exception {
        CountDownLatch firstTaken = new CountDownLatch(1);
        try (ScriptedServer server = new ScriptedServer(call -> {
                    call.head(200, "application/x-ndjson");
                    call.chunk(piece("one") + "\n");
                    firstTaken.await();
                    call.chunk(piece("two") + "\n" + END + "\n");
                    call.end();
                });
                OllamaBackend backend = OllamaBackend.connect(server.uri());
                Generation generation = backend.generate(ASK)) {
            Iterator<Chunk> chunks = generation.iterator();

            assertThat(chunks.next().text()).isEqualTo("one");
            assertThatThrownBy(generation::summary).isInstanceOf(IllegalStateException.class);
            firstTaken.countDown();

            assertThat(chunks.next().text()).isEqualTo("two");
            assertThat(chunks.hasNext()).isFalse();
        }
    }

    @Test
    void bytesMayArriveOneByOneWithCarriageReturnsAndBlankLines() throws Exception {
        byte[] body = (piece("né€😀") + "\r\n\r\n\n" + END).getBytes(StandardCharsets.UTF_8); // no last line end
        try (ScriptedServer server = new ScriptedServer(call -> {
                    call.head(200, "application/x-ndjson");
                    for (byte one : body) call.chunk(new byte[] {one});
                    call.end();
                });
                OllamaBackend backend = OllamaBackend.connect(server.uri())) {

            assertThat(backend.generate(ASK).text()).isEqualTo("né€😀");
        }
    }

    @Test
    void whatFollowsTheLastLineIsIgnored() throws Exception {
        try (ScriptedServer server = ScriptedServer.lines(piece("yes"), END, "{\"response\":\"no\"", "garbage");
                OllamaBackend backend = OllamaBackend.connect(server.uri())) {

            assertThat(backend.generate(ASK).text()).isEqualTo("yes");
        }
    }

    @Test
    void thePiecesOfAChatCarryThoughtsAndToolCallsEvenInTheLastLine() throws Exception {
        try (ScriptedServer server = ScriptedServer.lines("""
                        {"message":{"role":"assistant","content":"","thinking":"hm"},"done":false}""", """
                        {"message":{"role":"assistant","content":"Buying.","tool_calls":[{"id":"call_1","function":\
                        {"index":0,"name":"buy","arguments":{"b":1.50,"a":[1e400]}}}]},"done":true,"done_reason":"stop"}""");
                OllamaBackend backend = OllamaBackend.connect(server.uri())) {

            Answer answer =
                    backend.chat(ChatRequest.of("m", Message.user("Buy?"))).answer();

            assertThat(answer.thinking()).isEqualTo("hm");
            assertThat(answer.text()).isEqualTo("Buying.");
            assertThat(answer.toolCalls())
                    .containsExactly(new ToolCall("call_1", "buy", "{\"b\":1.50,\"a\":[1E+400]}"));
        }
    }

    @Test
    void logprobsBelongToTheirPiece() throws Exception {
        try (ScriptedServer server = ScriptedServer.lines("""
                        {"response":"é","done":false,"logprobs":[{"token":"é","logprob":-0.5,"bytes":[195,169],\
                        "top_logprobs":[{"token":"é","logprob":-0.5,"bytes":[195,169]},{"token":"e","logprob":-2}]}]}""", END);
                OllamaBackend backend = OllamaBackend.connect(server.uri())) {

            Answer answer = backend.generate(ASK).answer();

            assertThat(answer.logprobs()).singleElement().satisfies(entry -> {
                assertThat(entry.bytes()).containsExactly(195, 169);
                assertThat(entry.logprob()).isEqualTo(-0.5);
                assertThat(entry.top().get(1).bytes()).containsExactly(101);
            });
        }
    }

    @ParameterizedTest
    @CsvSource({"load,LOAD", "unload,UNLOAD"})
    void aPlainObjectTellsOfLoadingAndUnloading(String wire, DoneReason reason) throws Exception {
        try (ScriptedServer server = ScriptedServer.whole(
                        200, "{\"model\":\"m\",\"response\":\"\",\"done\":true,\"done_reason\":\"" + wire + "\"}");
                OllamaBackend backend = OllamaBackend.connect(server.uri())) {

            Answer answer = backend.generate(GenerateRequest.of("m", "")).answer();

            assertThat(answer.text()).isEmpty();
            assertThat(answer.summary().reason()).isEqualTo(reason);
        }
    }

    @Test
    void anErrorAmongTheLinesBreaksTheAnswerOffInItsOwnWords() throws Exception {
        try (ScriptedServer server = ScriptedServer.lines(piece("half"), "{\"error\":\"model runner has stopped\"}");
                OllamaBackend backend = OllamaBackend.connect(server.uri())) {

            assertThat(failureAfterHalf(backend)).hasMessage("model runner has stopped");
        }
    }

    @Test
    void anEndWithoutALastLineIsAFailure() throws Exception {
        try (ScriptedServer server = ScriptedServer.lines(piece("half"));
                OllamaBackend backend = OllamaBackend.connect(server.uri())) {

            assertThat(failureAfterHalf(backend))
                    .hasMessageContaining("broke off")
                    .hasMessageContaining("last line");
        }
    }

    @Test
    void aLostConnectionIsAFailure() throws Exception {
        CountDownLatch halfTaken = new CountDownLatch(1);
        try (ScriptedServer server = new ScriptedServer(call -> {
                    call.head(200, "application/x-ndjson");
                    call.chunk(piece("half") + "\n");
                    halfTaken.await();
                    call.breakConnection();
                });
                OllamaBackend backend = OllamaBackend.connect(server.uri());
                Generation generation = backend.generate(ASK)) {
            Iterator<Chunk> chunks = generation.iterator();
            chunks.next();
            halfTaken.countDown();

            BackendException failure = catchThrowableOfType(BackendException.class, chunks::hasNext);

            assertThat(failure.kind()).isEqualTo(FAILED);
            assertThat(failure).hasMessageContaining(server.uri().toString()).hasMessageContaining("broke off");
            assertThatThrownBy(chunks::hasNext).as("the failure stays").isSameAs(failure);
        }
    }

    @Test
    void brokenJsonIsAFailure() throws Exception {
        try (ScriptedServer server = ScriptedServer.lines(piece("half"), "{\"response\":", END);
                OllamaBackend backend = OllamaBackend.connect(server.uri())) {

            assertThat(failureAfterHalf(backend)).hasMessageContaining("not JSON");
        }
    }

    @Test
    void bytesThatAreNotUtf8AreAFailure() throws Exception {
        try (ScriptedServer server = new ScriptedServer(call -> {
                    call.head(200, "application/x-ndjson");
                    call.chunk(piece("half") + "\n");
                    call.chunk("{\"response\":\"\u00ff\"}\n".getBytes(StandardCharsets.ISO_8859_1));
                    call.end();
                });
                OllamaBackend backend = OllamaBackend.connect(server.uri())) {

            assertThat(failureAfterHalf(backend)).hasMessageContaining("not JSON");
        }
    }

    @Test
    void anEndlessLineIsAFailureAndTheServerSeesTheClientLeave() throws Exception {
        CountDownLatch refused = new CountDownLatch(1);
        byte[] dots = ".".repeat(1 << 16).getBytes(StandardCharsets.UTF_8);
        try (ScriptedServer server = new ScriptedServer(call -> {
                    call.head(200, "application/x-ndjson");
                    call.chunk(piece("half") + "\n");
                    try {
                        while (true) call.chunk(dots);
                    } finally {
                        refused.countDown();
                    }
                });
                OllamaBackend backend = OllamaBackend.connect(server.uri())) {

            assertThat(failureAfterHalf(backend)).hasMessageContaining("longer than 8 MiB");
            assertThat(refused.await(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void aSlowReaderSlowsTheServerDown() throws Exception {
        AtomicLong sent = new AtomicLong();
        CountDownLatch stopped = new CountDownLatch(1);
        String piece = piece("x".repeat(60_000)) + "\n";
        try (ScriptedServer server = new ScriptedServer(call -> {
                    call.head(200, "application/x-ndjson");
                    try {
                        for (int i = 0; i < 4_000; i++) {
                            call.chunk(piece);
                            sent.addAndGet(piece.length());
                        }
                    } finally {
                        stopped.countDown();
                    }
                });
                OllamaBackend backend = OllamaBackend.connect(server.uri());
                Generation generation = backend.generate(ASK)) {
            generation.iterator().next();

            // 240 MB wait to be sent; what the reader does not take must stay at the server.
            assertThat(stopped.await(1, TimeUnit.SECONDS)).isFalse();
            assertThat(sent.get()).isLessThan(64 << 20);
        }
    }

    @Test
    void theServerSeesAClosedAnswerWithinATenthOfASecond() throws Exception {
        try (ScriptedServer server = new ScriptedServer(OllamaStreamTest::oneThenSilence);
                OllamaBackend backend = OllamaBackend.connect(server.uri())) {
            warmUp(backend, server);
            Generation generation = backend.generate(ASK);
            generation.iterator().next();
            ScriptedServer.Call call = server.calls.take();

            generation.close();

            assertThat(call.clientGone.await(100, TimeUnit.MILLISECONDS)).isTrue();
        }
    }

    @Test
    void closingFromAnotherThreadEndsTheWait() throws Exception {
        try (ScriptedServer server = new ScriptedServer(OllamaStreamTest::oneThenSilence);
                OllamaBackend backend = OllamaBackend.connect(server.uri())) {
            Generation generation = backend.generate(ASK);
            Iterator<Chunk> chunks = generation.iterator();
            chunks.next();
            CompletableFuture<Boolean> waiting = CompletableFuture.supplyAsync(chunks::hasNext);

            generation.close();
            generation.close();

            BackendException failure = (BackendException)
                    waiting.handle((more, thrown) -> thrown.getCause()).get(10, TimeUnit.SECONDS);
            assertThat(failure.kind()).isEqualTo(CANCELLED);
        }
    }

    @Test
    void closingTheBackendEndsEveryAnswer() throws Exception {
        try (ScriptedServer server = new ScriptedServer(OllamaStreamTest::oneThenSilence)) {
            OllamaBackend backend = OllamaBackend.connect(server.uri());
            Generation generation = backend.generate(ASK);
            Iterator<Chunk> chunks = generation.iterator();
            chunks.next();

            backend.close();

            assertThat(kindOf(chunks::hasNext)).isEqualTo(CANCELLED);
            assertThat(kindOf(() -> backend.generate(ASK))).isEqualTo(CANCELLED);
            assertThat(server.calls.take().clientGone.await(10, TimeUnit.SECONDS))
                    .isTrue();
        }
    }

    @Test
    void interruptingWhoWaitsForTheFirstTokenGivesTheRequestUp() throws Exception {
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.Call::awaitClientGone);
                OllamaBackend backend = OllamaBackend.connect(server.uri())) {
            CompletableFuture<Kind> kind = new CompletableFuture<>();
            Thread asker = Thread.ofVirtual().start(() -> kind.complete(kindOf(() -> backend.generate(ASK))));
            ScriptedServer.Call call = server.calls.take();

            asker.interrupt();

            assertThat(kind.get(10, TimeUnit.SECONDS)).isEqualTo(CANCELLED);
            assertThat(call.clientGone.await(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void answersReadToTheirEndShareConnections() throws Exception {
        try (ScriptedServer server = ScriptedServer.lines(piece("a"), END);
                OllamaBackend backend = OllamaBackend.connect(server.uri())) {

            for (int i = 0; i < 20; i++) {
                assertThat(backend.generate(ASK).text()).isEqualTo("a");
            }

            // One, unless a thread that reads a body's end has to wait for a core longer than the client does for it.
            assertThat(server.connections.get()).isLessThan(5);
        }
    }

    private static void oneThenSilence(ScriptedServer.Call call) throws Exception {
        call.head(200, "application/x-ndjson");
        call.chunk(piece("one") + "\n");
        call.awaitClientGone();
    }

    private static void warmUp(OllamaBackend backend, ScriptedServer server) throws InterruptedException {
        try (Generation generation = backend.generate(ASK)) {
            generation.iterator().next();
        }
        server.calls.take().clientGone.await();
    }

    private static BackendException failureAfterHalf(OllamaBackend backend) {
        try (Generation generation = backend.generate(ASK)) {
            Iterator<Chunk> chunks = generation.iterator();
            assertThat(chunks.next().text()).isEqualTo("half");
            BackendException failure = catchThrowableOfType(BackendException.class, chunks::hasNext);
            assertThat(failure.kind()).isEqualTo(FAILED);
            assertThatThrownBy(generation::summary).isInstanceOf(IllegalStateException.class);
            return failure;
        }
    }

    private static Kind kindOf(Runnable call) {
        return catchThrowableOfType(BackendException.class, call::run).kind();
    }

    private static String piece(String text) {
        return "{\"model\":\"m\",\"response\":\"" + text + "\",\"done\":false}";
    }
}
