package dev.chasqui.engine;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.Option;
import dev.chasqui.api.Options;
import dev.chasqui.llama.ContextSettings;
import dev.chasqui.llama.ContextSettings.CacheType;
import dev.chasqui.llama.ContextSettings.FlashAttention;
import dev.chasqui.tune.Knob;
import dev.chasqui.tune.Knobs;
import java.util.OptionalInt;

/// How large a context a request needs, and what a context is made with.
///
/// @param contextTokens tokens one request may hold
/// @param chosen        whether somebody set that number; if nobody did, a longer prompt may raise it
/// @param trainedTokens the most the model can make sense of
record ContextPlan(int contextTokens, boolean chosen, int trainedTokens) {

    /// Ollama's default without a large GPU.
    static final int DEFAULT_TOKENS = 4096;

    /// Requests that run at once when nobody fixed their number: beyond, each only gets slower.
    private static final int MOST_PARALLEL = 32;
    /// Each running request costs a row of logits twice over; this much of them is spent on requests.
    private static final long LOGITS_BYTES = 64L << 20;

    private static final int BATCH_TOKENS = 512;

    /// Tokens left for the answer when the context is made to fit a prompt.
    private static final int ANSWER_ROOM = 1024;

    static ContextPlan of(Options options, OptionalInt configured, int trainedTokens) {
        OptionalInt asked = options.count(Option.NUM_CTX);
        int wanted = asked.orElse(configured.orElse(DEFAULT_TOKENS));
        return new ContextPlan(
                Math.min(wanted, trainedTokens), asked.isPresent() || configured.isPresent(), trainedTokens);
    }

    /// Grows the context to hold this prompt and an answer, if nobody fixed it.
    ///
    /// @param maxTokens the answer's most tokens, if the request says it
    /// @throws BackendException with both numbers, if the prompt cannot fit
    ContextPlan fitting(int promptTokens, OptionalInt maxTokens) {
        if (promptTokens < contextTokens && (chosen || promptTokens + room(maxTokens) <= contextTokens)) return this;
        int limit = chosen ? contextTokens : trainedTokens;
        if (promptTokens >= limit) {
            throw BackendException.invalid("the prompt is longer than the context length currently available to the"
                    + " model; shorten the prompt, adjust the context length in settings, or use a model with a"
                    + " longer context length (the prompt is " + promptTokens + " tokens, the context holds " + limit
                    + (chosen && limit < trainedTokens ? "; num_ctx may be up to " + trainedTokens : "") + ")");
        }
        int needed = promptTokens + room(maxTokens);
        int grown = Integer.highestOneBit(Math.max(needed - 1, 1)) << 1;
        return new ContextPlan(Math.min(grown, trainedTokens), false, trainedTokens);
    }

    private static int room(OptionalInt maxTokens) {
        return Math.min(Math.max(maxTokens.orElse(ANSWER_ROOM), 1), ANSWER_ROOM);
    }

    /// What the context is made with: half as many sequences again as requests run at once, for those that are
    /// parked and pinned.
    ///
    /// Options come before the configuration, and that before what was tuned.
    ///
    /// @param vocabularySize of the model; each request that runs needs a row of logits
    ContextSettings settings(Options options, EngineConfig config, Knobs tuned, int vocabularySize) {
        int affordable = (int) Math.clamp(LOGITS_BYTES / (8L * vocabularySize), 8, MOST_PARALLEL);
        int parallel = config.parallel().orElse(affordable);
        int sequences = Math.min(256, parallel + Math.max(8, parallel / 2));
        int cells = Math.multiplyExact(contextTokens, config.parallel().orElse(1));
        int usualBatch = tuned.count(Knob.BATCH).orElse(BATCH_TOKENS);
        int batch = Math.min(options.count(Option.NUM_BATCH).orElse(usualBatch), cells);
        ThreadPlan threads = ThreadPlan.of(options, config.cores(), tuned);
        FlashAttention flash = config.flashAttention();
        if (flash == FlashAttention.AUTO) flash = tuned.flashAttention().orElse(flash);
        CacheType cache = config.cacheType().or(tuned::cacheType).orElse(CacheType.F16);
        if (flash == FlashAttention.OFF && cache.quantized()) { // what was tuned does not suit what was set
            if (config.cacheType().isEmpty()) cache = CacheType.F16;
            else flash = config.flashAttention();
        }
        return ContextSettings.of(cells)
                .withBatch(batch, Math.min(batch, usualBatch))
                .withSequences(Math.min(sequences, batch))
                .withThreads(threads.decode().most(), threads.prefill().most())
                .withCache(flash, cache, cache);
    }
}
