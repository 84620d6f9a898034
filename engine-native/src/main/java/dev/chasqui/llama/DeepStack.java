package dev.chasqui.llama;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/// Runs what recurses deep in native code on a thread with stack enough. A stack that overflows in native code
/// ends the process without a word.
final class DeepStack {

    private DeepStack() {}

    /// Runs a call on a thread of its own and waits for it, interrupted or not; what it throws is thrown here.
    static <T> T call(long stackBytes, Supplier<T> call) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Runnable task = () -> {
            try {
                result.complete(call.get());
            } catch (Throwable t) {
                result.completeExceptionally(t);
            }
        };
        Thread.ofPlatform()
                .name("chasqui-deep")
                .daemon()
                .stackSize(stackBytes)
                .unstarted(task)
                .start();
        try {
            return result.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) throw cause;
            if (e.getCause() instanceof Error cause) throw cause;
            throw e;
        }
    }
}
