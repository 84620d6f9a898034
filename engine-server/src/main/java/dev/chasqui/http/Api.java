package dev.chasqui.http;

import dev.chasqui.api.Backend;
import dev.chasqui.api.Version;
import dev.chasqui.keys.Role;
import io.vertx.core.http.HttpMethod;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;

/// Which path and verb goes where.
final class Api {

    /// What happens on a path; may wait.
    interface Action {
        void handle(Exchange exchange) throws IOException;
    }

    /// @param thread             where the action runs
    /// @param takesBodyAsItComes whether the action reads [Exchange#content] itself; else it finds the whole
    ///                           [Exchange#body]
    /// @param role               what a caller's key must allow where keys are asked for; empty for nothing, so
    ///                           that whoever watches the server needs none
    record Route(Executor thread, Action action, boolean takesBodyAsItComes, Optional<Role> role) {

        Route(Executor thread, Action action) {
            this(thread, action, false, Optional.of(Role.INFER));
        }

        Route forAdmins() {
            return new Route(thread, action, takesBodyAsItComes, Optional.of(Role.ADMIN));
        }

        Route forAll() {
            return new Route(thread, action, takesBodyAsItComes, Optional.empty());
        }

        Route bodyAsItComes() {
            return new Route(thread, action, true, role);
        }
    }

    private static final String BLOB = "/api/blobs/";

    private static final byte[] VERSION = JsonText.MAPPER.writeValueAsBytes(Map.of("version", Version.current()));

    private final Map<String, Map<HttpMethod, Route>> routes = new HashMap<>();
    private final Metrics metrics = new Metrics();

    /// @param answers for what waits for a model: a virtual thread each
    /// @param lookups for what never does: threads of their own, which answer even when every carrier of the
    ///                virtual threads is stuck in a load
    Api(Backend backend, Executor answers, Executor lookups) {
        Answers answering = new Answers(backend, metrics.silentAnswers());
        Vectors vectors = new Vectors(backend);
        Models models = new Models(backend);
        Library library = new Library(backend);
        Transfers transfers = new Transfers(library);
        Tokens tokens = new Tokens(backend);
        Health health = new Health(backend);
        read("/", new Route(Runnable::run, exchange -> exchange.replyText(200, "Ollama is running")).forAll());
        read("/api/version", new Route(Runnable::run, exchange -> exchange.replyJson(200, VERSION)).forAll());
        read("/api/tags", new Route(lookups, models::tags));
        on(HttpMethod.GET, "/api/ps", new Route(lookups, models::ps));
        on(HttpMethod.POST, "/api/show", new Route(lookups, models::show));
        on(HttpMethod.POST, "/api/generate", new Route(answers, answering::generate));
        on(HttpMethod.POST, "/api/chat", new Route(answers, answering::chat));
        on(HttpMethod.POST, "/api/embed", new Route(answers, vectors::embed));
        on(HttpMethod.POST, "/api/embeddings", new Route(answers, vectors::embeddings));
        on(HttpMethod.POST, "/api/create", new Route(answers, library::create).forAdmins());
        on(HttpMethod.POST, "/api/copy", new Route(answers, library::copy).forAdmins());
        on(HttpMethod.DELETE, "/api/delete", new Route(answers, library::delete).forAdmins());
        on(HttpMethod.HEAD, BLOB + "{digest}", new Route(lookups, library::hasBlob).forAdmins());
        on(
                HttpMethod.POST,
                BLOB + "{digest}",
                new Route(answers, library::takeBlob).bodyAsItComes().forAdmins());
        on(HttpMethod.POST, "/api/pull", new Route(answers, transfers::pull).forAdmins());
        on(HttpMethod.POST, "/api/push", new Route(answers, transfers::push).forAdmins());
        on(HttpMethod.POST, "/api/tokenize", new Route(answers, tokens::tokenize));
        on(HttpMethod.POST, "/api/detokenize", new Route(answers, tokens::detokenize));
        read("/metrics", new Route(lookups, metrics::metrics));
        read("/health", new Route(Runnable::run, health::health).forAll());
        read("/ready", new Route(lookups, health::ready).forAll());
    }

    SilentAnswers silentAnswers() {
        return metrics.silentAnswers();
    }

    /// The verbs of a path; none if nobody knows it.
    Map<HttpMethod, Route> at(String path) {
        boolean blob = path.startsWith(BLOB) && path.length() > BLOB.length() && path.indexOf('/', BLOB.length()) < 0;
        return routes.getOrDefault(blob ? BLOB + "{digest}" : path, Map.of());
    }

    /// Every path with its verbs, as `docs/openapi.yaml` names them.
    Map<String, Set<String>> all() {
        Map<String, Set<String>> all = new TreeMap<>();
        routes.forEach((path, verbs) -> all.put(
                path, verbs.keySet().stream().map(HttpMethod::name).collect(Collectors.toCollection(TreeSet::new))));
        return all;
    }

    /// A part of a path without its percent signs; as it is, where they say nothing.
    static String decoded(String part) {
        try {
            return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return part;
        }
    }

    /// For the `Allow` header.
    static String allowed(Map<HttpMethod, Route> verbs) {
        TreeSet<String> names = new TreeSet<>();
        verbs.keySet().forEach(verb -> names.add(verb.name()));
        return String.join(", ", names);
    }

    private void read(String path, Route route) {
        on(HttpMethod.GET, path, route);
        on(HttpMethod.HEAD, path, route);
    }

    private void on(HttpMethod verb, String path, Route route) {
        routes.computeIfAbsent(path, fresh -> new HashMap<>()).put(verb, route);
    }
}
