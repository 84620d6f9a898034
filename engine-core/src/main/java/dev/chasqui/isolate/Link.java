package dev.chasqui.isolate;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/// A connection to the other process. Any thread sends; one thread, in [#pump], reads.
///
/// Whoever sends writes at once, so that nobody has to be woken for it. Only what the socket does not take is left
/// to the reading thread, and senders wait while that is more than a mebibyte. The channel never blocks: a thread
/// that is interrupted in a blocking write would close it.
final class Link implements AutoCloseable {

    private static final int MOST_WAITING = 1 << 20;
    private static final int READ_BYTES = 1 << 16;

    private final SocketChannel channel;
    private final Selector selector;
    private final SelectionKey key;
    private final FrameReader reader = new FrameReader(Frame.MOST_BODY_BYTES);
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition roomy = lock.newCondition();
    private final Deque<ByteBuffer> waiting = new ArrayDeque<>();
    private long waitingBytes;
    private boolean closed;

    /// Takes the channel over.
    Link(SocketChannel channel) throws IOException {
        this.channel = channel;
        channel.configureBlocking(false);
        this.selector = Selector.open();
        this.key = channel.register(selector, SelectionKey.OP_READ);
    }

    /// @throws IOException              if the connection is gone
    /// @throws IllegalArgumentException if the body is too long
    void send(Frame frame) throws IOException {
        if (frame.body().length > Frame.MOST_BODY_BYTES) {
            throw new IllegalArgumentException(
                    "a message of " + frame.body().length + " bytes; expected at most " + Frame.MOST_BODY_BYTES);
        }
        ByteBuffer bytes = frame.encoded();
        lock.lock();
        try {
            while (waitingBytes > MOST_WAITING && !closed) roomy.awaitUninterruptibly();
            if (closed) throw new ClosedChannelException();
            if (waiting.isEmpty()) channel.write(bytes);
            if (!bytes.hasRemaining()) return;
            waiting.add(bytes);
            waitingBytes += bytes.remaining();
            key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
            selector.wakeup();
        } finally {
            lock.unlock();
        }
    }

    /// Whether what was sent before still waits: the other side does not read.
    boolean isBehind() {
        lock.lock();
        try {
            return !waiting.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /// Reads until the connection ends, and then closes this.
    ///
    /// @param frames takes a message without waiting for anything
    /// @throws BadFrameException if what came was no message
    void pump(Consumer<Frame> frames) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocateDirect(READ_BYTES);
        try (this) {
            while (true) {
                selector.select();
                selector.selectedKeys().clear();
                if (key.isWritable()) writeWaiting();
                if (!key.isReadable()) continue;
                if (channel.read(bytes.clear()) < 0) return;
                reader.read(bytes.flip(), frames);
            }
        } catch (ClosedSelectorException | java.nio.channels.CancelledKeyException e) {
            throw new ClosedChannelException();
        }
    }

    private void writeWaiting() throws IOException {
        lock.lock();
        try {
            while (!waiting.isEmpty()) {
                ByteBuffer first = waiting.element();
                waitingBytes -= channel.write(first);
                if (first.hasRemaining()) break;
                waiting.remove();
            }
            if (waiting.isEmpty()) key.interestOps(SelectionKey.OP_READ);
            if (waitingBytes <= MOST_WAITING) roomy.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Idempotent, from any thread.
    @Override
    public void close() throws IOException {
        lock.lock();
        try {
            closed = true;
            waiting.clear();
            waitingBytes = 0;
            roomy.signalAll();
        } finally {
            lock.unlock();
        }
        channel.close();
        selector.close();
    }
}
