package dev.chasqui.schedule;

import dev.chasqui.llama.Decoder;
import dev.chasqui.llama.TokenBatch;
import dev.chasqui.llama.TokenSampler;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// One request on its way: its tokens so far, how many of them are in the KV cache, and who draws the next.
final class Sequence implements Ticket, Queued {

    static final int NO_SLOT = -1;

    final Job job;
    final TokenSink sink;
    /// Its place among all requests; the first came first.
    final long number;

    final long submittedAt;
    private final Scheduler scheduler;

    int slot = NO_SLOT;
    volatile boolean cancelled;
    /// The sequence that computes what this one begins with, and how far it must be for that.
    @Nullable
    Sequence leader;

    int leaderLength;

    private int[] tokens;
    private int length;
    private int cached;
    private int inFlight;
    private int fedRow;
    private int firstRow;
    private int draftRow;
    private int[] draft = {};
    private int drawn;
    /// Positions of the prompt whose logits are still to be given to the sink begin here.
    private int nextScored;
    private int shared;
    private int dropped;
    private @Nullable TokenSampler sampler;
    private final Drafts drafts;
    private boolean seatedBefore;
    private long seatedAt;
    private boolean begun;
    private long begunAt;
    private long firstTokenAt;

    Sequence(Scheduler scheduler, Job job, TokenSink sink, long number, long now) {
        this.scheduler = scheduler;
        this.job = job;
        this.sink = sink;
        this.number = number;
        this.submittedAt = now;
        this.tokens = job.prompt().clone();
        this.length = tokens.length;
        this.nextScored = length - job.scored();
        this.drafts = new Drafts(job.draft());
    }

    @Override
    public void cancel() {
        cancelled = true;
        scheduler.cancelled(this);
    }

    @Override
    public Urgency urgency() {
        return job.urgency();
    }

    @Override
    public long number() {
        return number;
    }

    @Override
    public long submittedAt() {
        return submittedAt;
    }

    @Override
    public boolean isCancelled() {
        return cancelled;
    }

    /// Tokens that still have to go through the model before the next can be drawn.
    int pending() {
        return length - cached;
    }

    int[] tokens() {
        return tokens;
    }

    int length() {
        return length;
    }

    int cached() {
        return cached;
    }

    int drawn() {
        return drawn;
    }

    /// Of its tokens, those that others may have computed for it: the logits of the rest are wanted.
    int shareable() {
        return nextScored < job.prompt().length ? nextScored : length - 1;
    }

    int inFlight() {
        return inFlight;
    }

    /// Of those in flight, rows of its prompt rather than of its answer.
    int promptRows() {
        return isAnswering() ? 0 : inFlight;
    }

    boolean isAnswering() {
        return pending() == 1;
    }

    /// Whether the next token would have no place in this request's share of the context.
    boolean contextFull() {
        return length >= job.contextTokens();
    }

    /// Takes a place in the cache, where some of its tokens are already.
    ///
    /// @return `false` if it had one before and had to give it up
    boolean seated(int slot, int known, long now) {
        this.slot = slot;
        this.cached = known;
        if (seatedBefore) return false;
        seatedBefore = true;
        seatedAt = now;
        shared = known;
        return true;
    }

    /// Adds up to `room` pending tokens to the batch; asks for logits if that reaches the last one, and for those
    /// the sink wants.
    ///
    /// @param outputs most rows that may ask for logits
    /// @return rows that do
    int feed(int room, int outputs, TokenBatch batch) {
        inFlight = Math.min(room, pending());
        firstRow = -1;
        draft = new int[0];
        int asked = 0;
        for (int i = 0; i < inFlight; i++) {
            int position = cached + i;
            boolean last = position == length - 1;
            boolean wanted = last || position >= nextScored && position < job.prompt().length;
            if (wanted && asked == outputs) {
                inFlight = i;
                break;
            }
            int row = batch.add(tokens[position], position, slot, wanted);
            if (i == 0) fedRow = row;
            if (wanted) asked++;
            if (last) firstRow = row;
        }
        return asked;
    }

    /// Adds, after the last token, what may well come next; each row's logits say whether it was right.
    ///
    /// @return rows added
    int feedDraft(int room, TokenBatch batch) {
        int most = Math.min(room, Math.min(job.maxTokens() - drawn, job.contextTokens() - length) - 1);
        draft = drafts.guess(tokens, length, most);
        draftRow = batch.size();
        for (int i = 0; i < draft.length; i++) batch.add(draft[i], length + i, slot, true);
        inFlight += draft.length;
        return draft.length;
    }

    void begin(long now) {
        if (!begun) begunAt = now;
        begun = true;
    }

    /// Whether the batch gave logits for its next token.
    boolean drawsNow() {
        return inFlight > 0 && firstRow >= 0;
    }

    /// Hands the sink the logits it asked for of what the batch held of the prompt.
    void score(Decoder decoder) {
        int end = Math.min(cached + inFlight, job.prompt().length);
        for (; nextScored >= cached && nextScored < end; nextScored++) {
            int row = fedRow + nextScored - cached;
            sink.scored(nextScored, () -> decoder.logits(row));
        }
    }

    /// Draws what the batch allows, one token at least, and hands it to the sink.
    ///
    /// @return why the answer is over, or `null` if it goes on
    TokenSink.@Nullable Reason draw(Decoder decoder, long now) {
        if (drawn == 0) {
            firstTokenAt = now;
            SchedulerEvents.firstToken(this, job.prompt().length - shared, now);
        }
        if (job.maxTokens() == 0) return TokenSink.Reason.LENGTH;
        int right = 0;
        TokenSink.Reason over;
        while (true) {
            int row = right == 0 ? firstRow : draftRow + right - 1;
            int token = sampler(decoder).sample(row);
            append(token);
            drawn++;
            over = null;
            if (!sink.accept(token, () -> decoder.logits(row))) over = TokenSink.Reason.STOP;
            else if (drawn >= job.maxTokens()) over = TokenSink.Reason.LENGTH;
            if (over != null || right == draft.length || token != draft[right]) break;
            right++;
        }
        drafts.checked(draft.length, right);
        inFlight -= draft.length - right;
        return over;
    }

    /// The batch went through: what it held of this sequence, wrong guesses apart, is in the cache now.
    void arrived(KvCache cache) {
        int wrong = firstRow >= 0 && inFlight > 0 ? draft.length : 0;
        cache.append(slot, tokens, cached, inFlight);
        cached += inFlight;
        inFlight = 0;
        if (wrong > 0) cached = cache.cut(slot, cached);
    }

    /// The batch did not go through; what it may have left behind is removed.
    void rolledBack(KvCache cache) {
        inFlight = 0;
        draft = new int[0];
        cached = cache.cut(slot, cached);
    }

    /// Drops the older half of what follows the kept front. Where the cache cannot do that, the rest is computed
    /// anew.
    ///
    /// @return `false` if there is nothing to drop
    boolean shift(KvCache cache) {
        int keep = Math.clamp(job.keep() < 0 ? job.prompt().length : job.keep(), 0, length - 2);
        // The last token is not in the cache yet, so it is not counted among those that may go.
        int gone = (cached - keep) / 2;
        if (gone <= 0) return false;
        boolean moved = cache.shift(slot, keep, keep + gone);
        System.arraycopy(tokens, keep + gone, tokens, keep, length - keep - gone);
        length -= gone;
        dropped += gone;
        cached = moved ? cached - gone : cache.cut(slot, keep);
        return true;
    }

    /// Leaves its slot; it is seated again later.
    void unseat() {
        slot = NO_SLOT;
        cached = 0;
        inFlight = 0;
    }

    TokenSink.Ending ending(TokenSink.Reason reason, long now) {
        long first = firstTokenAt == 0 ? now : firstTokenAt;
        return new TokenSink.Ending(
                reason,
                begun ? first - begunAt : 0,
                drawn,
                now - first,
                shared,
                dropped,
                submittedAt,
                (seatedBefore ? seatedAt : now) - submittedAt);
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
