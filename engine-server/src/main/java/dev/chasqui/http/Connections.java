package dev.chasqui.http;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Closes connections whose client lets us wait: for a request's head or the rest of it, or for our answer to be
/// read. While a request is being worked on its connection may be silent for as long as that takes.
final class Connections {

    private static final long BUSY = Long.MAX_VALUE;

    private final Map<HttpConnection, Long> deadlines = new ConcurrentHashMap<>(); // in milliseconds since start
    private final Duration patience;
    private final Duration idle;
    private final long start = System.nanoTime();

    Connections(Vertx vertx, Duration patience, Duration idle) {
        this.patience = patience;
        this.idle = idle;
        long shorter = Math.min(patience.toMillis(), idle.toMillis());
        vertx.setPeriodic(Math.clamp(shorter / 4, 10, 5_000), tick -> closeLate());
    }

    void opened(HttpConnection connection) {
        deadlines.put(connection, after(idle));
        connection.closeHandler(closed -> deadlines.remove(connection));
    }

    /// A piece of the request came; the next one is due soon.
    void reading(HttpConnection connection) {
        expect(connection, after(patience));
    }

    /// The request is complete; now we are the ones who take time.
    void working(HttpConnection connection) {
        expect(connection, BUSY);
    }

    /// The reply is on its way; the next request may come.
    void idle(HttpConnection connection) {
        expect(connection, after(idle));
    }

    private void expect(HttpConnection connection, long deadline) {
        deadlines.computeIfPresent(connection, (same, old) -> deadline);
    }

    private long after(Duration duration) {
        return now() + duration.toMillis();
    }

    private long now() {
        return (System.nanoTime() - start) / 1_000_000;
    }

    private void closeLate() {
        long now = now();
        deadlines.forEach((connection, deadline) -> {
            if (deadline < now) connection.close();
        });
    }
}
