package dev.chasqui.isolate;

import dev.chasqui.api.BackendException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/// A call that the child works at. Its messages are taken by one thread; any thread may give it up.
///
/// The child sends no more than [#WINDOW] pieces that nobody has taken, so a reader that is slow keeps its own
/// answer waiting, in the child, and nothing else.
public final class RemoteCall {

    /// Pieces on their way at once.
    static final int WINDOW = 64;

    private static final int CREDIT_STEP = WINDOW / 2;

    /// Beyond the window: what says that the call was taken, and its end.
    private static final int MOST_MESSAGES = WINDOW + 2;

    private sealed interface Event {
        record Came(Frame frame) implements Event {}

        record Broke(RuntimeException cause) implements Event {}
    }

    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private final AtomicBoolean over = new AtomicBoolean();
    private final int id;
    private final String model;
    private final Link link;
    private final Runnable forget;
    private int takenPieces;

    /// @param model  the one it is about; empty if it is about none
    /// @param forget called once, when the call is over for this side
    RemoteCall(int id, String model, Link link, Runnable forget) {
        this.id = id;
        this.model = model;
        this.link = link;
        this.forget = forget;
    }

    String model() {
        return model;
    }

    /// @throws BadFrameException if the child sends more than it may
    void came(Frame frame) {
        if (events.size() > MOST_MESSAGES) throw new BadFrameException("more pieces than were asked for");
        events.add(new Event.Came(frame));
    }

    void broke(RuntimeException cause) {
        over.set(true);
        events.add(new Event.Broke(cause));
    }

    /// Waits for the next message: `ACCEPTED`, `PIECE` or `RESULT`.
    ///
    /// @param until by [System#nanoTime]; `Long.MAX_VALUE` waits for ever
    /// @return empty if nothing came until then
    /// @throws BackendException      if the call failed, or its process died
    /// @throws IllegalStateException if the engine was closed, there or here
    public Optional<Frame> next(long until) throws InterruptedException {
        Event event = until == Long.MAX_VALUE
                ? events.take()
                : events.poll(Math.max(0, until - System.nanoTime()), TimeUnit.NANOSECONDS);
        return switch (event) {
            case null -> Optional.empty();
            case Event.Broke broke -> {
                events.add(broke); // whoever asks again hears it again
                throw broke.cause();
            }
            case Event.Came(Frame frame) -> {
                switch (frame.kind()) {
                    case PIECE -> credit();
                    case RESULT -> end();
                    case FAILURE -> {
                        end();
                        RuntimeException failure = Failures.read(frame.body());
                        events.add(new Event.Broke(failure));
                        throw failure;
                    }
                    default -> {}
                }
                yield Optional.of(frame);
            }
        };
    }

    private void credit() {
        if (++takenPieces < CREDIT_STEP) return;
        byte[] more = ByteBuffer.allocate(4).putInt(takenPieces).array();
        takenPieces = 0;
        send(new Frame(Frame.Kind.CREDIT, id, more));
    }

    private void end() {
        if (over.compareAndSet(false, true)) forget.run();
    }

    private void send(Frame frame) {
        try {
            link.send(frame);
        } catch (IOException e) {
            // Whoever watches the child ends this call with the reason.
        }
    }

    /// Gives the call up, if it is not over.
    ///
    /// @param why what whoever still waits for it hears
    public void giveUp(RuntimeException why) {
        if (!over.compareAndSet(false, true)) return;
        forget.run();
        events.add(new Event.Broke(why));
        send(Frame.bare(Frame.Kind.CANCEL, id));
    }
}
