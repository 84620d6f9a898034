package dev.chasqui.engine;

import dev.chasqui.isolate.BlackBox;
import dev.chasqui.llama.NativeFaults;
import dev.chasqui.schedule.Ticket;
import dev.chasqui.schedule.Workload;
import java.util.concurrent.locks.LockSupport;

/// The one thread that decodes with a context. It sleeps while there is nothing to do.
final class DecodeThread implements AutoCloseable {

    static final long STACK_BYTES = 16 << 20;

    private static final long LOOK_MILLIS = 1000;

    private final BlackBox.Mark inHand;
    private final Workload work;
    private final Runnable abort;
    private final Runnable free;
    private final Thread thread;
    private volatile boolean stopping;
    private volatile boolean over;

    /// @param model what it decodes with
    /// @param lane  tells it from the model's other threads
    /// @param abort stops a decode that is running, from any thread
    /// @param free  frees the context when the thread ends
    DecodeThread(String model, String lane, Workload work, Runnable abort, Runnable free) {
        this.inHand = BlackBox.ofThisProcess().mark(model);
        this.work = work;
        this.abort = abort;
        this.free = free;
        this.thread = Thread.ofPlatform()
                .name("chasqui-decode-" + model + lane)
                .daemon()
                .stackSize(STACK_BYTES)
                .unstarted(this::run);
        thread.start();
    }

    /// Whether nobody turns any more: it was closed, or an error ended it.
    boolean isOver() {
        return over;
    }

    /// Wakes it for a request that just came, and again if that is cancelled. If nobody is there to be woken, the
    /// request fails.
    Ticket waking(Ticket ticket) {
        LockSupport.unpark(thread);
        if (over) work.failAll(new IllegalStateException("the decode thread is gone; ask again"));
        return () -> {
            ticket.cancel();
            LockSupport.unpark(thread);
        };
    }

    /// Stops the thread, ends what is left with an error, and frees the context. Where native code is dead, that
    /// thread may never end: nobody waits for it, and nothing is freed.
    @Override
    public void close() {
        stopping = true;
        abort.run();
        LockSupport.unpark(thread);
        boolean interrupted = false;
        while (thread.isAlive() && NativeFaults.dead().isEmpty()) {
            try {
                thread.join(LOOK_MILLIS);
            } catch (InterruptedException e) {
                interrupted = true; // the context must not be freed under a running decode
            }
        }
        if (interrupted) Thread.currentThread().interrupt();
    }

    private void run() {
        try {
            while (!stopping) {
                boolean worked = Cores.OF_THIS_PROCESS.use(this::turn);
                if (!worked && !stopping) LockSupport.park(this);
            }
            over = true;
            work.failAll(new IllegalStateException("the model was unloaded"));
        } catch (Throwable t) {
            over = true;
            work.failAll(new IllegalStateException("the decode thread died: " + t, t));
            throw t;
        } finally {
            free.run();
            inHand.close();
        }
    }

    private boolean turn() {
        inHand.set(BlackBox.Doing.COMPUTING);
        try {
            return work.turn();
        } finally {
            inHand.set(BlackBox.Doing.NOTHING);
        }
    }
}
