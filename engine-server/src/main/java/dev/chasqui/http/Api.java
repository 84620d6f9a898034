package dev.chasqui.http;

import dev.chasqui.api.Backend;
import dev.chasqui.api.Version;
import io.vertx.core.http.HttpMethod;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.Executor;

/// Which path and verb goes where.
final class Api {

    /// What happens on a path; may wait.
    interface Action {
        void handle(Exchange exchange) throws IOException;
    }

    /// @param thread where the action runs
    record Route(Executor thread, Action action) {}

    private static final byte[] VERSION = JsonText.MAPPER.writeValueAsBytes(Map.of("version", Version.current()));

    private final Map<String, Map<HttpMethod, Route>> routes = new HashMap<>();

    /// @param answers for what waits for a model: a virtual thread each
    /// @param lookups for what never does: threads of their own, which answer even when every carrier of the
    ///                virtual threads is stuck in a load
    Api(Backend backend, Executor answers, Executor lookups) {
        Answers answering = new Answers(backend);
        Vectors vectors = new Vectors(backend);
        Models models = new Models(backend);
        read("/", new Route(Runnable::run, exchange -> exchange.replyText(200, "Ollama is running")));
        read("/api/version", new Route(Runnable::run, exchange -> exchange.replyJson(200, VERSION)));
        read("/api/tags", new Route(lookups, models::tags));
        on(HttpMethod.GET, "/api/ps", new Route(lookups, models::ps));
        on(HttpMethod.POST, "/api/show", new Route(lookups, models::show));
        on(HttpMethod.POST, "/api/generate", new Route(answers, answering::generate));
        on(HttpMethod.POST, "/api/chat", new Route(answers, answering::chat));
        on(HttpMethod.POST, "/api/embed", new Route(answers, vectors::embed));
        on(HttpMethod.POST, "/api/embeddings", new Route(answers, vectors::embeddings));
    }

    /// The verbs of a path; none if nobody knows it.
    Map<HttpMethod, Route> at(String path) {
        return routes.getOrDefault(path, Map.of());
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
