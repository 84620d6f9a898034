package dev.chasqui.engine;

import dev.chasqui.llama.ContextSettings;
import dev.chasqui.llama.Decoder;
import dev.chasqui.llama.Sampling;
import dev.chasqui.llama.TokenBatch;
import dev.chasqui.llama.TokenSampler;
import dev.chasqui.schedule.PrivateDecoder;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Computes every request in a fresh context that is exactly as large as the request says: no cell of
/// another request, no leftover of an earlier one, and no size that depends on who came before can change
/// its rounding.
///
/// The context is made by the first decode of a request and freed when the request is over, so between
/// requests this holds no memory.
final class ExactDecoder implements PrivateDecoder {

    private final ContextSettings settings;
    private final int vocabularySize;
    private final Consumer<ContextSettings> room;
    private final Function<ContextSettings, Decoder> contexts;
    private volatile int contextTokens;
    private volatile @Nullable Decoder context;
    /// For a decode that has no context yet.
    private volatile boolean aborted;

    /// @param settings what contexts are made with, but for their size
    /// @param room     throws if there is no memory for such a context
    /// @param contexts makes one
    ExactDecoder(
            ContextSettings settings,
            int vocabularySize,
            Consumer<ContextSettings> room,
            Function<ContextSettings, Decoder> contexts) {
        this.settings = settings;
        this.vocabularySize = vocabularySize;
        this.room = room;
        this.contexts = contexts;
    }

    @Override
    public void begin(int tokens) {
        room.accept(settings.withContextTokens(tokens));
        aborted = false;
        contextTokens = tokens;
    }

    @Override
    public void end() {
        Decoder last = context;
        context = null;
        contextTokens = 0;
        if (last != null) last.close();
    }

    @Override
    public Outcome decode(TokenBatch batch) {
        Decoder present = context;
        if (present == null) {
            present = contexts.apply(settings.withContextTokens(contextTokens));
            context = present;
            if (aborted) present.abort();
        }
        return present.decode(batch);
    }

    @Override
    public void abort() {
        aborted = true;
        Decoder present = context;
        if (present != null) present.abort();
    }

    @Override
    public int contextTokens() {
        return contextTokens;
    }

    @Override
    public int batchTokens() {
        return settings.batchTokens();
    }

    @Override
    public int sequences() {
        return 1;
    }

    @Override
    public int vocabularySize() {
        return vocabularySize;
    }

    @Override
    public float[] logits(int row) {
        return begun().logits(row);
    }

    @Override
    public TokenSampler sampler(Sampling sampling) {
        return begun().sampler(sampling);
    }

    @Override
    public boolean forget(int sequence, int from) {
        Decoder present = context;
        return present == null || present.forget(sequence, from);
    }

    @Override
    public boolean shift(int sequence, int from, int to) {
        return begun().shift(sequence, from, to);
    }

    @Override
    public boolean copy(int source, int target, int to) {
        throw new UnsupportedOperationException("there is only one sequence");
    }

    /// Never: its size is part of the request.
    @Override
    public boolean grow(int tokens) {
        return false;
    }

    @Override
    public void close() {
        end();
    }

    private Decoder begun() {
        return Objects.requireNonNull(context, "nothing was decoded yet");
    }
}
