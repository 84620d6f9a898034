package dev.chasqui.schedule;

import dev.chasqui.llama.Decoder;
import dev.chasqui.llama.TokenBatch;
import dev.chasqui.llama.TokenSampler;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// One request on its way: its tokens so far, how many of them are in the KV cache, and who draws the next.
final class Sequence implements Ticket {

    static final int NO_SLOT = -1;

    final Job job;
    final TokenSink sink;
    private final Scheduler scheduler;

    int slot = NO_SLOT;
    /// Row of the current batch whose logits give the next token; negative if there is none.
    int row;
    volatile boolean cancelled;

    private int[] tokens;
    private int length;
    private int cached;
    private int inFlight;
    private int drawn;
    private @Nullable TokenSampler sampler;
    private boolean begun;
    private long begunAt;
    private long firstTokenAt;

    Sequence(Scheduler scheduler, Job job, TokenSink sink) {
        this.scheduler = scheduler;
        this.job = job;
        this.sink = sink;
        this.tokens = job.prompt().clone();
        this.length = tokens.length;
    }

    @Override
    public void cancel() {
        cancelled = true;
        scheduler.cancelled(this);
    }

    /// Tokens that still have to go through the model before the next can be drawn.
    int pending() {
        return length - cached;
    }

    int length() {
        return length;
    }

    int inFlight() {
        return inFlight;
    }

    /// Whether the next token would have no place in this request's share of the context.
    boolean contextFull() {
        return length >= job.contextTokens();
    }

    /// Adds up to `room` pending tokens to the batch; asks for logits if that reaches the last one.
    void feed(int room, TokenBatch batch) {
        inFlight = Math.min(room, pending());
        row = -1;
        for (int i = 0; i < inFlight; i++) {
            int position = cached + i;
            boolean last = position == length - 1;
            int added = batch.add(tokens[position], position, slot, last);
            if (last) row = added;
        }
    }

    void begin(long now) {
        if (!begun) begunAt = now;
        begun = true;
    }

    /// The batch went through: what it held of this sequence is in the cache now.
    void arrived() {
        cached += inFlight;
        inFlight = 0;
    }

    /// The batch did not go through; what it may have left behind is removed.
    void rolledBack(Decoder decoder) {
        inFlight = 0;
        if (cached > 0 && decoder.forget(slot, cached)) return;
        decoder.forget(slot, 0);
        cached = 0;
    }

    /// Draws the next token and hands it to the sink.
    ///
    /// @return why the answer is over, or `null` if it goes on
    TokenSink.@Nullable Reason draw(Decoder decoder, long now) {
        if (drawn == 0) firstTokenAt = now;
        if (job.maxTokens() == 0) return TokenSink.Reason.LENGTH;
        int token = sampler(decoder).sample(row);
        append(token);
        drawn++;
        if (!sink.accept(token, () -> decoder.logits(row))) return TokenSink.Reason.STOP;
        return drawn >= job.maxTokens() ? TokenSink.Reason.LENGTH : null;
    }

    /// Drops the older half of what follows the kept front.
    ///
    /// @return `false` if this model cannot do that
    boolean shift(Decoder decoder) {
        int keep = Math.clamp(job.keep() < 0 ? job.prompt().length : job.keep(), 0, length - 2);
        // The last token is not in the cache yet, so it is not counted among those that may go.
        int dropped = (cached - keep) / 2;
        if (dropped <= 0 || !decoder.shift(slot, keep, keep + dropped)) return false;
        System.arraycopy(tokens, keep + dropped, tokens, keep, length - keep - dropped);
        length -= dropped;
        cached -= dropped;
        return true;
    }

    /// Leaves its slot; what it holds in the cache is forgotten, and will be computed again if it is seated
    /// again.
    void unseat(Decoder decoder) {
        decoder.forget(slot, 0);
        slot = NO_SLOT;
        cached = 0;
        inFlight = 0;
    }

    TokenSink.Ending ending(TokenSink.Reason reason, long now) {
        long first = firstTokenAt == 0 ? now : firstTokenAt;
        return new TokenSink.Ending(reason, first - begunAt, drawn, now - first);
    }

    void closeSampler() {
        if (sampler != null) sampler.close();
        sampler = null;
    }

    private TokenSampler sampler(Decoder decoder) {
        TokenSampler existing = sampler;
        if (existing != null) return existing;
        TokenSampler fresh = decoder.sampler(job.sampling());
        sampler = fresh;
        if (job.sampling().penalizes()) {
            for (int token : job.prompt()) fresh.prime(token);
        }
        return fresh;
    }

    private void append(int token) {
        if (length == tokens.length) tokens = Arrays.copyOf(tokens, length + Math.max(64, length / 2));
        tokens[length++] = token;
    }
}
