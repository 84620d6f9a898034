package dev.chasqui.http;

import dev.chasqui.http.BodyMutations.Asked;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/// Sends several requests at once over one connection, and reads their replies one after the other, strictly: where
/// a reply does not begin where the one before ended, that is an error.
final class PipelinedClient implements AutoCloseable {

    record Reply(int status, boolean closes, byte[] body) {

        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }

        @Override
        public String toString() {
            return status + (closes ? ", closes: " : ": ") + text();
        }
    }

    private final Socket socket;
    private final InputStream in;

    PipelinedClient(int port) throws IOException {
        socket = new Socket("127.0.0.1", port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(60_000);
        in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
    }

    /// Not all of it may be on its way when this returns only if the server takes nothing more.
    void send(List<Asked> requests) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (Asked request : requests) {
            String head = request.verb() + " " + request.path() + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
                    + request.body().length + "\r\n\r\n";
            all.writeBytes(head.getBytes(StandardCharsets.ISO_8859_1));
            all.writeBytes(request.body());
        }
        all.writeTo(socket.getOutputStream());
    }

    Reply read() throws IOException {
        String status = line();
        if (!status.matches("HTTP/1\\.1 \\d{3} .*")) throw new IOException("no status line: " + status);
        int length = 0;
        boolean chunked = false;
        boolean closes = false;
        for (String header = line(); !header.isEmpty(); header = line()) {
            String lower = header.toLowerCase(Locale.ROOT);
            if (lower.startsWith("content-length:"))
                length = Integer.parseInt(header.substring(15).strip());
            if (lower.matches("transfer-encoding:\\s*chunked")) chunked = true;
            if (lower.matches("connection:\\s*close")) closes = true;
        }
        byte[] body = chunked ? chunks() : exactly(length);
        return new Reply(Integer.parseInt(status.substring(9, 12)), closes, body);
    }

    private byte[] chunks() throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        while (true) {
            int length = Integer.parseInt(line(), 16);
            body.writeBytes(exactly(length));
            if (!line().isEmpty()) throw new IOException("a chunk is longer than it says");
            if (length == 0) return body.toByteArray();
        }
    }

    private byte[] exactly(int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) throw new IOException("closed after " + bytes.length + " of " + length + " bytes");
        return bytes;
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) throw new IOException("closed after: " + line);
            line.append((char) next);
        }
        return line.toString().stripTrailing();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
