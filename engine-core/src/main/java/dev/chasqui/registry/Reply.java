package dev.chasqui.registry;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.BackendException.Kind;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What somebody answered; the body still to be read.
record Reply(URI uri, int status, HttpHeaders headers, Body body) implements AutoCloseable {

    private static final int LONGEST_COMPLAINT = 16 << 10;
    private static final int QUOTED = 300;

    Optional<String> header(String name) {
        return headers.firstValue(name);
    }

    /// @return `-1` if it is not said, or no number
    long length() {
        try {
            return header("Content-Length").map(Long::parseLong).orElse(-1L);
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    /// Anything but these statuses is an error.
    ///
    /// @throws Busy             if the same may be had later
    /// @throws BackendException if not
    void require(Integer... wanted) throws IOException, InterruptedException {
        if (Set.of(wanted).contains(status)) return;
        String said = Http.shown(uri) + " answers " + status + complaint();
        if (status == 408 || status == 429 || status >= 500) throw new Busy(said, retryAfter());
        throw new BackendException(status == 404 ? Kind.NOT_FOUND : Kind.FAILED, said);
    }

    /// Bytes as they are, since a few that are inflated become many.
    void requireUncompressed() {
        String encoding = header("Content-Encoding").orElse("identity");
        if (encoding.equalsIgnoreCase("identity")) return;
        throw new BackendException(
                Kind.FAILED, Http.shown(uri) + " sends its answer packed (" + encoding + "), which nobody asked for");
    }

    /// Small files only.
    ///
    /// @throws BackendException if it is longer than the limit
    byte[] read(int limit) throws IOException, InterruptedException {
        requireUncompressed();
        if (length() <= limit) {
            byte[] bytes = body.read(limit + 1);
            if (bytes.length <= limit) return bytes;
        }
        throw new BackendException(
                Kind.FAILED, Http.shown(uri) + " sends more than the " + limit + " bytes this may have");
    }

    private String complaint() throws InterruptedException {
        try {
            String text = new String(body.read(LONGEST_COMPLAINT), StandardCharsets.UTF_8).strip();
            return text.isEmpty() ? "" : ": " + first(text);
        } catch (IOException e) {
            return "";
        }
    }

    /// The message of the protocol's `{"errors":[{"code","message"}]}`, else the beginning of whatever it is.
    private static String first(String text) {
        try {
            JsonNode error = JsonMapper.shared().readTree(text).path("errors").path(0);
            String message = error.path("message").asString("");
            if (!message.isEmpty()) return message;
        } catch (JacksonException e) {
            // no JSON
        }
        return text.substring(0, Math.min(text.length(), QUOTED)).replaceAll("\\s+", " ");
    }

    private Optional<Duration> retryAfter() {
        return header("Retry-After").flatMap(Reply::duration);
    }

    /// Seconds, or a moment.
    private static Optional<Duration> duration(String text) {
        try {
            if (text.matches("\\d{1,9}")) return Optional.of(Duration.ofSeconds(Long.parseLong(text)));
            ZonedDateTime moment = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME);
            return Optional.of(Duration.between(Instant.now(), moment));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        body.close();
    }

    /// The same request may succeed later.
    static final class Busy extends IOException {

        private static final long serialVersionUID = 1L;

        private final transient Optional<Duration> asked;

        Busy(String message, Optional<Duration> asked) {
            super(message);
            this.asked = asked;
        }

        /// As the registry wishes.
        Optional<Duration> asked() {
            return asked;
        }
    }
}
