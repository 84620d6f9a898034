package dev.chasqui.llama;

import dev.chasqui.llama.Decoder.Outcome;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// An embedder over a model's weights, with a context of its own that is made when it is first needed. Owns
/// that context.
///
/// llama.cpp keeps a row of logits for every row it puts out, though nobody reads them here: `vocabulary x
/// rows` floats, and where the model has an output layer, the time to compute them. So where the last token's
/// vector is wanted, the tokens before it go through without output, and the last ones of all texts follow in
/// a step of their own. Where every token counts, that memory is the price; [EmbedderSettings] says how large
/// it gets.
///
/// A row that is alone in a step takes other ways through ggml than one in company, with other rounding. It
/// gets a row of ballast beside it, in the last sequence, so that a text has the same vector alone and among
/// others.
public final class LlamaEmbedder implements Embedder {

    private final LlamaModel model;
    private final EmbedderSettings settings;
    private final Consumer<ContextSettings> permission;
    private final TokenBatch silent = new TokenBatch(0);
    private final TokenBatch speaking = new TokenBatch(0);
    private volatile @Nullable LlamaContext context;
    private int threads;
    private boolean closed;

    /// @param permission hears of every context before it is made, and refuses it by throwing
    public LlamaEmbedder(LlamaModel model, EmbedderSettings settings, Consumer<ContextSettings> permission) {
        this.model = model;
        this.settings = settings;
        this.permission = permission;
        this.threads = settings.context().batchThreads();
    }

    @Override
    public boolean wholeTexts() {
        return settings.wholeTexts();
    }

    @Override
    public boolean reserve(int tokens) {
        if (closed) throw new IllegalStateException("this embedder is closed");
        if (tokens <= contextTokens()) return false;
        ContextSettings wanted = settings.contextFor(tokens).withThreads(threads, threads);
        permission.accept(wanted);
        LlamaContext before = context;
        context = null;
        if (before != null) before.close();
        LlamaContext fresh = model.newContext(wanted, settings.pooling());
        if (!settings.wholeTexts() && !fresh.keepsTokens()) {
            fresh.close();
            throw new LlamaException(model.file() + " keeps nothing of the tokens it has read; this engine cannot"
                    + " embed with its last token");
        }
        context = fresh;
        return true;
    }

    @Override
    public int contextTokens() {
        LlamaContext present = context;
        if (present == null) return 0;
        return (settings.wholeTexts() ? present.batchTokens() : present.contextTokens()) - 1;
    }

    @Override
    public int batchTokens() {
        LlamaContext present = context;
        if (present == null) return 0;
        int most = present.batchTokens() - 1;
        return settings.wholeTexts() ? Math.min(most, settings.context().microBatchTokens()) : most;
    }

    @Override
    public int sequences() {
        return settings.context().sequences() - 1;
    }

    @Override
    public Outcome embed(TokenBatch rows) {
        LlamaContext present = present();
        silent.clear();
        speaking.clear();
        for (int row = 0; row < rows.size(); row++) {
            boolean speaks = settings.wholeTexts() || rows.wantsLogits(row);
            (speaks ? speaking : silent).add(rows.token(row), rows.position(row), rows.sequence(row), speaks);
        }
        if (silent.size() > 0) {
            present.putOutVectors(false);
            Outcome outcome = step(present, silent);
            if (outcome != Outcome.DONE || speaking.size() == 0) return outcome;
        }
        present.putOutVectors(true);
        return step(present, speaking);
    }

    private Outcome step(LlamaContext present, TokenBatch rows) {
        boolean ballast = rows.size() % present.settings().microBatchTokens() == 1;
        if (!ballast) return present.decode(rows);
        rows.add(rows.token(0), 0, sequences(), rows.wantsLogits(0));
        Outcome outcome = present.decode(rows);
        present.forget(sequences(), 0);
        return outcome;
    }

    @Override
    public void abort() {
        LlamaContext present = context;
        if (present != null) present.abort();
    }

    @Override
    public float[] vector(int sequence) {
        return present().vector(sequence);
    }

    @Override
    public void forget(int sequence) {
        LlamaContext present = context;
        if (present != null) present.forget(sequence, 0);
    }

    /// Threads from the next batch on.
    public void setThreads(int count) {
        threads = count;
        LlamaContext present = context;
        if (present != null) present.setThreads(count, count);
    }

    @Override
    public void close() {
        closed = true;
        LlamaContext present = context;
        if (present != null) present.close();
    }

    private LlamaContext present() {
        LlamaContext present = context;
        if (present == null) throw new IllegalStateException("nothing was reserved yet");
        return present;
    }
}
