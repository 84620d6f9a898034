package dev.chasqui.registry;

import dev.chasqui.api.Digest;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ServerSocketFactory;

/// A registry on a socket of this machine that does what a test tells it to, wrong things above all. Every
/// connection carries one request. It answers for any host, so it can be a proxy, too.
public final class ScriptedRegistry implements AutoCloseable {

    /// What came. The target is as it stood there, for a proxy with the host.
    public record Request(String verb, String target, Map<String, String> headers, byte[] body) {

        /// Without scheme and host.
        public String path() {
            return target.replaceFirst("^http://[^/]*", "");
        }

        public String header(String name) {
            return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "");
        }

        public boolean isFor(String what) {
            return path().contains(what);
        }
    }

    /// Writes a reply, or half of one.
    public interface Answer {
        void write(OutputStream out) throws IOException, InterruptedException;
    }

    private final ServerSocket socket;
    private final String scheme;
    private final Map<String, byte[]> manifests = new ConcurrentHashMap<>();
    private final Map<String, byte[]> blobs = new ConcurrentHashMap<>();
    private final List<Request> requests = Collections.synchronizedList(new ArrayList<>());
    private final AtomicLong blobBytes = new AtomicLong();
    private volatile Function<Request, Optional<Answer>> script = request -> Optional.empty();
    private volatile Function<Long, Boolean> goesOn = bytes -> true;

    public ScriptedRegistry() throws IOException {
        this(ServerSocketFactory.getDefault(), "http");
    }

    /// @param sockets for `https` those that speak TLS
    public ScriptedRegistry(ServerSocketFactory sockets, String scheme) throws IOException {
        this.socket = sockets.createServerSocket(0, 50, InetAddress.getLoopbackAddress());
        this.scheme = scheme;
        Thread.ofPlatform().daemon().name("scripted-registry").start(this::accept);
    }

    /// `127.0.0.1:port`
    public String host() {
        return "127.0.0.1:" + socket.getLocalPort();
    }

    public String uri() {
        return scheme + "://" + host();
    }

    /// Settings under which nothing of the user's own is looked at, waits between tries are short, and this is where
    /// models
    /// come from whose name has no registry.
    ///
    /// @param folder for a key
    public RegistrySettings settings(Path folder) {
        return settings(folder, Map.of("CHASQUI_REGISTRY", uri()));
    }

    /// As [#settings(Path)], out of these variables.
    public static RegistrySettings settings(Path folder, Map<String, String> environment) {
        return RegistrySettings.fromEnvironment(environment)
                .withIdentity(folder.resolve("keys").resolve("id_ed25519"), folder.resolve("config.json"))
                .withPatience(new Patience(Duration.ofSeconds(10), 3, Duration.ofMillis(4)))
                .withPlan(new PartPlan(4, 1_000, 1_000_000, Duration.ZERO));
    }

    /// A model whose layers are these files, the last one its config.
    ///
    /// @param path `namespace/model`, and the tag `latest`
    public void put(String path, byte[] config, byte[]... weights) {
        putManifest(path, manifest(config, weights));
        blobs.put(Digest.of(config).toString(), config);
        for (byte[] file : weights) blobs.put(Digest.of(file).toString(), file);
    }

    public void putManifest(String path, String json) {
        manifests.put(path, json.getBytes(StandardCharsets.UTF_8));
    }

    public static String manifest(byte[] config, byte[]... weights) {
        String layers = Stream.of(weights)
                .map(file -> layer(
                        "application/vnd.ollama.image.model", Digest.of(file).toString(), file.length))
                .collect(Collectors.joining(","));
        return "{\"schemaVersion\":2,\"config\":"
                + layer(
                        "application/vnd.docker.container.image.v1+json",
                        Digest.of(config).toString(),
                        config.length)
                + ",\"layers\":[" + layers + "]}";
    }

    public static String layer(String type, String digest, long size) {
        return "{\"mediaType\":\"" + type + "\",\"digest\":\"" + digest + "\",\"size\":" + size + "}";
    }

    /// What is answered otherwise than well.
    public void script(Function<Request, Optional<Answer>> script) {
        this.script = script;
    }

    /// Asked before each kilobyte of a file is sent, with how many bytes of files went so far.
    public void whileSending(Function<Long, Boolean> goesOn) {
        this.goesOn = goesOn;
    }

    public List<Request> requests() {
        synchronized (requests) {
            return List.copyOf(requests);
        }
    }

    public void forgetRequests() {
        requests.clear();
    }

    /// Bytes of files that were sent so far.
    public long sent() {
        return blobBytes.get();
    }

    /// A reply with its length.
    public static Answer reply(int status, String headers, byte[] body) {
        return out -> {
            head(out, status, headers + "Content-Length: " + body.length + "\r\n");
            out.write(body);
        };
    }

    public static Answer reply(int status, String headers) {
        return reply(status, headers, new byte[0]);
    }

    public static void head(OutputStream out, int status, String headers) throws IOException {
        out.write(("HTTP/1.1 " + status + " -\r\nConnection: close\r\n" + headers + "\r\n")
                .getBytes(StandardCharsets.ISO_8859_1));
    }

    /// What it does by itself.
    public Answer well(Request request) {
        String path = request.path();
        if (path.contains("/manifests/")) {
            String name = path.substring("/v2/".length(), path.indexOf("/manifests/"));
            byte[] manifest = manifests.get(name);
            return manifest == null ? reply(404, "") : reply(200, "", manifest);
        }
        byte[] blob = blobs.get(path.substring(path.lastIndexOf('/') + 1).replaceFirst("\\?.*", ""));
        if (blob == null) return reply(404, "");
        String range = request.header("Range");
        if (range.isEmpty()) return out -> send(out, 200, "", blob, 0, blob.length);
        String[] ends = range.substring("bytes=".length()).split("-");
        int first = Integer.parseInt(ends[0]);
        int last = Integer.parseInt(ends[1]);
        String said = "Content-Range: bytes " + first + "-" + last + "/" + blob.length + "\r\n";
        return out -> send(out, 206, said, blob, first, last + 1);
    }

    private void send(OutputStream out, int status, String headers, byte[] blob, int from, int to) throws IOException {
        head(out, status, headers + "Content-Length: " + (to - from) + "\r\n");
        for (int at = from; at < to; at += 1024) {
            int length = Math.min(1024, to - at);
            if (!goesOn.apply(blobBytes.get())) return;
            out.write(blob, at, length);
            blobBytes.addAndGet(length);
        }
    }

    private void accept() {
        while (true) {
            try {
                Socket connection = socket.accept();
                Thread.ofVirtual().start(() -> serve(connection));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void serve(Socket connection) {
        try (connection) {
            Request request = read(new BufferedInputStream(connection.getInputStream()));
            requests.add(request);
            OutputStream out = connection.getOutputStream();
            script.apply(request).orElseGet(() -> well(request)).write(out);
            out.flush();
            connection.shutdownOutput();
            connection.getInputStream().transferTo(OutputStream.nullOutputStream());
        } catch (IOException | InterruptedException e) {
            // the other side left, or does not trust us
        }
    }

    private static Request read(InputStream in) throws IOException {
        String[] first = line(in).split(" ");
        if (first.length < 3) throw new IOException("no request");
        Map<String, String> headers = new HashMap<>();
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            int colon = line.indexOf(':');
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
        return new Request(first[0], first[1], headers, in.readNBytes(length));
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int c; (c = in.read()) != '\n'; line.write(c)) if (c < 0) throw new IOException("no request");
        return line.toString(StandardCharsets.ISO_8859_1).strip();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
