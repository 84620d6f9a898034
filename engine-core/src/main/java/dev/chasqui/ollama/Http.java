package dev.chasqui.ollama;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.BackendException.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Requests to one server, and what its statuses and silences mean.
final class Http implements AutoCloseable {

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration QUESTION_TIMEOUT = Duration.ofSeconds(30);
    /// A description of a model with a vocabulary of 262,144 tokens is some 12 MiB, a vector of 1,024 elements
    /// 12 KiB.
    private static final long LONGEST_REPLY = 512L << 20;
    private static final int LONGEST_ERROR = 64 << 10;
    private static final int QUOTED = 300;

    private final URI base;
    private final List<URI> addresses;
    private final HttpClient client;
    private final Optional<String> key;
    private final boolean keepsSecrets; // a key goes nowhere where others can read it
    private volatile URI reached;
    private volatile boolean closed;

    /// @param environment what it says of keys and certificates
    Http(URI base, Map<String, String> environment) {
        String scheme = String.valueOf(base.getScheme()).toLowerCase(Locale.ROOT);
        if (!(scheme.equals("http") || scheme.equals("https")) || base.getHost() == null) {
            throw BackendException.invalid("\"" + base + "\" is no server's address; expected http://host:port");
        }
        this.base = base;
        this.addresses = addresses(base);
        this.reached = addresses.getFirst();
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECT_TIMEOUT)
                .executor(Runnable::run); // nothing here blocks, and a change of threads costs each answer 0.2 ms
        if (scheme.equals("https")) ClientTls.context(environment).ifPresent(builder::sslContext);
        this.client = builder.build();
        this.key = Stream.of("CHASQUI_API_KEY", "OLLAMA_API_KEY")
                .map(name -> environment.getOrDefault(name, "").strip())
                .filter(value -> !value.isEmpty())
                .findFirst();
        this.keepsSecrets = scheme.equals("https") || isLoopback(base.getHost());
    }

    JsonNode get(String path) {
        return question(path, request -> request.GET());
    }

    JsonNode post(String path, ObjectNode json) {
        byte[] body = Json.bytes(json);
        return question(path, request -> request.POST(BodyPublishers.ofByteArray(body)));
    }

    /// Posts a request that takes as long as it takes.
    byte[] task(String path, ObjectNode json) {
        byte[] body = Json.bytes(json);
        return whole(path, request -> request.POST(BodyPublishers.ofByteArray(body)));
    }

    /// Sends a request whose answer says nothing but that it was done.
    void command(String verb, String path, ObjectNode json) {
        byte[] body = Json.bytes(json);
        whole(path, request -> request.timeout(QUESTION_TIMEOUT).method(verb, BodyPublishers.ofByteArray(body)));
    }

    /// @throws BackendException if the server says neither yes nor no
    boolean isThere(String path) {
        HttpResponse<byte[]> response =
                send(path, request -> request.timeout(QUESTION_TIMEOUT).HEAD(), BodyHandlers.ofByteArray());
        return switch (response.statusCode()) {
            case 200 -> true;
            case 404 -> false;
            default -> throw refusal(response, response.body());
        };
    }

    /// Posts bytes until their end.
    ///
    /// @return `false` if the server had them
    boolean upload(String path, InputStream content) {
        HttpResponse<byte[]> response = send(
                path,
                request -> request.setHeader("Content-Type", "application/octet-stream")
                        .POST(BodyPublishers.ofInputStream(() -> content)),
                BodyHandlers.limiting(BodyHandlers.ofByteArray(), LONGEST_ERROR));
        return switch (response.statusCode()) {
            case 201 -> true;
            case 200 -> false;
            default -> throw refusal(response, response.body());
        };
    }

    /// Posts a request whose answer comes line by line. Returns when the server accepted it.
    LineBody stream(String path, ObjectNode json, Deadline deadline) {
        byte[] body = Json.bytes(json);
        HttpResponse<LineBody> response = send(
                path,
                request -> deadline.onto(request.POST(BodyPublishers.ofByteArray(body))),
                status -> new LineBody(),
                slow -> deadline.passed("the first piece came"));
        LineBody lines = response.body();
        if (response.statusCode() == 200) return lines;
        throw refusal(response, lines.rest(LONGEST_ERROR));
    }

    @Override
    public String toString() {
        return base.toString();
    }

    BackendException broken(String what) {
        return new BackendException(Kind.FAILED, "the server at " + base + " broke the protocol: " + what);
    }

    BackendException brokeOff(IOException cause) {
        return new BackendException(
                Kind.FAILED, "the answer from " + base + " broke off: " + words(cause) + "; ask again", cause);
    }

    boolean closed() {
        return closed;
    }

    @Override
    public void close() {
        closed = true;
        client.shutdownNow();
    }

    private JsonNode question(String path, UnaryOperator<HttpRequest.Builder> verb) {
        byte[] answer = whole(path, request -> verb.apply(request.timeout(QUESTION_TIMEOUT)));
        try {
            return Json.read(answer);
        } catch (JacksonException e) {
            throw broken("its answer to " + path + " is not JSON: " + e.getOriginalMessage());
        }
    }

    private byte[] whole(String path, UnaryOperator<HttpRequest.Builder> how) {
        BodyHandler<byte[]> whole = BodyHandlers.limiting(BodyHandlers.ofByteArray(), LONGEST_REPLY);
        HttpResponse<byte[]> response = send(path, how, whole);
        if (response.statusCode() != 200) throw refusal(response, response.body());
        return response.body();
    }

    private <T> HttpResponse<T> send(String path, UnaryOperator<HttpRequest.Builder> how, BodyHandler<T> body) {
        return send(path, how, body, slow -> failure(path, slow));
    }

    /// @param late what it means that the server took longer than the request allows
    private <T> HttpResponse<T> send(
            String path,
            UnaryOperator<HttpRequest.Builder> how,
            BodyHandler<T> body,
            Function<HttpTimeoutException, BackendException> late) {
        URI first = reached;
        ConnectException refused = null;
        for (URI address : Stream.concat(Stream.of(first), addresses.stream().filter(uri -> !uri.equals(first)))
                .toList()) {
            HttpRequest.Builder request = HttpRequest.newBuilder(address.resolve(path))
                    .header("Content-Type", "application/json")
                    .header("Accept", "application/x-ndjson, application/json");
            if (keepsSecrets) key.ifPresent(secret -> request.header("Authorization", "Bearer " + secret));
            try {
                HttpResponse<T> response = client.send(how.apply(request).build(), body);
                reached = address;
                return response;
            } catch (ConnectException e) {
                refused = e; // a name may mean several addresses, and the server need not listen on each
            } catch (HttpConnectTimeoutException e) {
                throw failure(path, e);
            } catch (HttpTimeoutException e) {
                throw late.apply(e);
            } catch (IOException e) {
                throw failure(path, e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new BackendException(Kind.CANCELLED, "interrupted while waiting for " + base, e);
            }
        }
        throw failure(path, refused == null ? new ConnectException() : refused);
    }

    private BackendException failure(String path, IOException cause) {
        if (closed) return new BackendException(Kind.CANCELLED, "this backend was closed", cause);
        return switch (cause) {
            case ConnectException refused -> unreachable(words(refused), refused);
            case HttpConnectTimeoutException slow ->
                unreachable("no connection within " + CONNECT_TIMEOUT.toSeconds() + " s", slow);
            case HttpTimeoutException slow ->
                unreachable("no answer to " + path + " within " + QUESTION_TIMEOUT.toSeconds() + " s", slow);
            default ->
                new BackendException(
                        Kind.FAILED,
                        "the server at " + base + " gave no answer to " + path + ": " + words(cause) + "; ask again",
                        cause);
        };
    }

    private BackendException unreachable(String why, IOException cause) {
        String remedy = "; start one there (`chasqui serve` or `ollama serve`) or set OLLAMA_HOST to its address";
        return new BackendException(Kind.UNREACHABLE, "no server answers at " + base + ": " + why + remedy, cause);
    }

    /// Ollama's own words where there are some: clients match on them.
    private BackendException refusal(HttpResponse<?> response, byte[] body) {
        int status = response.statusCode();
        Kind kind = switch (status) {
            case 400, 413, 415 -> Kind.INVALID;
            case 404 -> Kind.NOT_FOUND;
            case 422 -> Kind.INCOMPLETE;
            case 499 -> Kind.CANCELLED;
            case 429, 503 -> Kind.OVERLOADED;
            case 504 -> Kind.TOO_LATE;
            default -> Kind.FAILED;
        };
        String error = errorIn(body);
        if (error != null && status == 401 && key.isPresent() && !keepsSecrets) {
            error += ". A key is set, but is not sent to another machine over plain HTTP; use https://";
        }
        if (error != null) return new BackendException(kind, error);

        String text = new String(body, StandardCharsets.UTF_8).strip();
        String place = response.headers()
                .firstValue("Location")
                .map(to -> " and points to " + to)
                .orElse("");
        return new BackendException(
                kind,
                "the server at " + base + " answered with status " + status + place
                        + (text.isEmpty() ? "" : ": " + text.substring(0, Math.min(text.length(), QUOTED))));
    }

    private static @Nullable String errorIn(byte[] body) {
        try {
            return ReplyJson.error(Json.read(body));
        } catch (JacksonException e) {
            return null; // a proxy's page, perhaps
        }
    }

    private static String words(IOException e) {
        String message = e.getMessage();
        if (message != null && !message.isBlank()) return message;
        if (!(e instanceof ConnectException)) return e.getClass().getSimpleName();
        for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof UnresolvedAddressException) return "the host name is not known";
        }
        return "connection refused";
    }

    private static boolean isLoopback(String host) {
        String bare = host.replaceAll("[\\[\\]]", "");
        try {
            return bare.equalsIgnoreCase("localhost")
                    || InetAddress.ofLiteral(bare).isLoopbackAddress();
        } catch (IllegalArgumentException e) {
            return false; // a name, which may mean any machine
        }
    }

    /// The JDK's client takes a name's first address only. For `localhost` the server may listen on either.
    private static List<URI> addresses(URI base) {
        String path = base.getRawPath();
        String folder = path == null || path.isEmpty() ? "/" : path.endsWith("/") ? path : path + "/";
        String port = base.getPort() < 0 ? "" : ":" + base.getPort();
        boolean both =
                base.getScheme().equalsIgnoreCase("http") && base.getHost().equalsIgnoreCase("localhost");
        return (both ? Stream.of("127.0.0.1", "[::1]") : Stream.of(base.getHost()))
                .map(host -> URI.create(base.getScheme() + "://" + host + port + folder))
                .toList();
    }
}
