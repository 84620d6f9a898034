package dev.chasqui.bench;

import dev.chasqui.api.Backend;
import dev.chasqui.api.Chunk;
import dev.chasqui.api.GenerateRequest;
import dev.chasqui.api.Generation;
import dev.chasqui.api.KeepAlive;
import dev.chasqui.api.Option;
import dev.chasqui.api.Options;
import dev.chasqui.api.Settings;
import dev.chasqui.api.Summary;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/// What is asked of a backend: greedy, without a template, with the same context and threads everywhere.
final class Workload {

    static final int CONTEXT_TOKENS = 2048;
    static final int FIRST_TOKEN_PROMPT = 30;
    static final int DECODE_TOKENS = 128;
    static final int AT_ONCE = 16;
    static final int SHORT_TOKENS = 16;

    /// Greedy models go on with such a text for hundreds of tokens rather than end it.
    static final List<String> ENDLESS = List.of(
            "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18,",
            "a b c d a b c d a b c d a b c d a b c d a b c d a b c d",
            "The following is a very long list of all the countries, cities and rivers of the world:\n1.");

    /// Words that are one token with their space in every vocabulary we know.
    private static final String[] WORDS = ("market price order trade buy sell high low open close time day week year "
                    + "risk gain loss stock bank money value point line chart trend move rise fall hold wait long short "
                    + "large small first last next good bad new old big fast slow strong weak early late near far")
            .split(" ");

    private final String model;
    private final Options options;

    Workload(String model, int threads) {
        this.model = model;
        this.options = Options.NONE
                .with(Option.TEMPERATURE, 0)
                .with(Option.NUM_CTX, CONTEXT_TOKENS)
                .with(Option.NUM_THREAD, threads);
    }

    /// A text that begins with its number, so that a cache of prefixes cannot help.
    ///
    /// @param variant another text with the same beginning
    static String words(int number, int variant, int count) {
        Random random = new Random(31L * number + variant);
        StringBuilder text =
                new StringBuilder().append((char) ('A' + number % 26)).append(number);
        for (int i = 0; i < count; i++) text.append(' ').append(WORDS[random.nextInt(WORDS.length)]);
        return text.toString();
    }

    /// The prompt as it is, and an answer of at most so many tokens.
    GenerateRequest request(String prompt, int tokens) {
        return GenerateRequest.of(model, prompt)
                .asRaw()
                .withSettings(Settings.DEFAULT
                        .withOptions(options.with(Option.NUM_PREDICT, tokens))
                        .withKeepAlive(KeepAlive.FOREVER));
    }

    void load(Backend backend) {
        backend.generate(request("", 1)).answer();
    }

    /// Nanoseconds from the call until the first piece of the answer is there.
    ///
    /// @throws IllegalStateException if the backend saw another number of tokens
    long firstTokenNanos(Backend backend, String prompt, int promptTokens) {
        long start = System.nanoTime();
        try (Generation generation = backend.generate(request(prompt, 1))) {
            Iterator<Chunk> chunks = generation.iterator();
            boolean any = chunks.hasNext();
            long nanos = System.nanoTime() - start;
            while (chunks.hasNext()) chunks.next();
            check(any, "the model answered \"" + prompt + "\" with no text at all");
            int seen = generation.summary().promptTokens();
            check(
                    promptTokens == 0 || seen == promptTokens,
                    "the backend counted " + seen + " tokens in the prompt where llama.cpp counts " + promptTokens);
            return nanos;
        }
    }

    /// Tokens per second after the first, of an answer of [#DECODE_TOKENS].
    ///
    /// @throws IllegalStateException if the answer is shorter
    double decodeRate(Backend backend, String prompt) {
        try (Generation generation = backend.generate(request(prompt, DECODE_TOKENS))) {
            Iterator<Chunk> chunks = generation.iterator();
            chunks.next();
            long first = System.nanoTime();
            while (chunks.hasNext()) chunks.next();
            long nanos = System.nanoTime() - first;
            int tokens = generation.summary().evalTokens();
            check(tokens == DECODE_TOKENS, "the answer has " + tokens + " tokens instead of " + DECODE_TOKENS);
            return (tokens - 1) * 1e9 / nanos;
        }
    }

    /// Nanoseconds until the last of [#AT_ONCE] short questions, asked at once, is answered.
    long atOnceNanos(Backend backend, int number) {
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Summary>> questions = IntStream.range(0, AT_ONCE)
                    .<Callable<Summary>>mapToObj(i ->
                            () -> backend.generate(request(words(number * AT_ONCE + i, 0, 20), SHORT_TOKENS))
                                    .answer()
                                    .summary())
                    .toList();
            long start = System.nanoTime();
            for (Future<Summary> answer : callers.invokeAll(questions)) answer.get();
            return System.nanoTime() - start;
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException("one of " + AT_ONCE + " requests failed: " + e.getMessage(), e);
        }
    }

    /// The first of [#ENDLESS] that this backend's model goes on with for [#DECODE_TOKENS] tokens.
    String endlessPrompt(Backend backend) {
        return ENDLESS.stream()
                .filter(prompt -> backend.generate(request(prompt, DECODE_TOKENS))
                                .answer()
                                .summary()
                                .evalTokens()
                        == DECODE_TOKENS)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(
                        "the model ends every one of our prompts before " + DECODE_TOKENS + " tokens"));
    }

    private static void check(boolean holds, String otherwise) {
        if (!holds) throw new IllegalStateException(otherwise);
    }
}
