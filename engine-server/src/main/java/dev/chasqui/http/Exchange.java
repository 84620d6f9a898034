package dev.chasqui.http;

import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// One request and its reply, as a handler on a thread of its own sees them. Everything that touches the
/// connection is handed to its event loop; a client that leaves is noticed there at once, whatever the handler is
/// doing.
final class Exchange {

    static final String JSON = "application/json; charset=utf-8";

    private final Context eventLoop;
    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private final Connections connections;
    private final List<Runnable> whenGone = new ArrayList<>(); // guarded by this
    private boolean gone; // guarded by this
    private volatile boolean last; // whether the connection ends with this reply
    private volatile byte[] body = new byte[0];
    private volatile Optional<BodyStream> content = Optional.empty();
    private volatile Optional<NdjsonLines> lines = Optional.empty();

    /// To be called on the event loop, before the body is read.
    Exchange(Context eventLoop, HttpServerRequest request, Connections connections) {
        this.eventLoop = eventLoop;
        this.request = request;
        this.response = request.response();
        this.connections = connections;
        response.closeHandler(closed -> leave());
        response.exceptionHandler(broken -> leave());
    }

    HttpMethod method() {
        return request.method();
    }

    String header(CharSequence name) {
        String value = request.getHeader(name);
        return value == null ? "" : value;
    }

    byte[] body() {
        return body;
    }

    void body(byte[] bytes) {
        body = bytes;
    }

    /// The body of a route that takes it as it comes.
    InputStream content() {
        return content.isPresent() ? content.get() : new ByteArrayInputStream(body);
    }

    /// To be called on the event loop, in place of reading the body.
    void streamContent() {
        content = Optional.of(new BodyStream(this, eventLoop, request, connections));
    }

    /// What a path such as `/api/blobs/:digest` ends with, decoded.
    String lastOfPath() {
        String path = request.path();
        return Api.decoded(path.substring(path.lastIndexOf('/') + 1));
    }

    String path() {
        return request.path();
    }

    /// For the log: `POST /api/chat`.
    String what() {
        return request.method() + " " + request.path();
    }

    /// Runs this when the client leaves before its answer is complete, on a thread that may wait; at once if it
    /// left already.
    void whenGone(Runnable action) {
        synchronized (this) {
            if (!gone) {
                whenGone.add(action);
                return;
            }
        }
        Thread.startVirtualThread(action);
    }

    synchronized boolean isGone() {
        return gone;
    }

    void replyJson(int status, byte[] json) {
        reply(status, JSON, json);
    }

    void replyEmpty(int status) {
        reply(status, "", new byte[0]);
    }

    void replyText(int status, String text) {
        reply(status, "text/plain", text.getBytes(StandardCharsets.UTF_8));
    }

    /// Starts an answer in pieces; the status is 200 from here on.
    NdjsonLines startLines() {
        NdjsonLines started =
                new NdjsonLines(this, eventLoop, response, connections.limits().reading());
        lines = Optional.of(started);
        return started;
    }

    /// Whether the status is gone.
    boolean hasStarted() {
        return lines.isPresent();
    }

    /// Tells the client what went wrong: by status, or where that is gone as the last line.
    void fail(Failure failure) {
        if (isGone()) return;
        byte[] error = Replies.error(failure.message());
        if (lines.isPresent()) {
            lines.get().fail(error);
            return;
        }
        if (failure.retrySoon()) response.putHeader(HttpHeaders.RETRY_AFTER, "1");
        replyJson(failure.status(), error);
    }

    /// As [#fail], for a request whose rest must not be read: the connection ends with the reply.
    void failAndHangUp(Failure failure) {
        last = true;
        fail(failure);
    }

    void hangUp() {
        eventLoop.runOnContext(now -> request.connection().close());
    }

    void ending() {
        connections.idle(request);
    }

    void reply(int status, String contentType, byte[] bytes) {
        eventLoop.runOnContext(now -> {
            if (response.closed() || response.ended()) return;
            boolean next = !last && content.map(BodyStream::skip).orElse(true);
            if (!next) response.putHeader(HttpHeaders.CONNECTION, "close");
            ending();
            response.setStatusCode(status);
            if (!contentType.isEmpty()) response.putHeader(HttpHeaders.CONTENT_TYPE, contentType);
            response.putHeader(
                    HttpHeaders.CONTENT_LENGTH, String.valueOf(bytes.length)); // also where HEAD drops the body
            response.end(Buffer.buffer(bytes)).onComplete(sent -> {
                if (next) ending();
                else connections.part(request);
            });
        });
    }

    private void leave() {
        List<Runnable> actions;
        synchronized (this) {
            gone = true;
            actions = List.copyOf(whenGone);
            whenGone.clear();
        }
        actions.forEach(Thread::startVirtualThread);
    }
}
