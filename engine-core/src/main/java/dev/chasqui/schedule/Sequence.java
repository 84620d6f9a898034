package dev.chasqui.schedule;

import dev.chasqui.llama.Decoder;
import dev.chasqui.llama.TokenBatch;
import dev.chasqui.llama.TokenConstraint;
import dev.chasqui.llama.TokenSampler;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// One request on its way: its tokens so far, how many of them are in the KV cache, and who draws the next.
///
/// Tokens that a constraint forces are not drawn: they follow at once, and go through the model with the next batch.
final class Sequence implements Ticket, Queued {

    static final int NO_SLOT = -1;

    /// Forced tokens that follow one draw: a longer text comes in several steps, so that others need not wait for it.
    private static final int MOST_FORCED = 64;

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
    /// Of its last tokens, those that nobody told the sink of yet: forced ones that came before the first draw.
    private int untold;
    /// Tokens at its end that belong to one step: the last one drawn, and those that it forced.
    private int step = 1;
    /// Positions of the prompt whose logits are still to be given to the sink begin here.
    private int nextScored;
    private int shared;
    private int dropped;
    private @Nullable TokenSampler sampler;
    private final Drafts drafts;
    private final @Nullable TokenConstraint constraint;
    private boolean seatedBefore;
    private long seatedAt;
    private boolean begun;
    private long begunAt;
    private long firstTokenAt;

    /// @param opening what [#opening] gave
    Sequence(Scheduler scheduler, Job job, int[] opening, TokenSink sink, long number, long now) {
        this.scheduler = scheduler;
        this.job = job;
        this.sink = sink;
        this.number = number;
        this.submittedAt = now;
        this.tokens = job.prompt().clone();
        this.length = tokens.length;
        this.nextScored = length - job.scored();
        this.drafts = new Drafts(job.draft());
        this.constraint = job.constraint().orElse(null);
        for (int token : opening) append(token);
        this.untold = opening.length;
    }

    /// The tokens that every answer to this job begins with: they are computed together with its prompt.
    static int[] opening(Job job) {
        int room = Math.min(job.maxTokens(), job.contextTokens() - job.prompt().length - 1); // one is still to be drawn
        return job.constraint()
                .map(constraint -> constraint.forced(Math.min(room, MOST_FORCED)))
                .orElse(TokenConstraint.NOTHING);
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

    /// Whether its prompt is computed, and with the next batch it can go on.
    boolean isAnswering() {
        return pending() <= step;
    }

    /// Whether what it may say is not free.
    boolean isConstrained() {
        return constraint != null;
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
        shared = Math.min(known, job.prompt().length);
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

    /// Adds, after the last token if that is in the batch, what may well come next; each row's logits say whether it
    /// was right.
    ///
    /// @return rows added
    int feedDraft(int room, TokenBatch batch) {
        if (!drawsNow()) return 0;
        int most = Math.min(room, Math.min(job.maxTokens() - drawn - untold, job.contextTokens() - length) - 1);
        draft = constraint == null ? drafts.guess(tokens, length, most) : likely(constraint, most);
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

    /// Draws what the batch allows, one token at least, and hands it to the sink with those it forces.
    ///
    /// @return why the answer is over, or `null` if it goes on
    TokenSink.@Nullable Reason draw(Decoder decoder, long now) {
        if (drawn == 0) {
            firstTokenAt = now;
            SchedulerEvents.firstToken(this, job.prompt().length - shared, now);
        }
        if (job.maxTokens() == 0) return TokenSink.Reason.LENGTH;
        int right = 0;
        TokenSink.Reason over = tell(decoder);
        boolean goesOn = over == null;
        while (goesOn) {
            int row = right == 0 ? firstRow : draftRow + right - 1;
            int token = sampled(decoder, row);
            append(token);
            drawn++;
            boolean accepted = sink.accept(token, () -> decoder.logits(row));
            over = accepted ? overNow() : TokenSink.Reason.STOP;
            boolean guessed = over == null && right < draft.length && token == draft[right];
            if (guessed) right++;
            if (over == null && force()) {
                over = tell(decoder);
                guessed = false; // what was guessed does not come next
            }
            goesOn = guessed && over == null;
        }
        drafts.checked(draft.length, right);
        inFlight -= draft.length - right;
        return over;
    }

    private int sampled(Decoder decoder, int row) {
        TokenSampler drawing = sampler(decoder);
        if (constraint == null) return drawing.sample(row);
        int token = drawing.sample(row, constraint);
        constraint.accept(token);
        return token;
    }

    /// Appends the tokens that must come next.
    ///
    /// @return whether there are any
    private boolean force() {
        if (constraint == null) return false;
        int room = Math.min(job.maxTokens() - drawn, job.contextTokens() - length);
        int[] forced = constraint.forced(Math.min(room, MOST_FORCED));
        for (int token : forced) append(token);
        untold = forced.length;
        return untold > 0;
    }

    /// Tells the sink of the forced tokens that it has not heard of.
    private TokenSink.@Nullable Reason tell(Decoder decoder) {
        boolean any = untold > 0;
        for (; untold > 0; untold--) {
            int token = tokens[length - untold];
            if (job.sampling().penalizes()) sampler(decoder).prime(token);
            drawn++;
            if (!sink.forced(token)) return TokenSink.Reason.STOP;
        }
        return any ? overNow() : null;
    }

    private TokenSink.@Nullable Reason overNow() {
        if (constraint != null && constraint.isOver()) return TokenSink.Reason.STOP;
        return drawn >= job.maxTokens() ? TokenSink.Reason.LENGTH : null;
    }

    private static int[] likely(TokenConstraint constraint, int most) {
        int token = most > 0 ? constraint.likely() : -1;
        return token < 0 ? TokenConstraint.NOTHING : new int[] {token};
    }

    /// The batch went through: what it held of this sequence, wrong guesses apart, is in the cache now.
    void arrived(KvCache cache) {
        boolean drew = drawsNow();
        int wrong = drew ? draft.length : 0;
        cache.append(slot, tokens, cached, inFlight);
        cached += inFlight;
        inFlight = 0;
        if (drew) step = Math.max(1, pending());
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
