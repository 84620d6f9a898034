package dev.chasqui.http;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// A client that says exactly what the test says, byte by byte.
final class RawClient implements AutoCloseable {

    final Socket socket;
    private final InputStream in;

    RawClient(int port) throws IOException {
        this("127.0.0.1", port);
    }

    RawClient(String address, int port) throws IOException {
        socket = new Socket(address, port);
        socket.setSoTimeout(20_000);
        in = new BufferedInputStream(socket.getInputStream());
    }

    RawClient send(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
        return this;
    }

    RawClient post(String path, String json) throws IOException {
        return send("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
                + json.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + json);
    }

    /// Up to and with the first occurrence of the text.
    String readUntil(String end) throws IOException {
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        byte[] wanted = end.getBytes(StandardCharsets.UTF_8);
        byte[] last = new byte[wanted.length];
        while (!Arrays.equals(last, wanted)) {
            int next = in.read();
            if (next < 0) throw new IOException("closed after: " + read.toString(StandardCharsets.UTF_8));
            read.write(next);
            System.arraycopy(last, 1, last, 0, last.length - 1);
            last[last.length - 1] = (byte) next;
        }
        return read.toString(StandardCharsets.UTF_8);
    }

    /// Whether there is a byte to read already.
    boolean hasSomething() throws IOException {
        return in.available() > 0;
    }

    /// What comes until the server closes, or breaks the connection.
    String readWhatComes() throws IOException {
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        try {
            for (int next = in.read(); next >= 0; next = in.read()) read.write(next);
        } catch (SocketException broken) {
            // it broke
        }
        return read.toString(StandardCharsets.UTF_8);
    }

    /// All until the server closes.
    String readAll() throws IOException {
        return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
