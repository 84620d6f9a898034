package dev.chasqui.ollama;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.BackendException.Kind;
import java.io.IOException;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// A reply of one JSON object a line, and what it means when the lines stop.
///
/// One thread reads; [#close] may come from any and lets the server know at once.
final class JsonLines implements AutoCloseable {

    private final Http http;
    private final LineBody lines;
    private volatile boolean closed;

    JsonLines(Http http, LineBody lines) {
        this.http = http;
        this.lines = lines;
    }

    /// Waits for the next line.
    ///
    /// @throws BackendException if there is none, if it is no JSON object, or in the server's words if it is an
    ///                          error; of kind `CANCELLED` if this was closed or the thread interrupted
    JsonNode next() {
        JsonNode line = read();
        String error = ReplyJson.error(line);
        if (error != null) throw new BackendException(Kind.FAILED, error);
        if (!line.isObject()) throw http.broken("a line of its answer is not a JSON object");
        return line;
    }

    /// The line just read was the last one of interest; the connection may serve another request.
    void finish() {
        lines.finish();
    }

    @Override
    public void close() {
        closed = true;
        lines.close();
    }

    private JsonNode read() {
        try {
            Optional<byte[]> line = lines.next();
            if (line.isEmpty()) throw http.brokeOff(new IOException("it ended without a last line"));
            return Json.read(line.get());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BackendException(Kind.CANCELLED, "interrupted while waiting for the answer", e);
        } catch (LineBody.ClosedException e) {
            throw new BackendException(Kind.CANCELLED, "the answer was closed before its end", e);
        } catch (JacksonException e) {
            throw http.broken("a line of its answer is not JSON: " + e.getOriginalMessage());
        } catch (IOException e) {
            if (closed || http.closed())
                throw new BackendException(Kind.CANCELLED, "the answer was closed before its end", e);
            throw http.brokeOff(e);
        }
    }
}
