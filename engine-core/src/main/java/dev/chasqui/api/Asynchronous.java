package dev.chasqui.api;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.function.Supplier;

/// Answers for who does not want to wait: each is taken by a virtual thread of its own.
final class Asynchronous {

    private Asynchronous() {}

    /// Whoever completes the future first, a cancellation or a timeout too, ends the work.
    static CompletableFuture<Answer> future(Supplier<Generation> start) {
        CompletableFuture<Answer> future = new CompletableFuture<>();
        Thread worker = Thread.ofVirtual().name("chasqui-future").unstarted(() -> {
            try (Generation generation = start.get()) {
                future.complete(generation.answer());
            } catch (Throwable t) {
                future.completeExceptionally(t);
            }
        });
        future.whenComplete((answer, failure) -> {
            if (Thread.currentThread() != worker) worker.interrupt();
        });
        worker.start();
        return future;
    }

    /// Every subscriber gets an answer of his own.
    static Flow.Publisher<Chunk> publisher(Supplier<Generation> start) {
        return subscriber -> {
            if (subscriber == null) throw new NullPointerException("subscriber is null");
            new ChunkSubscription(start, subscriber).begin();
        };
    }
}
