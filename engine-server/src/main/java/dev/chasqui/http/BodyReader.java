package dev.chasqui.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/// Collects a request's body without ever holding more than it may: one that says it is too long is refused
/// unread, one that does not say (chunked) when it gets too long, and one that comes too slowly when it does.
final class BodyReader {

    private static final int BODIES_AT_ONCE = 4;

    private final Connections connections;
    private final Limits limits;
    private final AtomicLong heldBytes = new AtomicLong();

    BodyReader(Connections connections) {
        this.connections = connections;
        this.limits = connections.limits();
    }

    /// Reads the body, then runs `ready`; refuses it through the exchange where it is too long. To be called on
    /// the event loop, before anything else reads the request.
    void read(HttpServerRequest request, Exchange exchange, Runnable ready) {
        if (declaredBytes(request) > limits.maxBodyBytes()) {
            exchange.failAndHangUp(tooLong());
            return;
        }
        if ("100-continue".equalsIgnoreCase(exchange.header(HttpHeaders.EXPECT)))
            request.response().writeContinue();

        Pieces pieces = new Pieces(request, exchange);
        request.handler(pieces::add);
        request.exceptionHandler(broken -> pieces.drop());
        request.endHandler(end -> {
            if (!pieces.finish()) return;
            connections.working(request);
            ready.run();
        });
        pieces.await();
    }

    /// The gate let it through, so it is a number.
    private static long declaredBytes(HttpServerRequest request) {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        return length == null ? 0 : Long.parseLong(length.strip());
    }

    private Failure tooLong() {
        return new Failure(
                413,
                "the request body is longer than " + limits.maxBodyBytes() + " bytes, the most this server accepts",
                false);
    }

    /// What has come so far; used on the event loop only.
    private final class Pieces {

        private final HttpServerRequest request;
        private final Exchange exchange;
        private final Buffer collected = Buffer.buffer();
        private final long start = System.nanoTime();
        private boolean over;

        Pieces(HttpServerRequest request, Exchange exchange) {
            this.request = request;
            this.exchange = exchange;
        }

        void add(Buffer piece) {
            if (over) return;
            if (collected.length() + piece.length() > limits.maxBodyBytes()) {
                refuse(tooLong());
            } else if (heldBytes.addAndGet(piece.length()) > BODIES_AT_ONCE * limits.maxBodyBytes()) {
                heldBytes.addAndGet(-piece.length());
                refuse(new Failure(503, "server busy: too many long requests at once; try again soon", true));
            } else {
                collected.appendBuffer(piece);
                await();
            }
        }

        /// The next piece, for as long as no byte may come, or as the whole may still take at the slowest rate.
        void await() {
            Duration rest = limits.timeFor(collected.length()).minusNanos(System.nanoTime() - start);
            connections.reading(
                    request,
                    rest.compareTo(limits.silence()) < 0 ? rest : limits.silence(),
                    () -> refuse(Failure.tooSlow(collected.length())));
        }

        boolean finish() {
            if (over) return false;
            exchange.body(collected.getBytes());
            drop();
            return true;
        }

        void drop() {
            if (over) return;
            over = true;
            heldBytes.addAndGet(-collected.length());
        }

        private void refuse(Failure failure) {
            drop();
            exchange.failAndHangUp(failure);
        }
    }
}
