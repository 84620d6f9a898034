package dev.chasqui.engine;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.Option;
import dev.chasqui.api.Options;
import dev.chasqui.gguf.GgufFile;
import dev.chasqui.llama.ContextSettings;
import dev.chasqui.llama.ContextSettings.CacheType;
import dev.chasqui.llama.EmbedderSettings;
import dev.chasqui.llama.Pooling;
import java.util.OptionalInt;

/// How a model's texts are embedded, and how long they may be.
///
/// @param settings   the embedder's, if there is none yet
/// @param textTokens most tokens of a text of this request
record EmbeddingPlan(EmbedderSettings settings, int textTokens) {

    private static final int RANK = 4;

    /// As Ollama: a model made for it reads texts of so many tokens in one step, unless `num_batch` says
    /// otherwise.
    private static final int WHOLE_TOKENS = 2048;

    private static final int BATCH_TOKENS = 512;
    /// llama.cpp keeps a row of logits twice over for each text of a batch; this much of them is spent.
    private static final long LOGITS_BYTES = 64L << 20;

    /// @param onGpu whether a part of the model is on one
    /// @throws BackendException if the model makes no vectors
    static EmbeddingPlan of(GgufFile facts, Options options, EngineConfig config, boolean onGpu) {
        Pooling pooling = pooling(facts);
        boolean whole = facts.readsWholeTexts() || pooling != Pooling.LAST;
        int trained = Math.max(1, facts.contextLength().orElse(ContextPlan.DEFAULT_TOKENS));
        OptionalInt asked = options.count(Option.NUM_CTX);
        int context = Math.min(trained, asked.orElse(config.contextTokens().orElse(trained)));
        OptionalInt batch = options.count(Option.NUM_BATCH);
        int text = whole ? Math.min(context, batch.orElse(WHOLE_TOKENS)) : context;

        int rows = Math.max(EmbedderSettings.STEADY_ROWS + 1, batch.orElse(onGpu ? WHOLE_TOKENS : BATCH_TOKENS));
        int step = onGpu ? Math.min(rows, BATCH_TOKENS) : EmbedderSettings.STEADY_ROWS;
        long logits = 8L * facts.vocabSize().orElse(150_000);
        int texts = Integer.highestOneBit((int) Math.clamp(LOGITS_BYTES / logits, 8, 32));
        int threads = options.count(Option.NUM_THREAD).orElse(0);
        int cores = Runtime.getRuntime().availableProcessors();
        int used = threads <= 0 ? cores : Math.min(threads, cores);
        ContextSettings first = ContextSettings.of(Math.max(rows, BATCH_TOKENS))
                .withBatch(rows, step)
                .withSequences(texts)
                .withThreads(used, used)
                .withCache(config.flashAttention(), CacheType.F16, CacheType.F16);
        return new EmbeddingPlan(new EmbedderSettings(pooling, whole, first, trained), text);
    }

    /// The model's own. One that was made for answers gives the last token's vector: it is the only token
    /// that has seen the whole text. An encoder that does not say gives the average.
    private static Pooling pooling(GgufFile facts) {
        return switch (facts.poolingType().orElse(0)) {
            case 1 -> Pooling.MEAN;
            case 2 -> Pooling.CLS;
            case 3 -> Pooling.LAST;
            case RANK ->
                throw BackendException.invalid(
                        facts.path().getFileName() + " ranks texts; it makes no vectors of them");
            default -> facts.readsWholeTexts() ? Pooling.MEAN : Pooling.LAST;
        };
    }
}
