package dev.chasqui.bench;

import dev.chasqui.api.Answer;
import dev.chasqui.api.BackendException;
import dev.chasqui.api.Chunk;
import dev.chasqui.api.EmbedRequest;
import dev.chasqui.api.Embeddings;
import dev.chasqui.api.GenerateRequest;
import dev.chasqui.api.Generation;
import dev.chasqui.api.KeepAlive;
import dev.chasqui.api.Settings;
import dev.chasqui.api.Settings.OnLength;
import dev.chasqui.bench.Task.Shots;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// What any backend does, one thing at a time: raw prompts at temperature 0, as long on every side.
final class PlainTasks {

    private static final int CONTEXT = Workload.CONTEXT_TOKENS;
    /// Holds the shared prefix, 16 questions and their answers.
    private static final int FAN_OUT_CONTEXT = 4096;

    private static final int SHORT_WORDS = 26;
    private static final int QUESTION_WORDS = 18;
    private static final int AGENTS = 16;
    private static final int ANSWER = 16;
    private static final int DECISION_TOKENS = 96;
    private static final int EMBED_TEXTS = 16;
    private static final int EMBED_WORDS = 100;

    /// A greedy model goes on counting.
    private static final String ENDING = " Count: 1, 2, 3, 4,";

    private static final List<String> LABELS = List.of("BUY", "SELL", "HOLD");

    private static final String LABEL_SCHEMA = LABELS.stream()
            .map(label -> '"' + label + '"')
            .collect(Collectors.joining(", ", "{\"type\": \"string\", \"enum\": [", "]}"));

    private PlainTasks() {}

    /// @param prefix words of the context that agents share: one token each, and a few more
    static List<Task> all(int prefix) {
        return List.of(
                new Task("decode", "128 tokens of one answer", CONTEXT, Shots.of(2, 5), PlainTasks::decode),
                new Task(
                        "first-token-short",
                        "first token of a 30-token prompt",
                        CONTEXT,
                        Shots.of(5, 15),
                        (side, i) -> firstToken(side, Texts.words(i, 0, SHORT_WORDS))),
                new Task(
                        "first-token-cold",
                        "first token of an unseen prompt of " + prefix + " words",
                        FAN_OUT_CONTEXT,
                        Shots.of(1, 3),
                        (side, i) -> firstToken(side, Texts.words(i, 0, prefix))),
                new Task(
                        "first-token-warm",
                        "first token of a prompt of " + prefix + " words that was just asked",
                        FAN_OUT_CONTEXT,
                        Shots.of(2, 5),
                        (side, i) -> firstToken(side, Texts.words(0, 0, prefix)),
                        (side, i) -> firstToken(side, Texts.words(0, 0, prefix))),
                new Task(
                        "first-token-shared",
                        "first token of a new question behind a cached prefix of " + prefix + " words",
                        FAN_OUT_CONTEXT,
                        Shots.of(2, 5),
                        (side, i) -> firstToken(side, Texts.words(0, 0, prefix)),
                        (side, i) -> firstToken(side, question(0, prefix, i))),
                new Task(
                        "fan-out-cold",
                        AGENTS + " agents about one unseen context of " + prefix + " words, 16 tokens each",
                        FAN_OUT_CONTEXT,
                        Shots.of(0, 2),
                        (side, i) -> fanOut(side, i, prefix)),
                new Task(
                        "fan-out-cached",
                        "the same with the context cached",
                        FAN_OUT_CONTEXT,
                        Shots.of(0, 2),
                        (side, i) -> firstToken(side, Texts.words(i, 0, prefix)),
                        (side, i) -> fanOut(side, i, prefix)),
                new Task(
                        "json",
                        "a decision as JSON by a schema, whole",
                        CONTEXT,
                        Shots.of(2, 5),
                        (side, i) -> decision(side, i, DECISION_TOKENS, SchemaDecode::held)),
                new Task(
                        "choices",
                        "one of three labels; where the server does not know `choices`, by a schema",
                        CONTEXT,
                        Shots.of(2, 5),
                        (side, i) -> decision(
                                side,
                                i,
                                ANSWER,
                                settings -> side.stranger()
                                        ? settings.withFormat(LABEL_SCHEMA).withOnLength(OnLength.CLOSE)
                                        : settings.withChoices(LABELS))),
                new Task(
                        "embed",
                        EMBED_TEXTS + " texts of 100 words as vectors, one call",
                        CONTEXT,
                        Shots.of(1, 3),
                        PlainTasks::embed),
                new Task(
                        "load",
                        "loading the model",
                        CONTEXT,
                        Shots.of(1, 3),
                        (side, i) -> side.workload().unload(side.backend()),
                        (side, i) -> {
                            side.workload().load(side.backend());
                            return Counts.NONE;
                        }),
                new Task(
                        "unload",
                        "unloading it, as far as the caller waits",
                        CONTEXT,
                        Shots.of(1, 3),
                        (side, i) -> side.workload().load(side.backend()),
                        (side, i) -> {
                            side.workload().unload(side.backend());
                            return Counts.NONE;
                        }));
    }

    private static Counts decode(Asked side, int number) {
        GenerateRequest request = side.workload().request(Workload.ENDLESS.getFirst(), Workload.DECODE_TOKENS);
        return answered(side.backend().generate(request).answer(), Workload.DECODE_TOKENS);
    }

    private static Counts firstToken(Asked side, String prompt) {
        try (Generation generation = side.backend().generate(side.workload().request(prompt, 1))) {
            Iterator<Chunk> chunks = generation.iterator();
            while (chunks.hasNext()) chunks.next();
            return Counts.of(generation.summary(), false);
        }
    }

    private static Counts fanOut(Asked side, int number, int prefix) {
        List<Callable<Counts>> calls = IntStream.range(0, AGENTS)
                .<Callable<Counts>>mapToObj(agent -> () -> {
                    GenerateRequest request = side.workload().request(question(number, prefix, agent), ANSWER);
                    return Counts.of(side.backend().generate(request).answer());
                })
                .toList();
        Counts all = Asked.atOnce(calls);
        Workload.requireAnswers(all.answerTokens(), AGENTS * ANSWER / 2);
        return all;
    }

    /// A question about a context; all questions about it begin with it.
    private static String question(int context, int prefix, int question) {
        return Texts.words(context, 0, prefix) + " " + Texts.words(question, 1, QUESTION_WORDS) + ENDING;
    }

    private static Counts decision(Asked side, int number, int tokens, UnaryOperator<Settings> how) {
        GenerateRequest request =
                side.workload().request(SchemaDecode.EXAMPLES + SchemaDecode.question(number, 0), tokens);
        Answer answer = side.backend()
                .generate(request.withSettings(how.apply(request.settings())))
                .answer();
        return Counts.of(answer);
    }

    private static Counts embed(Asked side, int number) {
        List<String> texts = IntStream.range(0, EMBED_TEXTS)
                .mapToObj(i -> Texts.words(EMBED_TEXTS * number + i, 2, EMBED_WORDS))
                .toList();
        EmbedRequest request = EmbedRequest.of(side.model().name(), texts)
                .withOptions(side.workload().options())
                .withKeepAlive(KeepAlive.FOREVER);
        Embeddings vectors;
        try {
            vectors = side.backend().embed(request);
        } catch (BackendException e) {
            throw new IllegalStateException("it makes no vectors with this model: " + e.getMessage(), e);
        }
        return new Counts(1, vectors.promptTokens(), 0, 0, 0, 0, 0, 0);
    }

    private static Counts answered(Answer answer, int least) {
        Workload.requireAnswers(answer.summary().evalTokens(), least);
        return Counts.of(answer);
    }
}
