package dev.chasqui.ollama;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.Chunk;
import dev.chasqui.api.DoneReason;
import dev.chasqui.api.Generation;
import dev.chasqui.api.Settings;
import dev.chasqui.api.Summary;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// An answer that a server sends line by line. It ends well with a line that says `"done": true`, and in no other
/// way.
final class StreamedGeneration implements Generation, Iterator<Chunk> {

    private final Http http;
    private final JsonLines lines;
    private final Settings settings;
    private final Deadline deadline;
    private final CompletableFuture<?> timer;
    private final Consumer<StreamedGeneration> over;
    private final StringBuilder formatted = new StringBuilder();
    private int pieces;
    private volatile boolean late;
    private final AtomicBoolean taken = new AtomicBoolean();
    private @Nullable Chunk next;
    private @Nullable BackendException failure;
    private volatile @Nullable Summary summary;

    /// @param settings the request's
    StreamedGeneration(
            Http http, JsonLines lines, Settings settings, Deadline deadline, Consumer<StreamedGeneration> over) {
        this.http = http;
        this.lines = lines;
        this.settings = settings;
        this.deadline = deadline;
        this.over = over;
        this.timer = deadline.then(this::tooLate);
    }

    @Override
    public Iterator<Chunk> iterator() {
        if (!taken.compareAndSet(false, true)) {
            throw new IllegalStateException("this answer is being read already; ask for its iterator once");
        }
        return this;
    }

    @Override
    public boolean hasNext() {
        try {
            while (next == null && summary == null) advance();
        } catch (BackendException e) {
            failure = e;
            close();
            throw e;
        }
        return next != null;
    }

    @Override
    public Chunk next() {
        Chunk chunk = hasNext() ? next : null;
        if (chunk == null) throw new NoSuchElementException("the answer is over");
        next = null;
        return chunk;
    }

    @Override
    public Summary summary() {
        Summary end = summary;
        if (end == null || next != null) {
            throw new IllegalStateException("the answer is not over; take its last chunk first");
        }
        return end;
    }

    @Override
    public void close() {
        ended();
        if (summary == null) lines.close();
    }

    private void ended() {
        timer.cancel(false);
        over.accept(this);
    }

    private void tooLate() {
        late = true;
        lines.close();
    }

    private void advance() {
        if (failure != null) throw failure; // the answer broke off, and asking again does not mend it
        JsonNode line;
        try {
            line = lines.next();
        } catch (BackendException e) {
            if (!late) throw e;
            cutOff();
            return;
        }
        boolean last = line.path("done").asBoolean(false);
        Summary end = last ? ReplyJson.summary(line) : null;
        if (!settings.choices().isEmpty()
                && (end == null || isAnswer(end) && end.choices().isEmpty())) {
            throw http.broken("its answer has no choices, so it does not know them");
        }
        Chunk chunk = ReplyJson.chunk(line);
        next = chunk;
        if (chunk != null) {
            pieces++;
            if (settings.format().isPresent()) formatted.append(chunk.text());
        }
        if (end != null) {
            requireWhole(end);
            summary = end;
            lines.finish();
            ended();
        }
    }

    /// The deadline has passed and the server did not say so: what came until now is all of it.
    private void cutOff() {
        boolean onlyWhole = settings.format().isPresent() || !settings.choices().isEmpty();
        if (pieces == 0 || onlyWhole) throw deadline.passed("the answer was complete");
        Duration spent = Duration.ofNanos(System.nanoTime() - deadline.startedAt());
        summary = new Summary(
                DoneReason.LENGTH, spent, Duration.ZERO, 0, Duration.ZERO, pieces, Duration.ZERO, List.of());
        ended();
    }

    /// A server that does not know better ends half an object as if nothing was wrong.
    private void requireWhole(Summary end) {
        if (settings.format().isEmpty() || end.reason() != DoneReason.LENGTH || formatted.isEmpty()) return;
        try {
            Json.read(formatted.toString().getBytes(StandardCharsets.UTF_8));
        } catch (JacksonException e) {
            throw new BackendException(
                    BackendException.Kind.INCOMPLETE,
                    "the answer was cut off after " + end.evalTokens()
                            + " tokens, before its JSON was complete; raise num_predict or num_ctx");
        }
    }

    private static boolean isAnswer(Summary end) {
        return end.reason() == DoneReason.STOP || end.reason() == DoneReason.LENGTH;
    }
}
