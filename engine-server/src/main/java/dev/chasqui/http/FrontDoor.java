package dev.chasqui.http;

import dev.chasqui.http.Api.Route;
import dev.chasqui.http.Callers.Denial;
import dev.chasqui.http.Failure.ClientLeft;
import dev.chasqui.http.SilentAnswers.Reason;
import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Where every request comes in: who may call, which route, the body, then the route's thread. Runs on the event
/// loop and never waits.
final class FrontDoor implements Handler<HttpServerRequest> {

    private static final Logger LOG = LoggerFactory.getLogger(FrontDoor.class);
    private static final String ALLOWED_HEADERS = "Authorization, Content-Type, User-Agent, Accept, X-Requested-With, "
            + "OpenAI-Beta, x-stainless-arch, x-stainless-async, x-stainless-custom-poll-interval, "
            + "x-stainless-helper-method, x-stainless-lang, x-stainless-os, x-stainless-package-version, "
            + "x-stainless-poll-helper, x-stainless-retry-count, x-stainless-runtime, "
            + "x-stainless-runtime-version, x-stainless-timeout";

    private final Vertx vertx;
    private final Api api;
    private final SilentAnswers silent;
    private final AccessRules access;
    private final Connections connections;
    private final BodyReader bodies;
    private final Optional<Callers> callers;
    private final Map<String, String> switchedOff = new HashMap<>();

    /// @param callers who asks for keys; empty where none are needed
    FrontDoor(
            Vertx vertx,
            Api api,
            AccessRules rules,
            Connections connections,
            Optional<Callers> callers,
            ServerSettings settings) {
        this.vertx = vertx;
        this.api = api;
        this.silent = api.silentAnswers();
        this.access = rules;
        this.connections = connections;
        this.callers = callers;
        this.bodies = new BodyReader(connections);
        if (!settings.access().pull()) switchedOff.put("/api/pull", "pull is off on this server (CHASQUI_PULL)");
        if (!settings.access().push()) switchedOff.put("/api/push", "push is off on this server (CHASQUI_PUSH)");
    }

    void opened(HttpConnection connection) {
        connections.opened(connection);
    }

    @Override
    public void handle(HttpServerRequest request) {
        connections.working(request);
        silent.watch(request);
        if (!mayCall(request)) return;

        String path = request.path() == null ? "" : request.path();
        Map<HttpMethod, Route> verbs = api.at(path);
        Route route = verbs.get(request.method());
        if (route != null) {
            if (!mayUse(request, path, route)) return;
            Context eventLoop = vertx.getOrCreateContext();
            Exchange exchange = new Exchange(eventLoop, request, connections);
            if (route.takesBodyAsItComes()) {
                exchange.streamContent();
                run(route, exchange);
            } else {
                bodies.read(request, exchange, () -> run(route, exchange));
            }
        } else if (!verbs.isEmpty()) {
            request.response().putHeader(HttpHeaders.ALLOW, Api.allowed(verbs));
            end(request, 405, "405 method not allowed");
        } else if (path.endsWith("/") && api.at(withoutSlash(path)).containsKey(request.method())) {
            String query = request.query() == null ? "" : "?" + request.query();
            request.response().putHeader(HttpHeaders.LOCATION, withoutSlash(path) + query);
            end(request, request.method() == HttpMethod.GET ? 301 : 307, "");
        } else {
            end(request, 404, "404 page not found");
        }
    }

    /// Refuses strangers and answers their browsers' questions; says whether the request goes on.
    private boolean mayCall(HttpServerRequest request) {
        HttpServerResponse response = request.response();
        String host = header(request, HttpHeaders.HOST);
        if (!access.acceptsHost(host) || !access.acceptsHost(targetsHost(request))) return refuse(request, 403);

        String origin = header(request, HttpHeaders.ORIGIN);
        if (origin.isEmpty() || AccessRules.isSameOrigin(origin, host)) return true;
        if (!access.acceptsOrigin(origin)) return refuse(request, 403);

        response.putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN, access.acceptsAnyOrigin() ? "*" : origin);
        if (!access.acceptsAnyOrigin()) response.putHeader(HttpHeaders.VARY, "Origin");
        if (request.method() != HttpMethod.OPTIONS) return true;
        response.putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_METHODS, "GET,POST,PUT,PATCH,DELETE,HEAD,OPTIONS");
        response.putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_HEADERS, ALLOWED_HEADERS);
        response.putHeader(HttpHeaders.ACCESS_CONTROL_MAX_AGE, "43200");
        return refuse(request, 204);
    }

    /// The host a request names in its first line, `GET http://host/path`, as to a proxy; empty where it names none.
    private static String targetsHost(HttpServerRequest request) {
        String target = request.uri();
        if (target.startsWith("/") || target.equals("*")) return "";
        int scheme = target.indexOf("://");
        return target.substring(scheme < 0 ? 0 : scheme + 3).split("[/?#]", 2)[0];
    }

    /// Whether this caller may use this route, and can be understood; refuses it if not.
    private boolean mayUse(HttpServerRequest request, String path, Route route) {
        Optional<Denial> denial = callers.flatMap(who -> who.judge(request, route.role()));
        if (denial.isPresent()) {
            Denial no = denial.get();
            if (no.status() == 401) request.response().putHeader("WWW-Authenticate", "Bearer");
            no.retryAfter()
                    .ifPresent(
                            seconds -> request.response().putHeader(HttpHeaders.RETRY_AFTER, String.valueOf(seconds)));
            if (no.delayMillis() == 0) deny(request, no.status(), no.message());
            else vertx.setTimer(no.delayMillis(), late -> deny(request, no.status(), no.message()));
            return false;
        }
        String encoding = header(request, HttpHeaders.CONTENT_ENCODING);
        if (!encoding.isEmpty() && !encoding.equalsIgnoreCase("identity")) {
            return deny(
                    request,
                    415,
                    "Content-Encoding is \"" + encoding + "\"; this server takes bodies as they are, uncompressed");
        }
        String off = switchedOff.get(path);
        return off == null || deny(request, 403, off);
    }

    private boolean deny(HttpServerRequest request, int status, String message) {
        request.response().putHeader(HttpHeaders.CONTENT_TYPE, Exchange.JSON);
        end(request, status, new String(Replies.error(message), StandardCharsets.UTF_8));
        return false;
    }

    private boolean refuse(HttpServerRequest request, int status) {
        end(request, status, "");
        return false;
    }

    /// A reply that does not depend on the body, which is skipped; a long one is not even waited for.
    private void end(HttpServerRequest request, int status, String text) {
        HttpServerResponse response = request.response();
        if (response.closed()) return;
        response.setStatusCode(status);
        if (!text.isEmpty() && !response.headers().contains(HttpHeaders.CONTENT_TYPE)) {
            response.putHeader(HttpHeaders.CONTENT_TYPE, "text/plain");
        }
        boolean hasBody = request.headers().contains(HttpHeaders.CONTENT_LENGTH)
                || request.headers().contains(HttpHeaders.TRANSFER_ENCODING);
        if (hasBody) response.putHeader(HttpHeaders.CONNECTION, "close");
        connections.idle(request);
        response.end(text).onComplete(sent -> {
            if (hasBody) connections.part(request);
        });
    }

    private void run(Route route, Exchange exchange) {
        try {
            route.thread().execute(() -> handle(route, exchange));
        } catch (RejectedExecutionException e) {
            exchange.fail(new Failure(503, "the server is shutting down", true));
        }
    }

    private void handle(Route route, Exchange exchange) {
        try {
            route.action().handle(exchange);
        } catch (Throwable t) {
            Failure failure = Failure.of(exchange.what(), t);
            if (t instanceof ClientLeft || failure.status() == Failure.CLIENT_LEFT) {
                LOG.debug("{} ended early: {}", exchange.what(), t.getMessage());
            }
            boolean left = t instanceof ClientLeft || exchange.isGone();
            if (left) silent.count(exchange.path(), Reason.CLIENT_LEFT);
            else if (exchange.hasStarted()) silent.count(exchange.path(), Reason.BROKEN_OFF);
            exchange.fail(failure);
        }
    }

    private static String withoutSlash(String path) {
        return path.substring(0, path.length() - 1);
    }

    private static String header(HttpServerRequest request, CharSequence name) {
        String value = request.getHeader(name);
        return value == null ? "" : value;
    }
}
