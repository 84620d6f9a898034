package dev.chasqui.api;

import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// An answer whose text lacks what stands between think tags, and a thought that never ends with it.
final class WithoutThinking implements Generation, Iterator<Chunk> {

    private final Generation generation;
    private final ThinkTags tags = new ThinkTags();
    private @Nullable Iterator<Chunk> chunks;
    private @Nullable Chunk next;
    private boolean over;

    WithoutThinking(Generation generation) {
        this.generation = generation;
    }

    @Override
    public Iterator<Chunk> iterator() {
        chunks = generation.iterator();
        return this;
    }

    @Override
    public boolean hasNext() {
        Iterator<Chunk> from = chunks;
        if (from == null) throw new IllegalStateException("ask for the iterator first");
        while (next == null && !over) {
            if (from.hasNext()) {
                next = stripped(from.next());
            } else {
                over = true;
                String rest = tags.end();
                if (!rest.isEmpty()) next = Chunk.ofText(rest);
            }
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

    private @Nullable Chunk stripped(Chunk chunk) {
        String text = tags.add(chunk.text());
        boolean nothing = text.isEmpty()
                && chunk.thinking().isEmpty()
                && chunk.toolCalls().isEmpty();
        List<TokenLogprob> logprobs = chunk.logprobs();
        if (nothing && logprobs.isEmpty()) return null;
        return new Chunk(text, chunk.thinking(), chunk.toolCalls(), logprobs);
    }

    @Override
    public Summary summary() {
        if (!over) throw new IllegalStateException("the answer is not over; take its chunks first");
        return generation.summary();
    }

    @Override
    public Optional<String> answeredBy() {
        return generation.answeredBy();
    }

    @Override
    public void close() {
        generation.close();
    }
}
