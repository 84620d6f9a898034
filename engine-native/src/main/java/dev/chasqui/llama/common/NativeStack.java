package dev.chasqui.llama.common;

import dev.chasqui.llama.LlamaException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Runs calls into `common` on threads whose stack is known, for its parsers recurse: a caller may be a virtual
/// thread or have any stack.
///
/// A native call cannot be stopped. One that outlives its limit is abandoned: its caller gets an exception, its
/// thread goes on, and another takes its place. After [#MOST_ABANDONED] of them, calls wait for the rest to end.
final class NativeStack {

    /// Only what is touched is ever backed by memory.
    private static final long STACK_BYTES = 16L << 20;

    private static final int THREADS = 2;
    private static final int MOST_ABANDONED = 4;
    private static final int MOST_WAITING = 4096;

    private static final ThreadPoolExecutor POOL = pool();

    private static int abandoned;

    private enum State {
        WAITING,
        RUNNING,
        DONE,
        ABANDONED
    }

    private NativeStack() {}

    /// @param what    for the message, for example `rendering the chat template`
    /// @param discard takes the result of a call that was abandoned and ended after all
    /// @throws LlamaException if C++ threw, with its message, or the call took longer than `limit`
    static <T> T call(String what, Duration limit, Supplier<T> call, Consumer<T> discard) {
        AtomicReference<State> state = new AtomicReference<>(State.WAITING);
        FutureTask<T> task = new FutureTask<>(() -> {
            if (!state.compareAndSet(State.WAITING, State.RUNNING)) {
                throw new LlamaException(what + " was given up before it began");
            }
            T result = null;
            try {
                return result = call.get();
            } finally {
                if (!state.compareAndSet(State.RUNNING, State.DONE)) {
                    resize(-1);
                    if (result != null) discard.accept(result);
                }
            }
        });
        try {
            POOL.execute(task);
            return task.get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw translated(e.getCause());
        } catch (RejectedExecutionException e) {
            throw new LlamaException(what + " was refused: " + MOST_WAITING + " such calls wait already", e);
        } catch (TimeoutException e) {
            boolean began = giveUp(state);
            throw new LlamaException(
                    began
                            ? what + " took longer than " + limit.toMillis() + " ms and was given up"
                            : what + " did not begin within " + limit.toMillis() + " ms: other calls hold its threads",
                    e);
        } catch (InterruptedException e) {
            giveUp(state);
            Thread.currentThread().interrupt();
            throw new LlamaException(what + " was interrupted", e);
        }
    }

    /// @return whether the call had begun
    private static boolean giveUp(AtomicReference<State> state) {
        if (state.compareAndSet(State.WAITING, State.ABANDONED)) return false;
        if (state.compareAndSet(State.RUNNING, State.ABANDONED)) resize(1);
        return true;
    }

    private static synchronized void resize(int change) {
        abandoned += change;
        int threads = THREADS + Math.min(abandoned, MOST_ABANDONED);
        if (threads > POOL.getMaximumPoolSize()) POOL.setMaximumPoolSize(threads);
        POOL.setCorePoolSize(threads);
        POOL.setMaximumPoolSize(threads);
    }

    /// JavaCPP turns every C++ exception into a plain RuntimeException; our own types pass as they are.
    private static RuntimeException translated(@Nullable Throwable cause) {
        if (cause instanceof Error error) throw error;
        if (cause instanceof RuntimeException own && own.getClass() != RuntimeException.class) return own;
        if (cause == null) return new LlamaException("llama.cpp failed without a message");
        return new LlamaException(String.valueOf(cause.getMessage()), cause);
    }

    private static ThreadPoolExecutor pool() {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                THREADS,
                THREADS,
                30,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(MOST_WAITING),
                task -> Thread.ofPlatform()
                        .name("chasqui-common-", 0)
                        .daemon()
                        .stackSize(STACK_BYTES)
                        .unstarted(task));
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }
}
