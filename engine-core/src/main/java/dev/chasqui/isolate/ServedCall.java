package dev.chasqui.isolate;

import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A call in the child, worked at by one virtual thread.
public final class ServedCall {

    private static final Logger LOG = LoggerFactory.getLogger(ServedCall.class);

    private final Link link;
    private final int id;
    private final byte[] body;
    private final Semaphore credit = new Semaphore(RemoteCall.WINDOW);
    private volatile boolean cancelled;
    private volatile @Nullable Thread thread;
    private Runnable onCancel = () -> {};

    ServedCall(Link link, Frame frame) {
        this.link = link;
        this.id = frame.call();
        this.body = frame.body();
    }

    /// Which call it is.
    public int method() {
        return body[0];
    }

    /// What it is about.
    public byte[] argument() {
        return Arrays.copyOfRange(body, 1, body.length);
    }

    /// Tells the parent that the call was taken. Pieces follow.
    ///
    /// @param onCancel what stops them, from any thread
    public void accept(Runnable onCancel) throws IOException {
        synchronized (this) {
            this.onCancel = onCancel;
        }
        if (cancelled) onCancel.run();
        link.send(Frame.bare(Frame.Kind.ACCEPTED, id));
    }

    /// Sends a piece. Waits as long as the parent has not taken those before.
    public void piece(byte[] piece) throws IOException, InterruptedException {
        credit.acquire();
        link.send(new Frame(Frame.Kind.PIECE, id, piece));
    }

    void credit(int pieces) {
        if (pieces > 0 && pieces <= RemoteCall.WINDOW) credit.release(pieces);
    }

    void cancel() {
        cancelled = true;
        Runnable stop;
        synchronized (this) {
            stop = onCancel;
        }
        stop.run();
        Thread working = thread;
        if (working != null) working.interrupt();
    }

    void start(Runnable work) {
        thread = Thread.ofVirtual().name("chasqui-call-" + id).unstarted(work);
        thread.start();
    }

    /// Does the work and sends what came of it.
    void end(CallServer.Handler handler) {
        try {
            Frame last;
            try {
                last = new Frame(Frame.Kind.RESULT, id, handler.handle(this));
                if (last.body().length > Frame.MOST_BODY_BYTES) {
                    throw new IllegalArgumentException("the answer has " + last.body().length
                            + " bytes; an engine in a process of its own can hand over " + Frame.MOST_BODY_BYTES);
                }
            } catch (InterruptedException e) {
                last = new Frame(Frame.Kind.FAILURE, id, Failures.written(Failures.cancelled()));
            } catch (RuntimeException | Error e) {
                last = new Frame(Frame.Kind.FAILURE, id, Failures.written(e));
            }
            link.send(last);
        } catch (IOException e) {
            LOG.debug("nobody takes the end of call {}: {}", id, e.toString());
        }
    }
}
