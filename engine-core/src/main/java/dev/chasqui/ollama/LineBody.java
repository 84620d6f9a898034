package dev.chasqui.ollama;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow.Subscription;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// A reply's body as lines of bytes, handed over as they come. It needs no thread of its own, and a slow reader
/// slows the server down rather than filling the memory.
///
/// One thread reads; [#close] may come from any and tells the server at once, by closing the connection. A body
/// that was read to its end leaves the connection to the next request.
final class LineBody implements BodySubscriber<LineBody>, AutoCloseable {

    /// As Ollama's own client has it.
    static final int LONGEST_LINE = 8 << 20;
    /// Above this no more bytes are asked for until the reader took some.
    private static final int READ_AHEAD = 256 << 10;
    /// How long the end of the body may take after the last line of interest.
    private static final long END_SECONDS = 2;
    /// How long that end is waited for: it nearly always comes with the last line, and then the next request finds
    /// this connection free.
    private static final long END_NANOS = 50_000_000;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<byte[]> lines = new ArrayDeque<>();
    private final ByteArrayOutputStream partial = new ByteArrayOutputStream();
    private @Nullable Subscription subscription;
    private @Nullable Throwable failure;
    private long waitingBytes;
    private boolean asked;
    private boolean ended;
    private boolean closed;
    private boolean discarding;

    @Override
    public CompletionStage<LineBody> getBody() {
        return CompletableFuture.completedStage(this);
    }

    /// Waits for the next line that is not blank, without its end; the last one may lack that.
    ///
    /// @return empty at the end of the body
    /// @throws IOException if the connection broke, a line is longer than [#LONGEST_LINE], or, as a
    ///                     [ClosedException], if this was closed
    Optional<byte[]> next() throws IOException, InterruptedException {
        byte[] line;
        lock.lockInterruptibly();
        try {
            while (lines.isEmpty() && !ended && !closed) changed.await();
            if (closed) throw new ClosedException();
            if (lines.isEmpty()) {
                if (failure != null) throw failure instanceof IOException e ? e : new IOException(failure);
                return Optional.empty();
            }
            line = lines.removeFirst();
            waitingBytes -= cost(line);
        } finally {
            lock.unlock();
        }
        askForMore();
        return Optional.of(line);
    }

    /// What came of a short body such as an error's, up to a limit, when it ends, breaks or takes too long.
    byte[] rest(int limit) {
        CompletableFuture.delayedExecutor(END_SECONDS, TimeUnit.SECONDS).execute(this::close);
        ByteArrayOutputStream rest = new ByteArrayOutputStream();
        try {
            for (Optional<byte[]> line = next(); line.isPresent() && rest.size() < limit; line = next()) {
                rest.write(line.get(), 0, Math.min(line.get().length, limit - rest.size()));
                rest.write('\n');
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            // The status says enough without the words.
        }
        close();
        return rest.toByteArray();
    }

    /// Nothing that still comes is of interest. The end of the body is waited for a moment, then in the background, so
    /// that the connection can be used again; if it does not come soon, the connection is closed.
    void finish() {
        lock.lock();
        try {
            if (ended || closed || discarding) return;
            discarding = true;
            lines.clear();
            partial.reset();
            waitingBytes = 0;
        } finally {
            lock.unlock();
        }
        askForMore();
        if (!endsSoon())
            CompletableFuture.delayedExecutor(END_SECONDS, TimeUnit.SECONDS).execute(this::close);
    }

    private boolean endsSoon() {
        lock.lock();
        try {
            long left = END_NANOS;
            while (!ended && !closed && left > 0) left = changed.awaitNanos(left);
            return ended || closed;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }

    /// Gives up what is still to come. Idempotent; after the end it does nothing.
    @Override
    public void close() {
        Subscription toCancel;
        lock.lock();
        try {
            if (closed || ended && lines.isEmpty()) return;
            closed = true;
            lines.clear();
            partial.reset();
            toCancel = ended ? null : subscription;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        if (toCancel != null) toCancel.cancel();
    }

    @Override
    public void onSubscribe(Subscription fresh) {
        boolean gone;
        lock.lock();
        try {
            gone = closed || subscription != null;
            if (!gone) subscription = fresh;
        } finally {
            lock.unlock();
        }
        if (gone) fresh.cancel();
        else askForMore();
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        boolean tooLong = false;
        lock.lock();
        try {
            asked = false;
            if (!closed && !discarding) tooLong = !buffers.stream().allMatch(this::split);
            if (tooLong) {
                failure = new IOException("a line is longer than " + (LONGEST_LINE >> 20) + " MiB");
                ended = true;
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        Subscription current = subscription;
        if (tooLong && current != null) current.cancel();
        else askForMore();
    }

    @Override
    public void onError(Throwable cause) {
        end(cause);
    }

    @Override
    public void onComplete() {
        end(null);
    }

    private void end(@Nullable Throwable cause) {
        lock.lock();
        try {
            if (ended) return;
            if (cause == null && partial.size() > 0) keepLine();
            failure = cause;
            ended = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Asks for one more list of buffers if there is room. Calls out without the lock: the answer may come at
    /// once, on this thread.
    private void askForMore() {
        Subscription from;
        lock.lock();
        try {
            from = subscription;
            if (from == null || asked || ended || closed || waitingBytes >= READ_AHEAD) return;
            asked = true;
        } finally {
            lock.unlock();
        }
        from.request(1);
    }

    private boolean split(ByteBuffer bytes) {
        byte[] chunk = new byte[bytes.remaining()];
        bytes.get(chunk);
        int start = 0;
        for (int i = 0; i < chunk.length; i++) {
            if (chunk[i] != '\n') continue;
            if (partial.size() + i - start > LONGEST_LINE) return false;
            partial.write(chunk, start, i - start);
            keepLine();
            start = i + 1;
        }
        partial.write(chunk, start, chunk.length - start);
        return partial.size() <= LONGEST_LINE;
    }

    private void keepLine() {
        byte[] line = partial.toByteArray();
        partial.reset();
        if (line.length == 0 || line.length == 1 && line[0] == '\r') return;
        lines.addLast(line);
        waitingBytes += cost(line);
    }

    private static long cost(byte[] line) {
        return line.length + 64L; // the array and its place in the queue
    }

    /// The reader's own side closed this.
    static final class ClosedException extends IOException {

        private static final long serialVersionUID = 1L;
    }
}
