package dev.chasqui.ollama;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.Chunk;
import dev.chasqui.api.DoneReason;
import dev.chasqui.api.Generation;
import dev.chasqui.api.Summary;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// An answer that a server sends line by line. It ends well with a line that says `"done": true`, and in no other
/// way.
final class StreamedGeneration implements Generation, Iterator<Chunk> {

    private final Http http;
    private final JsonLines lines;
    private final boolean chooses;
    private final Consumer<StreamedGeneration> over;
    private final AtomicBoolean taken = new AtomicBoolean();
    private @Nullable Chunk next;
    private @Nullable BackendException failure;
    private volatile @Nullable Summary summary;

    /// @param chooses whether the request gives labels: a server that does not know them answers at will
    StreamedGeneration(Http http, JsonLines lines, boolean chooses, Consumer<StreamedGeneration> over) {
        this.http = http;
        this.lines = lines;
        this.chooses = chooses;
        this.over = over;
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
        over.accept(this);
        if (summary == null) lines.close();
    }

    private void advance() {
        if (failure != null) throw failure; // the answer broke off, and asking again does not mend it
        JsonNode line = lines.next();
        boolean last = line.path("done").asBoolean(false);
        Summary end = last ? ReplyJson.summary(line) : null;
        if (chooses && (end == null || isAnswer(end) && end.choices().isEmpty())) {
            throw http.broken("its answer has no choices, so it does not know them");
        }
        next = ReplyJson.chunk(line);
        if (end != null) {
            summary = end;
            lines.finish();
            over.accept(this);
        }
    }

    private static boolean isAnswer(Summary end) {
        return end.reason() == DoneReason.STOP || end.reason() == DoneReason.LENGTH;
    }
}
