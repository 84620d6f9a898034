package dev.chasqui.bench;

import dev.chasqui.llama.ContextSettings;
import dev.chasqui.llama.Decoder.Outcome;
import dev.chasqui.llama.LlamaContext;
import dev.chasqui.llama.LlamaModel;
import dev.chasqui.llama.ModelSettings;
import dev.chasqui.llama.Sampling;
import dev.chasqui.llama.TokenBatch;
import dev.chasqui.llama.TokenSampler;
import java.nio.file.Path;
import java.util.Random;

/// Decoding with nothing around it: the ceiling for everything built on the binding. Belongs to one thread.
final class BareLoop implements AutoCloseable {

    private final LlamaModel model;
    private final LlamaContext context;
    private final TokenBatch batch;

    BareLoop(Path gguf, int contextTokens, int threads) {
        model = LlamaModel.open(gguf, ModelSettings.DEFAULT);
        context = model.newContext(ContextSettings.of(contextTokens).withThreads(threads, threads));
        batch = new TokenBatch(context.batchTokens());
    }

    Texts texts() {
        return Texts.of(model);
    }

    /// As a backend tokenises a prompt that is sent raw.
    int[] tokens(String text) {
        return texts().tokens(text);
    }

    /// Nanoseconds to evaluate a prompt until its last token's logits are there.
    long prefillNanos(int[] prompt) {
        context.forget(0, 0);
        long start = System.nanoTime();
        prefill(prompt);
        return System.nanoTime() - start;
    }

    /// Tokens per second after the first, of a greedy answer; end tokens do not end it.
    double decodeRate(int[] prompt, int tokens) {
        context.forget(0, 0);
        int row = prefill(prompt);
        try (TokenSampler sampler = context.sampler(Sampling.GREEDY)) {
            int token = sampler.sample(row);
            long first = System.nanoTime();
            for (int i = 1; i < tokens; i++) token = sampler.sample(one(token, prompt.length + i - 1));
            return (tokens - 1) * 1e9 / (System.nanoTime() - first);
        }
    }

    /// The first of [Workload#ENDLESS] that the model goes on with for [Workload#DECODE_TOKENS] tokens.
    String endlessPrompt() {
        return Workload.ENDLESS.stream()
                .filter(prompt -> goesOn(tokens(prompt), Workload.DECODE_TOKENS))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(
                        "the model ends every one of our prompts before " + Workload.DECODE_TOKENS + " tokens"));
    }

    private boolean goesOn(int[] prompt, int tokens) {
        context.forget(0, 0);
        int row = prefill(prompt);
        try (TokenSampler sampler = context.sampler(Sampling.GREEDY)) {
            int token = sampler.sample(row);
            for (int i = 1; i < tokens; i++) {
                if (model.vocabulary().isEndOfGeneration(token)) return false;
                token = sampler.sample(one(token, prompt.length + i - 1));
            }
            return !model.vocabulary().isEndOfGeneration(token);
        }
    }

    /// As llama-bench measures `tg`: random tokens from an empty cache, one at a time, nothing sampled.
    double llamaBenchGeneration(int tokens, int seed) {
        Random random = new Random(seed);
        context.forget(0, 0);
        long start = System.nanoTime();
        for (int i = 0; i < tokens; i++) one(random.nextInt(context.vocabularySize()), i);
        return tokens * 1e9 / (System.nanoTime() - start);
    }

    /// As llama-bench measures `pp`: random tokens into an empty cache, in batches.
    double llamaBenchPrompt(int tokens, int seed) {
        int[] prompt =
                new Random(seed).ints(tokens, 0, context.vocabularySize()).toArray();
        return tokens * 1e9 / prefillNanos(prompt);
    }

    @Override
    public void close() {
        context.close();
        model.close();
    }

    private int prefill(int[] prompt) {
        int row = -1;
        for (int start = 0; start < prompt.length; start += context.batchTokens()) {
            batch.clear();
            int end = Math.min(prompt.length, start + context.batchTokens());
            for (int i = start; i < end; i++) row = batch.add(prompt[i], i, 0, i == prompt.length - 1);
            decode();
        }
        return row;
    }

    private int one(int token, int position) {
        batch.clear();
        int row = batch.add(token, position, 0, true);
        decode();
        return row;
    }

    private void decode() {
        Outcome outcome = context.decode(batch);
        if (outcome != Outcome.DONE) throw new IllegalStateException("the decode ended with " + outcome);
    }
}
