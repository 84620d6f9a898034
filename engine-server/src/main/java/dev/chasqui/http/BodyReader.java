package dev.chasqui.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.concurrent.atomic.AtomicLong;

/// Collects a request's body without ever holding more than it may: one that says it is too long is refused
/// unread, one that does not say (chunked) when it gets too long.
final class BodyReader {

    private static final int BODIES_AT_ONCE = 4;

    private final long maxBytes;
    private final Connections connections;
    private final AtomicLong heldBytes = new AtomicLong();

    BodyReader(long maxBytes, Connections connections) {
        this.maxBytes = maxBytes;
        this.connections = connections;
    }

    /// Reads the body, then runs `ready`; refuses it through the exchange where it is too long. To be called on
    /// the event loop, before anything else reads the request.
    void read(HttpServerRequest request, Exchange exchange, Runnable ready) {
        if (declaredBytes(request) > maxBytes) {
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
            connections.working(request.connection());
            ready.run();
        });
        connections.reading(request.connection());
    }

    private static long declaredBytes(HttpServerRequest request) {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        try {
            return length == null ? 0 : Long.parseLong(length.strip());
        } catch (NumberFormatException e) {
            return Long.MAX_VALUE;
        }
    }

    private Failure tooLong() {
        return new Failure(
                413, "the request body is longer than " + maxBytes + " bytes, the most this server accepts", false);
    }

    /// What has come so far; used on the event loop only.
    private final class Pieces {

        private final HttpServerRequest request;
        private final Exchange exchange;
        private final Buffer collected = Buffer.buffer();
        private boolean over;

        Pieces(HttpServerRequest request, Exchange exchange) {
            this.request = request;
            this.exchange = exchange;
        }

        void add(Buffer piece) {
            if (over) return;
            connections.reading(request.connection());
            if (collected.length() + piece.length() > maxBytes) {
                drop();
                exchange.failAndHangUp(tooLong());
            } else if (heldBytes.addAndGet(piece.length()) > BODIES_AT_ONCE * maxBytes) {
                heldBytes.addAndGet(-piece.length());
                drop();
                exchange.failAndHangUp(
                        new Failure(503, "server busy: too many long requests at once; try again soon", true));
            } else {
                collected.appendBuffer(piece);
            }
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
    }
}
