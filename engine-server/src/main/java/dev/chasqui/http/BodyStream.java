package dev.chasqui.http;

import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// A request's body as it comes, for one that is too long to be held. Nothing more is taken from the network than
/// was asked for. To be read on one thread that may wait.
final class BodyStream extends InputStream {

    private static final Buffer END = Buffer.buffer();
    private static final Buffer BROKEN = Buffer.buffer();

    private final Context eventLoop;
    private final HttpServerRequest request;
    private final Connections connections;
    private final Exchange exchange;
    private final Limits limits;
    private final BlockingQueue<Buffer> arrived = new LinkedBlockingQueue<>();
    private Buffer piece = Buffer.buffer();
    private int at;
    private long bytes;
    private long waitedNanos; // for the client; what we take to store it is not its fault
    private volatile boolean asked;
    private volatile boolean over;

    /// To be called on the event loop, before anything else reads the request.
    BodyStream(Exchange exchange, Context eventLoop, HttpServerRequest request, Connections connections) {
        this.exchange = exchange;
        this.eventLoop = eventLoop;
        this.request = request;
        this.connections = connections;
        this.limits = connections.limits();
        request.pause();
        connections.working(request); // the clock here is the one that waits below
        request.handler(arrived::add);
        request.exceptionHandler(broken -> arrived.add(BROKEN));
        request.endHandler(end -> {
            over = true;
            connections.working(request);
            arrived.add(END);
        });
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    /// @throws IOException if the client leaves, or is slower than anybody may be
    @Override
    public int read(byte[] bytes, int from, int most) throws IOException {
        if (most == 0) return 0;
        while (at == piece.length()) {
            if (piece == END) return -1;
            piece = next();
            at = 0;
        }
        int length = Math.min(most, piece.length() - at);
        piece.getBytes(at, at + length, bytes, from);
        at += length;
        return length;
    }

    /// Lets the rest come and go, so that the next request can be read. On the event loop.
    ///
    /// @return `false` if the client waits to be asked for it, and so must hear that no request follows
    boolean skip() {
        if (over) return true;
        boolean waits = !asked && expectsContinue();
        request.handler(ignored -> {});
        if (!waits) request.resume();
        return !waits;
    }

    private Buffer next() throws IOException {
        eventLoop.runOnContext(now -> fetch());
        long start = System.nanoTime();
        Buffer next;
        try {
            next = arrived.poll(patience().toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        if (next == null) {
            Failure tooSlow = Failure.tooSlow(bytes);
            exchange.failAndHangUp(tooSlow);
            throw new IOException(tooSlow.message());
        }
        waitedNanos += System.nanoTime() - start;
        bytes += next.length();
        if (next == BROKEN) throw new IOException("the client closed the connection");
        return next;
    }

    private void fetch() {
        if (over) return;
        if (!asked && expectsContinue()) request.response().writeContinue();
        asked = true;
        request.fetch(1);
    }

    /// As long as no byte may come, or less: as long as all that came may still take at the slowest rate.
    private Duration patience() {
        Duration rest = limits.timeFor(bytes).minusNanos(waitedNanos);
        return rest.compareTo(limits.silence()) < 0 ? rest : limits.silence();
    }

    private boolean expectsContinue() {
        return "100-continue".equalsIgnoreCase(request.getHeader(HttpHeaders.EXPECT));
    }
}
