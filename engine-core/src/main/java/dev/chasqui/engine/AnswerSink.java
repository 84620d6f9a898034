package dev.chasqui.engine;

import dev.chasqui.api.DoneReason;
import dev.chasqui.api.Summary;
import dev.chasqui.api.TokenLogprob;
import dev.chasqui.llama.Vocabulary;
import dev.chasqui.schedule.TokenSink;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// Turns one request's tokens into events, on the decode thread.
final class AnswerSink implements TokenSink {

    private final Vocabulary vocabulary;
    private final Prompt prompt;
    private final boolean formatted;
    private final AnswerText text;
    private final Optional<Logprobs> logprobs;
    private final long startedAt;
    private final long readyAt;
    private final Consumer<EngineGeneration.Event> events;
    private final Runnable over;
    private final List<Integer> answer = new ArrayList<>();
    private List<TokenLogprob> waiting = new ArrayList<>();
    private final RepeatGuard repeats = new RepeatGuard();
    private boolean stuck;
    private volatile int tokens;
    private volatile long firstTokenAt;

    /// @param formatted whether the answer has a format, so that half of it is to be finished rather than shown
    /// @param startedAt when the request came, by [System#nanoTime]
    /// @param readyAt   when its model was ready
    /// @param over      called once, when the answer ended or broke off
    AnswerSink(
            Vocabulary vocabulary,
            Prompt prompt,
            boolean formatted,
            Optional<Logprobs> logprobs,
            long startedAt,
            long readyAt,
            Consumer<EngineGeneration.Event> events,
            Runnable over) {
        this.vocabulary = vocabulary;
        this.prompt = prompt;
        this.formatted = formatted;
        this.text = new AnswerText(prompt.stops());
        this.logprobs = logprobs;
        this.startedAt = startedAt;
        this.readyAt = readyAt;
        this.events = events;
        this.over = over;
    }

    @Override
    public boolean accept(int token, Supplier<float[]> logits) {
        if (firstTokenAt == 0) firstTokenAt = System.nanoTime();
        tokens++;
        logprobs.ifPresent(wanted -> waiting.add(wanted.of(token, logits.get())));
        byte[] piece = piece(token);
        if (!taken(token, piece)) return false;
        stuck = repeats.isStuck(piece);
        return !stuck;
    }

    @Override
    public boolean forced(int token) {
        if (firstTokenAt == 0) firstTokenAt = System.nanoTime();
        tokens++;
        return taken(token, piece(token));
    }

    private byte[] piece(int token) {
        return vocabulary.piece(token, prompt.keepsSpecial(token));
    }

    private boolean taken(int token, byte[] piece) {
        if (vocabulary.isEndOfGeneration(token)) return false;
        if (prompt.returnsContext()) answer.add(token);
        hand(text.add(piece));
        return !text.stopped();
    }

    @Override
    public void ended(Ending ending) {
        hand(formatted && (stuck || ending.reason() != Reason.STOP) ? text.wholeRest() : text.rest());
        if (!waiting.isEmpty()) send("");
        events.accept(new EngineGeneration.Event.End(summary(ending), ending.reason() == Reason.DEADLINE));
        over.run();
    }

    @Override
    public void failed(RuntimeException cause) {
        events.accept(new EngineGeneration.Event.Failure(Refusals.translated(cause)));
        over.run();
    }

    /// The end of an answer that was cut off by its deadline, from any thread: what came until now is all of
    /// it.
    Summary soFar() {
        long now = System.nanoTime();
        long first = firstTokenAt == 0 ? now : firstTokenAt;
        return new Summary(
                DoneReason.LENGTH,
                positive(now - startedAt),
                positive(readyAt - startedAt),
                prompt.tokens().length,
                positive(first - readyAt),
                tokens,
                positive(now - first),
                List.of(),
                0,
                0,
                prompt.droppedTokens(),
                prompt.droppedMessages(),
                Duration.ZERO,
                Optional.empty());
    }

    private void hand(String ready) {
        if (!ready.isEmpty()) send(ready);
    }

    private void send(String ready) {
        events.accept(new EngineGeneration.Event.Piece(ready, waiting));
        if (!waiting.isEmpty()) waiting = new ArrayList<>();
    }

    private Summary summary(Ending ending) {
        long now = System.nanoTime();
        return new Summary(
                ending.reason() == Reason.STOP && !stuck ? DoneReason.STOP : DoneReason.LENGTH,
                positive(now - startedAt),
                positive(readyAt - startedAt),
                prompt.tokens().length,
                positive(ending.promptNanos()),
                ending.tokens(),
                positive(ending.decodeNanos()),
                prompt.contextWith(answer),
                ending.sharedTokens(),
                ending.droppedTokens(),
                prompt.droppedTokens(),
                prompt.droppedMessages(),
                Duration.ofNanos(ending.queuedNanos()),
                Optional.empty());
    }

    /// Clients take a zero for "missing".
    static Duration positive(long nanos) {
        return Duration.ofNanos(Math.max(1, nanos));
    }
}
