package dev.chasqui.springai;

import dev.chasqui.api.Backend;
import dev.chasqui.api.BackendException;
import dev.chasqui.api.ChatRequest;
import dev.chasqui.api.Chunk;
import dev.chasqui.api.Generation;
import java.util.Iterator;
import java.util.concurrent.Executors;
import org.springframework.ai.chat.model.ChatResponse;
import reactor.core.publisher.Flux;
import reactor.core.publisher.SynchronousSink;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/// One answer as a stream. A piece is taken from the backend when the subscriber has asked for one, and not
/// before; cancelling closes the answer at once, from whichever thread it comes.
final class StreamedAnswer implements AutoCloseable {

    /// Waiting for a token costs no carrier thread.
    private static final Scheduler WAITING = Schedulers.fromExecutorService(Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("chasqui-spring-ai-", 0).factory()));

    private final String model;
    private final Generation generation;
    private final Iterator<Chunk> chunks;
    private volatile boolean closed;

    private StreamedAnswer(Backend backend, ChatRequest request) {
        this.model = request.model();
        this.generation = backend.chat(request);
        this.chunks = generation.iterator();
    }

    static Flux<ChatResponse> of(Backend backend, ChatRequest request) {
        return Flux.using(() -> new StreamedAnswer(backend, request), StreamedAnswer::pieces, StreamedAnswer::close)
                .subscribeOn(WAITING);
    }

    private Flux<ChatResponse> pieces() {
        return Flux.generate(this::next);
    }

    private void next(SynchronousSink<ChatResponse> sink) {
        try {
            if (chunks.hasNext()) {
                sink.next(Responses.piece(model, chunks.next()));
            } else {
                sink.next(Responses.end(model, generation.summary()));
                sink.complete();
            }
        } catch (BackendException e) {
            if (closed) sink.complete(); // nobody listens any more
            else sink.error(e);
        }
    }

    @Override
    public void close() {
        closed = true;
        generation.close();
    }
}
