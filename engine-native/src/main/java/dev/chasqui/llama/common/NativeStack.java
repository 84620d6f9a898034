package dev.chasqui.llama.common;

import dev.chasqui.llama.LlamaException;
import dev.chasqui.llama.NativeFaultException;
import dev.chasqui.llama.NativeFaults;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
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

    /// Macros that call themselves as deep as [TemplateGuard] lets them, each time inside as many blocks and brackets
    /// as
    /// [TemplateOutline] allows, take half of it. Only what is touched is ever backed by memory.
    private static final long STACK_BYTES = 64L << 20;

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
    /// @param overdue counts the abandoned calls that have not ended; while there is one, others are refused
    /// @param discard takes the result of a call that was abandoned and ended after all
    /// @throws LlamaException if C++ threw, with its message, or the call took longer than `limit`
    static <T> T call(String what, Duration limit, AtomicInteger overdue, Supplier<T> call, Consumer<T> discard) {
        NativeFaults.requireAlive();
        if (overdue.get() > 0) {
            throw new LlamaException(
                    what + " was refused: an earlier one took longer than " + limit.toMillis() + " ms and still runs");
        }
        Call<T> here = new Call<>(overdue, call, discard);
        try {
            POOL.execute(here);
            return here.answer.get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw translated(e.getCause());
        } catch (RejectedExecutionException e) {
            throw new LlamaException(what + " was refused: " + MOST_WAITING + " such calls wait already", e);
        } catch (TimeoutException e) {
            boolean began = here.giveUp();
            throw new LlamaException(
                    began
                            ? what + " took longer than " + limit.toMillis() + " ms and was given up"
                            : what + " did not begin within " + limit.toMillis() + " ms: other calls hold its threads",
                    e);
        } catch (InterruptedException e) {
            here.giveUp();
            Thread.currentThread().interrupt();
            throw new LlamaException(what + " was interrupted", e);
        }
    }

    /// A call on its way, and whoever waits for it or does no longer.
    private static final class Call<T> implements Runnable {

        final CompletableFuture<T> answer = new CompletableFuture<>();
        private final AtomicReference<State> state = new AtomicReference<>(State.WAITING);
        private final AtomicInteger overdue;
        private final Supplier<T> call;
        private final Consumer<T> discard;

        Call(AtomicInteger overdue, Supplier<T> call, Consumer<T> discard) {
            this.overdue = overdue;
            this.call = call;
            this.discard = discard;
        }

        @Override
        public void run() {
            if (!state.compareAndSet(State.WAITING, State.RUNNING)) return; // nobody waits any more
            try {
                T result = NativeFaults.during(this::fault, true, call);
                if (isOver()) answer.complete(result);
                else discard.accept(result);
            } catch (Throwable t) {
                isOver();
                answer.completeExceptionally(t);
            }
        }

        /// @return whether somebody waited for it to the end
        private boolean isOver() {
            if (state.compareAndSet(State.RUNNING, State.DONE)) return true;
            overdue.decrementAndGet();
            resize(-1);
            return false;
        }

        /// @return whether the call had begun
        boolean giveUp() {
            if (state.compareAndSet(State.WAITING, State.ABANDONED)) return false;
            if (state.compareAndSet(State.RUNNING, State.ABANDONED)) {
                overdue.incrementAndGet();
                resize(1);
            }
            return true;
        }

        /// Its thread is lost.
        private void fault(NativeFaultException cause) {
            giveUp();
            answer.completeExceptionally(cause);
        }
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
