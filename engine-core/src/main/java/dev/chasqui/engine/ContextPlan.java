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
/// @param mostTokens    how far a longer prompt may raise that number
/// @param bound         why no further
/// @param trainedTokens the most the model can make sense of
record ContextPlan(int contextTokens, int mostTokens, Bound bound, int trainedTokens) {

    /// Why a context is no larger.
    enum Bound {
        /// Somebody set its size.
        CHOSEN,
        /// The model was trained for no more.
        TRAINED,
        /// There is no memory for more.
        MEMORY
    }

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
        int tokens = Math.min(asked.orElse(configured.orElse(DEFAULT_TOKENS)), trainedTokens);
        return asked.isPresent() || configured.isPresent()
                ? new ContextPlan(tokens, tokens, Bound.CHOSEN, trainedTokens)
                : new ContextPlan(tokens, trainedTokens, Bound.TRAINED, trainedTokens);
    }

    /// The same for a context that is not to be larger than this before a request needs it. One that somebody
    /// fixed stays as it is.
    ContextPlan startingAt(int tokens) {
        return bound == Bound.CHOSEN
                ? this
                : new ContextPlan(Math.min(contextTokens, tokens), mostTokens, bound, trainedTokens);
    }

    /// The same where there is memory for so many tokens, and not for more.
    ContextPlan within(int tokens) {
        return tokens >= mostTokens
                ? this
                : new ContextPlan(Math.min(contextTokens, tokens), tokens, Bound.MEMORY, trainedTokens);
    }

    /// The same with room behind the prompt that is not the prompt's.
    ContextPlan leaving(int tokens) {
        return new ContextPlan(contextTokens, Math.max(1, mostTokens - tokens), bound, trainedTokens);
    }

    /// Whether there can be room for this prompt and a token of the answer.
    boolean holds(int promptTokens) {
        return promptTokens < mostTokens;
    }

    /// Grows the context to hold this prompt and an answer, as far as it may.
    ///
    /// @param maxTokens the answer's most tokens, if the request says it
    /// @throws BackendException with both numbers, if the prompt cannot fit
    ContextPlan fitting(int promptTokens, OptionalInt maxTokens) {
        if (!holds(promptTokens)) throw tooLong(promptTokens);
        int needed = promptTokens + room(maxTokens);
        if (needed <= contextTokens) return this;
        int grown = Integer.highestOneBit(Math.max(needed - 1, 1)) << 1;
        return new ContextPlan(Math.max(contextTokens, Math.min(grown, mostTokens)), mostTokens, bound, trainedTokens);
    }

    /// For a prompt that is not to be cut, in Ollama's words for it.
    BackendException tooLong(int promptTokens) {
        return BackendException.invalid("the prompt is longer than the context length currently available to the"
                + " model; shorten the prompt, adjust the context length in settings, or use a model with a"
                + " longer context length (the prompt is " + promptTokens + " tokens, the context holds " + mostTokens
                + remedy() + ")");
    }

    /// For a conversation of which nothing more may go, in llama.cpp's words for it, which are Ollama's
    /// there.
    ///
    /// @param what names what is too long
    BackendException tooLong(String what, int promptTokens) {
        return BackendException.invalid(what + " (" + promptTokens + " tokens) exceeds the available context size ("
                + mostTokens + " tokens" + remedy() + ")");
    }

    private String remedy() {
        return switch (bound) {
            case CHOSEN -> mostTokens < trainedTokens ? "; num_ctx may be up to " + trainedTokens : "";
            case TRAINED -> "";
            case MEMORY -> "; there is no memory for more";
        };
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

    /// What the context of an exact request is made with: all that its result depends on comes from the
    /// request, the configuration and the model. Flash attention is off, since its kernels change with
    /// the rows of a batch and with the threads; keys and values are kept whole, since quantised values
    /// need it.
    ContextSettings exactSettings(Options options, EngineConfig config, ThreadPlan threads) {
        int batch = options.count(Option.NUM_BATCH).orElse(BATCH_TOKENS);
        CacheType type = config.cacheType().filter(CacheType.BF16::equals).orElse(CacheType.F16);
        return ContextSettings.of(contextTokens)
                .withBatch(batch, Math.min(batch, BATCH_TOKENS))
                .withThreads(threads.decode().most(), threads.prefill().most())
                .withCache(FlashAttention.OFF, type, type);
    }
}
