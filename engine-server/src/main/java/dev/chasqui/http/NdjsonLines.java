package dev.chasqui.http;

import dev.chasqui.http.Failure.ClientLeft;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// An answer in pieces: one JSON object a line, each sent when it is written. A client that reads slowly slows
/// the writer down: at most [#MAX_UNSENT] lines wait for the network.
final class NdjsonLines implements AutoCloseable {

    static final int MAX_UNSENT = 16;

    private final Exchange exchange;
    private final Context eventLoop;
    private final HttpServerResponse response;
    private final Duration patience;
    private final Semaphore room = new Semaphore(MAX_UNSENT);
    private boolean ended;

    NdjsonLines(Exchange exchange, Context eventLoop, HttpServerResponse response, Duration patience) {
        this.exchange = exchange;
        this.eventLoop = eventLoop;
        this.response = response;
        this.patience = patience;
        response.setChunked(true).putHeader(HttpHeaders.CONTENT_TYPE, "application/x-ndjson");
        exchange.whenGone(() -> room.release(MAX_UNSENT)); // a writer that waits for room must not wait for ever
    }

    /// Sends an object and the end of its line.
    ///
    /// @throws ClientLeft if nobody reads any more, or the client did not read for longer than we are patient
    void write(byte[] line) throws ClientLeft {
        awaitRoom();
        eventLoop.runOnContext(now -> {
            if (response.closed()) {
                room.release();
            } else {
                response.write(Buffer.buffer(line)).onComplete(sent -> room.release());
            }
        });
    }

    /// Ends the answer with an error in place of its last line.
    void fail(byte[] error) {
        if (ended) return;
        ended = true;
        eventLoop.runOnContext(now -> end(Replies.withNewline(error)));
    }

    @Override
    public void close() {
        if (ended) return;
        ended = true;
        eventLoop.runOnContext(now -> end(new byte[0]));
    }

    private void end(byte[] last) {
        if (response.closed() || response.ended()) return;
        exchange.ending();
        response.end(Buffer.buffer(last)).onComplete(sent -> exchange.ending());
    }

    private void awaitRoom() throws ClientLeft {
        try {
            if (!room.tryAcquire(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                exchange.hangUp();
                throw new ClientLeft("the client read nothing for " + patience.toSeconds() + " s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ClientLeft("interrupted while the client read slowly");
        }
        if (exchange.isGone()) throw new ClientLeft("the client closed the connection");
    }
}
