package dev.chasqui.llama;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/// Runs native code that recurses deep, or takes long, on a thread of its own with stack enough. A stack that
/// overflows in native code ends the process without a word; a thread that native code gives up on is lost, and a
/// caller's own, a virtual one's carrier above all, must not be.
final class DeepStack {

    /// For what recurses little.
    static final long USUAL_BYTES = 16 << 20;

    private static final int IDLE_SECONDS = 10;

    /// A thread that is done waits a while for the next call: what llama.cpp frees stays in the C library's arena of
    /// the thread that asked for it, and each new thread may get another of 16.
    private static final ThreadPoolExecutor USUAL = new ThreadPoolExecutor(
            0,
            Integer.MAX_VALUE,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            task -> thread(USUAL_BYTES, task));

    private DeepStack() {}

    /// Runs a call on a thread of its own and waits for it, interrupted or not; what it throws is thrown here.
    ///
    /// @throws NativeFaultException if native code gave up in it
    static <T> T call(long stackBytes, Supplier<T> call) {
        return call(stackBytes, false, call);
    }

    /// The same for a call that makes something nobody else has yet, so that a fault in it concerns nobody else.
    static <T> T load(Supplier<T> call) {
        return call(USUAL_BYTES, true, call);
    }

    private static <T> T call(long stackBytes, boolean bearable, Supplier<T> call) {
        NativeFaults.requireAlive();
        CompletableFuture<T> result = new CompletableFuture<>();
        Runnable task = () -> {
            try {
                result.complete(NativeFaults.during(result::completeExceptionally, bearable, call));
            } catch (Throwable t) {
                result.completeExceptionally(t);
            }
        };
        if (stackBytes <= USUAL_BYTES) USUAL.execute(task);
        else thread(stackBytes, task).start();
        try {
            return result.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) throw cause;
            if (e.getCause() instanceof Error cause) throw cause;
            throw e;
        }
    }

    private static Thread thread(long stackBytes, Runnable task) {
        return Thread.ofPlatform()
                .name("chasqui-deep")
                .daemon()
                .stackSize(stackBytes)
                .unstarted(task);
    }
}
