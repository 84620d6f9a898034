package dev.chasqui.api;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/// Says what a test wants, and remembers what it was asked.
class SpokenBackend extends ForwardingBackend {

    final List<Settings> asked = new ArrayList<>();
    final AtomicBoolean closed = new AtomicBoolean();
    private final String name;
    private final Function<Integer, Generation> answers;

    /// @param answers by the number of the call, from 1
    SpokenBackend(String name, Function<Integer, Generation> answers) {
        this.name = name;
        this.answers = answers;
    }

    static SpokenBackend saying(String name, String... pieces) {
        return new SpokenBackend(name, call -> new Said(List.of(pieces), null));
    }

    static SpokenBackend refusing(String name, BackendException.Kind kind) {
        return new SpokenBackend(name, call -> {
            throw new BackendException(kind, name + " refuses");
        });
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Generation generate(GenerateRequest request) {
        asked.add(request.settings());
        return answers.apply(asked.size());
    }

    @Override
    public Generation chat(ChatRequest request) {
        asked.add(request.settings());
        return answers.apply(asked.size());
    }

    @Override
    public Embeddings embed(EmbedRequest request) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        closed.set(true);
    }

    @Override
    Backend other() {
        throw new UnsupportedOperationException();
    }

    /// Pieces, and then the end or a failure.
    static final class Said implements Generation {

        final AtomicInteger given = new AtomicInteger();
        final CountDownLatch closed = new CountDownLatch(1);
        private final List<String> pieces;
        private final BackendException failure;

        Said(List<String> pieces, BackendException failure) {
            this.pieces = pieces;
            this.failure = failure;
        }

        @Override
        public Iterator<Chunk> iterator() {
            return new Iterator<>() {
                @Override
                public boolean hasNext() {
                    if (given.get() < pieces.size()) return true;
                    if (failure != null) throw failure;
                    return false;
                }

                @Override
                public Chunk next() {
                    return Chunk.ofText(pieces.get(given.getAndIncrement()));
                }
            };
        }

        @Override
        public Summary summary() {
            return Summary.withoutWork(DoneReason.STOP);
        }

        @Override
        public void close() {
            closed.countDown();
        }
    }

    /// A generation whose first piece never comes; closing or interrupting ends the wait.
    static final class Silent implements Generation {

        final CountDownLatch closed = new CountDownLatch(1);

        @Override
        public Iterator<Chunk> iterator() {
            return new Iterator<>() {
                @Override
                public boolean hasNext() {
                    try {
                        closed.await();
                    } catch (InterruptedException e) {
                        closed.countDown();
                    }
                    throw new BackendException(BackendException.Kind.CANCELLED, "closed");
                }

                @Override
                public Chunk next() {
                    throw new IllegalStateException();
                }
            };
        }

        @Override
        public Summary summary() {
            throw new IllegalStateException();
        }

        @Override
        public void close() {
            closed.countDown();
        }
    }
}
