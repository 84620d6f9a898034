package dev.chasqui.http;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/// Follows one connection's requests byte by byte, ahead of the library that serves them, and stops what two readers
/// of HTTP could take for different requests (RFC 9112): nothing of it reaches the library.
///
/// Stricter than the RFC asks: no line ends without CR, no folded header, one length only, `chunked` as the only
/// transfer coding. Holds a line at most. Not thread-safe: the event loop's.
final class RequestGate {

    static final int LONGEST_REQUEST_LINE = 16 << 10;
    static final int LONGEST_HEAD = 32 << 10;
    static final int MOST_HEADERS = 200;
    private static final int LONGEST_CHUNK_LINE = 256;
    private static final int MOST_EMPTY_LINES = 2;

    private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
    private static final Pattern TARGET = Pattern.compile("[\\x21-\\x7e\\x80-\\xff]+");
    private static final Pattern CONTROL = Pattern.compile("[\\x00-\\x08\\x0a-\\x1f\\x7f]");
    private static final Pattern CHUNK_LINE =
            Pattern.compile("(?:0{0,16}([0-9A-Fa-f]{1,7}))(?:[ \\t]*;[\\t\\x20-\\x7e]*)?");

    private enum State {
        BETWEEN,
        HEADERS,
        BODY,
        CHUNK_SIZE,
        CHUNK,
        CHUNK_END,
        TRAILERS
    }

    private State state = State.BETWEEN;
    private byte[] line = new byte[256];
    private int lineLength;
    private int headBytes;
    private int headerCount;
    private int emptyLines;
    private long left; // of a body or a chunk, in bytes
    private boolean http10;
    private int hosts;
    private Optional<Long> contentLength = Optional.empty();
    private boolean chunked;

    /// A request that is not let through.
    private static final class Refused extends Exception {

        private static final long serialVersionUID = 1L;
        private final transient Failure failure;

        Refused(int status, String message) {
            super(message, null, false, false);
            failure = new Failure(status, message, false);
        }
    }

    /// Looks at the bytes that came; they stay as they are.
    ///
    /// @return why none of them, and nothing after them, may be passed on; empty if they may
    Optional<Failure> look(ByteBuf bytes) {
        try {
            int at = bytes.readerIndex();
            int end = bytes.writerIndex();
            while (at < end) {
                if (state == State.BODY || state == State.CHUNK) {
                    int taken = (int) Math.min(left, end - at);
                    at += taken;
                    left -= taken;
                    if (left == 0) state = state == State.BODY ? State.BETWEEN : State.CHUNK_END;
                } else if (gather(bytes.getByte(at++))) {
                    String text = new String(line, 0, lineLength - 2, StandardCharsets.ISO_8859_1);
                    lineLength = 0;
                    read(text);
                }
            }
            return Optional.empty();
        } catch (Refused e) {
            return Optional.of(e.failure);
        }
    }

    /// Whether a request's head has begun and is not complete.
    boolean isInHead() {
        return state == State.HEADERS || state == State.BETWEEN && lineLength > 0;
    }

    /// Adds to the line; says whether it is complete.
    private boolean gather(byte next) throws Refused {
        boolean afterCr = lineLength > 0 && line[lineLength - 1] == '\r';
        if (afterCr != (next == '\n')) throw malformed("a line must end with CR LF, and CR and LF stand nowhere else");
        if (lineLength == line.length) line = Arrays.copyOf(line, 2 * line.length);
        line[lineLength++] = next;
        switch (state) {
            case BETWEEN -> {
                if (lineLength > LONGEST_REQUEST_LINE) {
                    throw new Refused(414, "the request line is longer than " + LONGEST_REQUEST_LINE + " bytes");
                }
            }
            case CHUNK_SIZE, CHUNK_END -> {
                if (lineLength > LONGEST_CHUNK_LINE) throw malformed("a chunk's first line is too long");
            }
            default -> {
                if (++headBytes > LONGEST_HEAD) {
                    throw new Refused(431, "the request's headers are longer than " + LONGEST_HEAD + " bytes");
                }
            }
        }
        return next == '\n';
    }

    private void read(String text) throws Refused {
        switch (state) {
            case BETWEEN -> {
                if (text.isEmpty() && ++emptyLines <= MOST_EMPTY_LINES) return;
                readRequestLine(text);
            }
            case HEADERS -> {
                if (text.isEmpty()) endHead();
                else readHeader(text);
            }
            case CHUNK_SIZE -> readChunkSize(text);
            case CHUNK_END -> {
                if (!text.isEmpty()) throw malformed("a chunk is longer than it says");
                state = State.CHUNK_SIZE;
            }
            case TRAILERS -> {
                if (text.isEmpty()) state = State.BETWEEN;
                else readName(text);
            }
            case BODY, CHUNK -> throw new AssertionError(state);
        }
    }

    private void readRequestLine(String text) throws Refused {
        String[] parts = text.split(" ", -1);
        boolean wellFormed = parts.length == 3
                && TOKEN.matcher(parts[0]).matches()
                && TARGET.matcher(parts[1]).matches();
        if (!wellFormed)
            throw malformed("the request line must be a verb, a path and HTTP/1.1, one space between them");
        if (!parts[2].equals("HTTP/1.1") && !parts[2].equals("HTTP/1.0")) {
            throw new Refused(505, "this server speaks HTTP/1.1");
        }
        http10 = parts[2].equals("HTTP/1.0");
        headBytes = 0;
        headerCount = 0;
        emptyLines = 0;
        hosts = 0;
        contentLength = Optional.empty();
        chunked = false;
        state = State.HEADERS;
    }

    private void readHeader(String text) throws Refused {
        String name = readName(text);
        String value = text.substring(name.length() + 1).strip();
        switch (name.toLowerCase(Locale.ROOT)) {
            case "host" -> hosts++;
            case "content-length" -> {
                if (contentLength.isPresent()) throw malformed("Content-Length is given more than once");
                if (!value.matches("\\d{1,18}")) throw malformed("Content-Length is \"" + value + "\", no number");
                contentLength = Optional.of(Long.parseLong(value));
            }
            case "transfer-encoding" -> {
                if (chunked) throw malformed("Transfer-Encoding is given more than once");
                if (!value.equalsIgnoreCase("chunked")) {
                    throw malformed("Transfer-Encoding is \"" + value + "\"; this server knows chunked only");
                }
                chunked = true;
            }
            // A draft of WebSocket had a body of 8 bytes without a length, and Netty still reads it.
            case "sec-websocket-key1" -> throw malformed("Sec-WebSocket-Key1 belongs to a protocol not spoken here");
            default -> {}
        }
    }

    private String readName(String text) throws Refused {
        if (++headerCount > MOST_HEADERS) {
            throw new Refused(431, "the request has more than " + MOST_HEADERS + " headers");
        }
        String name = text.substring(0, Math.max(0, text.indexOf(':')));
        if (!TOKEN.matcher(name).matches()) {
            throw malformed("a header must be a name, at once a colon, and a value, in one line");
        }
        if (CONTROL.matcher(text).find()) throw malformed("the header " + name + " holds a control character");
        return name;
    }

    private void endHead() throws Refused {
        if (hosts > 1) throw malformed("Host is given more than once");
        if (hosts == 0 && !http10) throw malformed("missing required Host header");
        if (chunked && contentLength.isPresent()) {
            throw malformed("Content-Length and Transfer-Encoding are both given; leave one of them out");
        }
        if (chunked && http10) throw malformed("HTTP/1.0 has no Transfer-Encoding");
        left = contentLength.orElse(0L);
        state = chunked ? State.CHUNK_SIZE : left > 0 ? State.BODY : State.BETWEEN;
    }

    private void readChunkSize(String text) throws Refused {
        var size = CHUNK_LINE.matcher(text);
        if (!size.matches()) throw malformed("a chunk must begin with its length in hexadecimal digits");
        left = Long.parseLong(size.group(1), 16);
        state = left > 0 ? State.CHUNK : State.TRAILERS;
    }

    private static Refused malformed(String message) {
        return new Refused(400, message);
    }
}
