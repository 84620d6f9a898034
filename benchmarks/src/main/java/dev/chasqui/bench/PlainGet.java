package dev.chasqui.bench;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/// Asks for one address again and again, over one connection and on the caller's thread: on two cores a client that
/// does more is a good part of what it measures.
final class PlainGet implements AutoCloseable {

    private static final int BUFFER_BYTES = 1 << 16;
    private static final String LENGTH = "content-length:";

    private final Socket socket;
    private final InputStream in;
    private final byte[] request;

    PlainGet(URI address) {
        try {
            socket = new Socket(address.getHost(), address.getPort());
            socket.setTcpNoDelay(true);
            in = new BufferedInputStream(socket.getInputStream(), BUFFER_BYTES);
        } catch (IOException e) {
            throw new UncheckedIOException(address + " cannot be reached: " + e.getMessage(), e);
        }
        request = ("GET " + address.getRawPath() + " HTTP/1.1\r\nHost: localhost\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    /// The body of the reply.
    ///
    /// @throws IOException if the status is not 200, or the length is not said
    byte[] body() throws IOException {
        socket.getOutputStream().write(request);
        String status = line();
        int length = -1;
        for (String header = line(); !header.isEmpty(); header = line()) {
            String small = header.toLowerCase(Locale.ROOT);
            if (small.startsWith(LENGTH))
                length = Integer.parseInt(small.substring(LENGTH.length()).strip());
        }
        if (!status.startsWith("HTTP/1.1 200 ") || length < 0) throw new IOException("the server answered " + status);
        byte[] body = in.readNBytes(length);
        if (body.length < length) throw new EOFException("the reply broke off after " + body.length + " bytes");
        return body;
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next; (next = in.read()) != '\n'; ) {
            if (next < 0) throw new EOFException("the connection was closed");
            if (next != '\r') line.append((char) next);
        }
        return line.toString();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
