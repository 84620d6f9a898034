package dev.chasqui.registry;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow.Subscription;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A reply's body, a piece at a time, and never waited for longer than a stall. The next piece is asked for
/// when one is taken, so whoever writes slowly slows the registry down. One thread reads.
final class Body implements BodySubscriber<Body>, AutoCloseable {

    private static final List<ByteBuffer> END = new ArrayList<>();

    private final Duration stall;
    private final BlockingQueue<List<ByteBuffer>> pieces = new LinkedBlockingQueue<>();
    private @Nullable Subscription subscription; // guarded by this
    private boolean closed; // guarded by this
    private volatile @Nullable Throwable failure;

    Body(Duration stall) {
        this.stall = stall;
    }

    /// The next bytes; none at the end.
    ///
    /// @throws IOException if it broke off, or stood still
    List<ByteBuffer> next() throws IOException, InterruptedException {
        List<ByteBuffer> piece = pieces.poll(stall.toMillis(), TimeUnit.MILLISECONDS);
        if (piece == null) {
            close();
            throw new HttpTimeoutException("no byte came for " + stall.toMillis() / 1000.0 + " s");
        }
        if (piece == END) {
            pieces.add(END);
            Throwable broken = failure;
            if (broken != null) throw broken instanceof IOException e ? e : new IOException(broken);
        } else {
            askForMore();
        }
        return piece;
    }

    /// All of it, as far as the limit.
    ///
    /// @param limit in bytes
    byte[] read(int limit) throws IOException, InterruptedException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        while (all.size() < limit) {
            List<ByteBuffer> piece = next();
            if (piece.isEmpty()) break;
            for (ByteBuffer bytes : piece) {
                byte[] some = new byte[Math.min(bytes.remaining(), limit - all.size())];
                bytes.get(some);
                all.writeBytes(some);
            }
        }
        return all.toByteArray();
    }

    private synchronized void askForMore() {
        if (subscription != null) subscription.request(1);
    }

    @Override
    public CompletionStage<Body> getBody() {
        return CompletableFuture.completedStage(this);
    }

    @Override
    public synchronized void onSubscribe(Subscription given) {
        if (closed || subscription != null) {
            given.cancel();
        } else {
            subscription = given;
            given.request(1);
        }
    }

    @Override
    public void onNext(List<ByteBuffer> piece) {
        if (piece.isEmpty()) askForMore();
        else pieces.add(piece);
    }

    @Override
    public void onError(Throwable thrown) {
        failure = thrown;
        pieces.add(END);
    }

    @Override
    public void onComplete() {
        pieces.add(END);
    }

    /// What has not come yet is not wanted any more: the connection ends.
    @Override
    public synchronized void close() {
        closed = true;
        if (subscription != null) subscription.cancel();
    }
}
