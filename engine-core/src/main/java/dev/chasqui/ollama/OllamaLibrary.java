package dev.chasqui.ollama;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.BackendException.Kind;
import dev.chasqui.api.CreateRequest;
import dev.chasqui.api.Digest;
import dev.chasqui.api.ModelLibrary;
import dev.chasqui.api.Progress;
import dev.chasqui.api.ProgressLine;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The models on an Ollama server's disk. What takes long has no time limit; interrupting its thread closes the
/// connection, and the server gives it up.
final class OllamaLibrary implements ModelLibrary {

    /// Ollama's words for a model its registry does not have.
    private static final String NOT_IN_REGISTRY = "file does not exist";

    private final Http http;

    OllamaLibrary(Http http) {
        this.http = http;
    }

    @Override
    public void copy(String source, String destination) {
        ObjectNode body = RequestJson.object().put("source", source).put("destination", destination);
        http.command("POST", "api/copy", body);
    }

    @Override
    public void delete(String model) {
        http.command("DELETE", "api/delete", RequestJson.object().put("model", model));
    }

    @Override
    public boolean hasBlob(String digest) {
        return http.isThere("api/blobs/" + Digest.parse(digest));
    }

    /// The server is asked first, so that nothing is sent it has already.
    @Override
    public boolean takeBlob(String digest, InputStream content) {
        if (hasBlob(digest)) return false;
        Source source = new Source(content);
        try {
            return http.upload("api/blobs/" + Digest.parse(digest), source);
        } catch (BackendException e) {
            IOException brokeOff = source.failure;
            if (brokeOff == null) throw e;
            throw new BackendException(
                    Kind.CANCELLED, "what was to be sent broke off: " + brokeOff.getMessage(), brokeOff);
        }
    }

    @Override
    public void create(CreateRequest request, Progress progress) {
        follow("api/create", RequestJson.of(request), progress);
    }

    @Override
    public void pull(String model, boolean insecure, Progress progress) {
        follow("api/pull", transfer(model, insecure), progress);
    }

    @Override
    public void push(String model, boolean insecure, Progress progress) {
        follow("api/push", transfer(model, insecure), progress);
    }

    private static ObjectNode transfer(String model, boolean insecure) {
        ObjectNode body = RequestJson.object().put("model", model);
        return insecure ? body.put("insecure", true) : body;
    }

    /// Passes lines on until `success`; no other end is a good one.
    private void follow(String path, ObjectNode body, Progress progress) {
        try (JsonLines lines = new JsonLines(http, http.stream(path, body, Deadline.NEVER))) {
            while (true) {
                ProgressLine line = line(next(lines));
                if (line.status().equals("success")) lines.finish();
                progress.report(line);
                if (line.status().equals("success")) return;
            }
        }
    }

    private static JsonNode next(JsonLines lines) {
        try {
            return lines.next();
        } catch (BackendException e) {
            String words = String.valueOf(e.getMessage());
            boolean missing = e.kind() == Kind.FAILED && words.contains(NOT_IN_REGISTRY);
            throw missing ? new BackendException(Kind.NOT_FOUND, words, e) : e;
        }
    }

    private static ProgressLine line(JsonNode line) {
        return new ProgressLine(
                line.path("status").asString(""),
                line.path("digest").asString(""),
                line.path("completed").asLong(0),
                line.path("total").asLong(0));
    }

    /// Remembers why reading failed: the HTTP client only says that it did.
    private static final class Source extends FilterInputStream {

        private volatile @Nullable IOException failure;

        Source(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            try {
                return super.read();
            } catch (IOException e) {
                failure = e;
                throw e;
            }
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            try {
                return super.read(bytes, offset, length);
            } catch (IOException e) {
                failure = e;
                throw e;
            }
        }
    }
}
