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
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// What is asked of a backend: greedy, without a template, with the same context and threads everywhere.
final class Workload {

    static final int CONTEXT_TOKENS = 2048;
    static final int FIRST_TOKEN_PROMPT = 30;
    static final int DECODE_TOKENS = 128;
    static final int SHORT_TOKENS = 16;

    /// Greedy models go on with such a text for hundreds of tokens rather than end it.
    static final List<String> ENDLESS = List.of(
            "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18,",
            "a b c d a b c d a b c d a b c d a b c d a b c d a b c d",
            "The following is a very long list of all the countries, cities and rivers of the world:\n1.");

    private final String model;
    private final Options options;

    Workload(String model, int threads) {
        this(
                model,
                Options.NONE
                        .with(Option.TEMPERATURE, 0)
                        .with(Option.NUM_CTX, CONTEXT_TOKENS)
                        .with(Option.NUM_THREAD, threads));
    }

    private Workload(String model, Options options) {
        this.model = model;
        this.options = options;
    }

    Workload with(Option option, Object value) {
        return new Workload(model, options.with(option, value));
    }

    /// What every request sets.
    Options options() {
        return options;
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

    /// The model leaves memory, as it does when its keep-alive is over.
    void unload(Backend backend) {
        GenerateRequest nothing = request("", 1);
        backend.generate(nothing.withSettings(nothing.settings().withKeepAlive(KeepAlive.UNLOAD)))
                .answer();
    }

    /// Nanoseconds from the call until the first piece of the answer is there.
    ///
    /// @param promptTokens what llama.cpp counts; `0` if nobody counted
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
        Decoded decoded = decode(backend, prompt);
        check(
                decoded.tokens() == DECODE_TOKENS,
                "the answer has " + decoded.tokens() + " tokens instead of " + DECODE_TOKENS);
        return decoded.perSecond();
    }

    /// An answer, and how long it took from its first token to its last.
    record Decoded(int tokens, long nanos) {

        double perSecond() {
            return (tokens - 1) * 1e9 / nanos;
        }
    }

    /// An answer of at most [#DECODE_TOKENS].
    Decoded decode(Backend backend, String prompt) {
        try (Generation generation = backend.generate(request(prompt, DECODE_TOKENS))) {
            Iterator<Chunk> chunks = generation.iterator();
            if (chunks.hasNext()) chunks.next();
            long first = System.nanoTime();
            while (chunks.hasNext()) chunks.next();
            long nanos = System.nanoTime() - first;
            return new Decoded(generation.summary().evalTokens(), nanos);
        }
    }

    /// Nanoseconds until the last of these prompts, asked at once, is answered.
    ///
    /// @param tokens of each answer, at most
    /// @param least  of all answers together
    /// @throws IllegalStateException if the answers have fewer tokens
    long atOnceNanos(Backend backend, List<String> prompts, int tokens, int least) {
        return atOnce(backend, prompts, tokens, least).nanos();
    }

    /// Answers that were made at once: their tokens together, and the time until the last was whole.
    record Answered(int tokens, long nanos) {

        double perSecond() {
            return tokens * 1e9 / nanos;
        }
    }

    /// As [#atOnceNanos].
    Answered atOnce(Backend backend, List<String> prompts, int tokens, int least) {
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Summary>> questions = prompts.stream()
                    .<Callable<Summary>>map(prompt -> () ->
                            backend.generate(request(prompt, tokens)).answer().summary())
                    .toList();
            long start = System.nanoTime();
            int drawn = 0;
            for (Future<Summary> answer : callers.invokeAll(questions))
                drawn += answer.get().evalTokens();
            long nanos = System.nanoTime() - start;
            requireAnswers(drawn, least);
            return new Answered(drawn, nanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while " + prompts.size() + " requests ran", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("one of " + prompts.size() + " requests failed: " + e.getMessage(), e);
        }
    }

    /// As [#atOnceNanos], but each prompt is sent when the one before is answered.
    long oneByOneNanos(Backend backend, List<String> prompts, int tokens, int least) {
        long start = System.nanoTime();
        int drawn = 0;
        for (String prompt : prompts) {
            drawn +=
                    backend.generate(request(prompt, tokens)).answer().summary().evalTokens();
        }
        long nanos = System.nanoTime() - start;
        requireAnswers(drawn, least);
        return nanos;
    }

    /// @throws IllegalStateException if the answers are so short that their time says nothing
    static void requireAnswers(int drawn, int least) {
        check(drawn >= least, "the answers have " + drawn + " tokens together instead of at least " + least);
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
