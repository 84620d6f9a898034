package dev.chasqui.registry;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.BackendException.Kind;
import dev.chasqui.api.Version;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;

/// Requests to one registry, and to where it sends us.
///
/// Redirects are followed here and not by the JDK: each hop is judged, and what proves who we are goes to the
/// registry itself only.
final class Http {

    private static final int MOST_REDIRECTS = 10;
    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
    private static final String AGENT = "chasqui/" + Version.current() + " (" + System.getProperty("os.arch") + " "
            + System.getProperty("os.name").toLowerCase(Locale.ROOT) + ") Java/"
            + Runtime.version().feature();

    private final HttpClient client;
    private final URI registry;
    private final boolean plain;
    private final Duration stall;

    /// @param registry `scheme://host[:port]`
    /// @param plain    whether `http` will do
    Http(HttpClient client, URI registry, boolean plain, Duration stall) {
        this.client = client;
        this.registry = registry;
        this.plain = plain;
        this.stall = stall;
    }

    /// @param follows whether redirects are followed
    /// @param sent    grows while the body is being sent
    record Call(
            String verb, URI uri, Map<String, String> headers, BodyPublisher body, boolean follows, LongSupplier sent) {

        static Call get(URI uri, Map<String, String> headers) {
            return new Call("GET", uri, headers, BodyPublishers.noBody(), true, () -> 0);
        }

        static Call head(URI uri) {
            return new Call("HEAD", uri, Map.of(), BodyPublishers.noBody(), true, () -> 0);
        }

        /// One that changes something there.
        static Call change(String verb, URI uri, Map<String, String> headers, BodyPublisher body) {
            return new Call(verb, uri, headers, body, false, () -> 0);
        }

        Call withoutRedirects() {
            return new Call(verb, uri, headers, body, false, sent);
        }

        Call whileSending(LongSupplier bytes) {
            return new Call(verb, uri, headers, body, follows, bytes);
        }
    }

    /// @param authorization what proves who we are
    Reply send(Call call, Optional<String> authorization) throws IOException, InterruptedException {
        URI at = call.uri();
        for (int hops = 0; ; hops++) {
            Reply reply = once(call, at, authorization);
            if (!call.follows() || !REDIRECTS.contains(reply.status())) return reply;
            reply.close();
            if (hops == MOST_REDIRECTS) {
                throw new BackendException(
                        Kind.FAILED,
                        shown(call.uri()) + " leads through more than " + MOST_REDIRECTS + " redirects, the last to "
                                + shown(at));
            }
            at = target(reply, reply.header("Location").orElse(""));
        }
    }

    /// Where a reply sends us, if we may go there.
    URI target(Reply reply, String location) {
        try {
            URI to = reply.uri().resolve(location);
            String scheme = String.valueOf(to.getScheme()).toLowerCase(Locale.ROOT);
            if (!location.isEmpty() && !scheme.equals("https") && !(plain && scheme.equals("http"))) {
                throw refused(reply, location, "only https will do");
            }
            if (location.isEmpty() || to.getHost() == null || to.getRawUserInfo() != null) {
                throw refused(reply, location, "that is no address");
            }
            if (!isRegistry(to) && Addresses.mayBePrivate(to) && !Addresses.isPrivate(registry)) {
                throw refused(reply, location, "that is a private address, and the registry is a public one");
            }
            return to;
        } catch (IllegalArgumentException e) {
            throw refused(reply, location, "that is no address");
        }
    }

    private static BackendException refused(Reply reply, String location, String why) {
        String to = location.replaceFirst("[?#].*", "");
        return new BackendException(
                Kind.FAILED,
                shown(reply.uri()) + " sends us to \"" + to.substring(0, Math.min(to.length(), 200))
                        + "\", which is refused: " + why);
    }

    boolean isRegistry(URI uri) {
        return origin(uri).equals(origin(registry));
    }

    /// `https://host:port`, the port always there.
    private static String origin(URI uri) {
        String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
        int port = uri.getPort() >= 0 ? uri.getPort() : scheme.equals("https") ? 443 : 80;
        return scheme + "://" + String.valueOf(uri.getHost()).toLowerCase(Locale.ROOT) + ":" + port;
    }

    /// For messages: what follows the question mark may be a secret.
    static String shown(URI uri) {
        String path = uri.getRawPath() == null ? "" : uri.getRawPath();
        return uri.getScheme() + "://" + uri.getRawAuthority() + path;
    }

    private Reply once(Call call, URI at, Optional<String> authorization) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(at)
                .method(call.verb(), call.body())
                .header("User-Agent", AGENT)
                .header("Accept-Encoding", "identity");
        call.headers().forEach(request::header);
        if (isRegistry(at)) authorization.ifPresent(proof -> request.header("Authorization", proof));
        CompletableFuture<HttpResponse<Body>> coming = client.sendAsync(request.build(), head -> new Body(stall));
        try {
            HttpResponse<Body> reply = await(coming, call.sent(), at);
            return new Reply(at, reply.statusCode(), reply.headers(), reply.body());
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException failure) throw failure;
            throw new IOException(e.getCause());
        } finally {
            coming.cancel(true); // no more than a word, where the reply has come
        }
    }

    /// Waits as long as something moves.
    private HttpResponse<Body> await(CompletableFuture<HttpResponse<Body>> coming, LongSupplier sent, URI at)
            throws ExecutionException, InterruptedException, HttpTimeoutException {
        while (true) {
            long before = sent.getAsLong();
            try {
                return coming.get(stall.toMillis(), TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                if (sent.getAsLong() != before) continue;
                throw new HttpTimeoutException(at.getHost() + " said nothing for " + stall.toMillis() / 1000.0 + " s");
            }
        }
    }
}
