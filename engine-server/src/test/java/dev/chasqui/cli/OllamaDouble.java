package dev.chasqui.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.chasqui.api.Digest;
import dev.chasqui.api.Version;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;

/// A server that takes blobs, and whose `/api/create`, `/api/pull` and `/api/push` send the lines a test hands it.
final class OllamaDouble implements AutoCloseable {

    final Map<String, byte[]> blobs = new ConcurrentHashMap<>();
    final List<String> bodies = new CopyOnWriteArrayList<>();
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final HttpServer server;

    OllamaDouble() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext(
                "/api/version", exchange -> reply(exchange, 200, "{\"version\":\"" + Version.current() + "\"}"));
        server.createContext("/api/blobs/", this::blob);
        for (String path : List.of("/api/create", "/api/pull", "/api/push")) server.createContext(path, this::stream);
        server.start();
    }

    String host() {
        return "127.0.0.1:" + server.getAddress().getPort();
    }

    /// The environment in which commands mean this server.
    Map<String, String> environment() {
        return new HashMap<>(Map.of("OLLAMA_HOST", host()));
    }

    /// The next line it sends; `success` and errors are the last.
    OllamaDouble say(String json) {
        lines.add(json);
        return this;
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private void blob(HttpExchange exchange) throws IOException {
        String digest = exchange.getRequestURI().getPath().substring("/api/blobs/".length());
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.sendResponseHeaders(blobs.containsKey(digest) ? 200 : 404, -1);
            exchange.close();
            return;
        }
        byte[] content = exchange.getRequestBody().readAllBytes();
        boolean right = Digest.of(content).toString().equals(digest);
        if (right) blobs.put(digest, content);
        reply(exchange, right ? 201 : 400, right ? "" : "{\"error\":\"digest mismatch\"}");
    }

    private void stream(HttpExchange exchange) throws IOException {
        bodies.add(exchange.getRequestURI().getPath() + " "
                + new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
        exchange.getResponseHeaders().add("Content-Type", "application/x-ndjson");
        exchange.sendResponseHeaders(200, 0);
        try (exchange;
                OutputStream out = exchange.getResponseBody()) {
            for (String line = ""; !line.contains("\"success\"") && !line.contains("\"error\""); ) {
                line = lines.take();
                out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
                out.flush();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void reply(HttpExchange exchange, int status, String json) throws IOException {
        try (exchange) {
            byte[] body = json.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
        }
    }
}
