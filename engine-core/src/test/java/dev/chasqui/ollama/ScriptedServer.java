package dev.chasqui.ollama;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.JsonNode;

/// An HTTP server that does exactly what a test says, byte by byte. Every connection and every request is
/// counted.
final class ScriptedServer implements AutoCloseable {

    /// What to do with a request. An exception closes the connection.
    interface Script {
        void answer(Call call) throws Exception;
    }

    private final ServerSocket socket;
    private final Script script;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    final AtomicInteger connections = new AtomicInteger();
    final BlockingQueue<Call> calls = new LinkedBlockingQueue<>();

    ScriptedServer(Script script) throws IOException {
        this(InetAddress.getByName("127.0.0.1"), script);
    }

    ScriptedServer(InetAddress address, Script script) throws IOException {
        this.socket = new ServerSocket(0, 50, address);
        this.script = script;
        Thread.ofVirtual().start(this::accept);
    }

    static ScriptedServer lines(String... lines) throws IOException {
        return new ScriptedServer(call -> {
            call.head(200, "application/x-ndjson");
            for (String line : lines) call.chunk(line + "\n");
            call.end();
        });
    }

    static ScriptedServer whole(int status, String body) throws IOException {
        return new ScriptedServer(call -> call.whole(status, "application/json; charset=utf-8", body));
    }

    int port() {
        return socket.getLocalPort();
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + port());
    }

    JsonNode lastBody() throws InterruptedException {
        Call call = calls.poll(10, TimeUnit.SECONDS);
        if (call == null) throw new AssertionError("the server saw no request");
        return Json.read(call.body);
    }

    @Override
    public void close() throws IOException {
        socket.close();
        for (Socket client : sockets) client.close();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = socket.accept();
                connections.incrementAndGet();
                sockets.add(client);
                Thread.ofVirtual().start(() -> serve(client));
            }
        } catch (SocketException closed) {
            // the test is over
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void serve(Socket client) {
        try (client) {
            client.setTcpNoDelay(true);
            InputStream in = new BufferedInputStream(client.getInputStream());
            for (Call call = read(client, in); call != null; call = read(client, in)) {
                calls.add(call);
                script.answer(call);
            }
        } catch (Exception e) {
            // closing the connection is the answer
        }
    }

    private static Call read(Socket client, InputStream in) throws IOException {
        String first = line(in);
        if (first == null) return null;
        int length = 0;
        boolean chunked = false;
        for (String header = line(in); header != null && !header.isEmpty(); header = line(in)) {
            if (header.toLowerCase().startsWith("content-length:")) {
                length = Integer.parseInt(header.substring(15).strip());
            }
            chunked |= header.equalsIgnoreCase("transfer-encoding: chunked");
        }
        String[] words = first.split(" ");
        return new Call(words[0], words[1], chunked ? chunks(in) : in.readNBytes(length), client, in);
    }

    private static byte[] chunks(InputStream in) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (String size = line(in); size != null; size = line(in)) {
            int length = Integer.parseInt(size, 16);
            body.write(in.readNBytes(length));
            line(in);
            if (length == 0) return body.toByteArray();
        }
        throw new IOException("the body broke off");
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) return null;
            if (next != '\r') line.write(next);
        }
        return line.toString(StandardCharsets.UTF_8);
    }

    /// One request and the means to answer it.
    static final class Call {

        final String method;
        final String path;
        final byte[] body;
        private final Socket socket;
        private final InputStream in;
        private final OutputStream out;
        final CountDownLatch clientGone = new CountDownLatch(1);

        private Call(String method, String path, byte[] body, Socket socket, InputStream in) throws IOException {
            this.method = method;
            this.path = path;
            this.body = body;
            this.socket = socket;
            this.in = in;
            this.out = socket.getOutputStream();
        }

        void head(int status, String type) throws IOException {
            write("HTTP/1.1 " + status + " X\r\nContent-Type: " + type + "\r\nTransfer-Encoding: chunked\r\n\r\n");
        }

        void chunk(String text) throws IOException {
            chunk(text.getBytes(StandardCharsets.UTF_8));
        }

        void chunk(byte[] bytes) throws IOException {
            ByteArrayOutputStream chunk = new ByteArrayOutputStream();
            chunk.writeBytes((Integer.toHexString(bytes.length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
            chunk.writeBytes(bytes);
            chunk.writeBytes("\r\n".getBytes(StandardCharsets.US_ASCII));
            out.write(chunk.toByteArray());
            out.flush();
        }

        void end() throws IOException {
            write("0\r\n\r\n");
        }

        void whole(int status, String type, String text) throws IOException {
            whole(status, Map.of("Content-Type", type), text);
        }

        void whole(int status, Map<String, String> headers, String text) throws IOException {
            StringBuilder head = new StringBuilder("HTTP/1.1 " + status + " X\r\n");
            headers.forEach((name, value) -> head.append(name + ": " + value + "\r\n"));
            head.append("Content-Length: " + text.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n");
            write(head + text);
        }

        void write(String text) throws IOException {
            out.write(text.getBytes(StandardCharsets.UTF_8));
            out.flush();
        }

        /// Waits until the client closes its side, and says so through [#clientGone].
        void awaitClientGone() {
            try {
                while (in.read() >= 0) {
                    // nothing is expected any more
                }
            } catch (IOException reset) {
                // gone as well
            }
            clientGone.countDown();
        }

        void breakConnection() throws IOException {
            socket.setSoLinger(true, 0); // RST
            socket.close();
        }
    }
}
