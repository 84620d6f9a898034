package dev.chasqui.ollama;

import dev.chasqui.api.Backend;
import dev.chasqui.api.BackendException;
import dev.chasqui.api.ChatRequest;
import dev.chasqui.api.EmbedRequest;
import dev.chasqui.api.Embeddings;
import dev.chasqui.api.GenerateRequest;
import dev.chasqui.api.Generation;
import dev.chasqui.api.ModelDetails;
import dev.chasqui.api.ModelLibrary;
import dev.chasqui.api.ModelSummary;
import dev.chasqui.api.OllamaHost;
import dev.chasqui.api.RunningModel;
import dev.chasqui.api.Settings;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// An Ollama server, or any that speaks its API, behind the same interface as the engine in this JVM.
///
/// A server accepts a request with its status line, and Ollama sends that with the first token; until then
/// [#generate] and [#chat] wait, and [#embed] until its end. Interrupting the waiting thread gives the
/// request up, and the server sees the client leave; afterwards [Generation#close] does the same from any
/// thread.
///
/// Connecting may take 10 seconds, questions about models 30. An answer has no time limit but the request's
/// deadline, which is kept here where the server does not keep it: the connection is closed then. Without one, a
/// server that vanishes without closing its connection is only noticed by a caller who does not wait for ever.
public final class OllamaBackend implements Backend {

    private final Http http;
    private final Set<StreamedGeneration> open = ConcurrentHashMap.newKeySet();

    private OllamaBackend(Http http) {
        this.http = http;
    }

    /// Nothing is sent yet; whether a server is there shows with the first request.
    ///
    /// @param base for example `http://localhost:11434`; a path is kept, so that a server may live behind a
    ///             prefix. The name `localhost` means both `127.0.0.1` and `::1`
    /// @throws BackendException of kind `INVALID` if it is no `http` or `https` address
    public static OllamaBackend connect(URI base) {
        return connect(base, System.getenv());
    }

    /// As [#connect(URI)], with these variables in place of the environment's: `CHASQUI_API_KEY` or
    /// `OLLAMA_API_KEY`, sent over `https` and to this machine only; `SSL_CERT_FILE`, authorities to trust;
    /// `CHASQUI_CLIENT_CERTIFICATE` and `CHASQUI_CLIENT_KEY`, for a server that asks for a certificate.
    ///
    /// @throws BackendException if the address is none, or a file cannot be used
    public static OllamaBackend connect(URI base, Map<String, String> environment) {
        return new OllamaBackend(new Http(base, environment));
    }

    /// The server that `OLLAMA_HOST` names, else `http://localhost:11434`.
    public static OllamaBackend connect() {
        OllamaHost host = OllamaHost.fromEnvironment(System.getenv());
        return connect(host.host().equals("localhost") ? URI.create(host.toString()) : host.uri());
    }

    @Override
    public String name() {
        return http.toString();
    }

    @Override
    public Generation generate(GenerateRequest request) {
        return stream("api/generate", RequestJson.of(request), request.settings());
    }

    @Override
    public Generation chat(ChatRequest request) {
        return stream("api/chat", RequestJson.of(request), request.settings());
    }

    @Override
    public String render(GenerateRequest request) {
        return rendered("api/generate", RequestJson.of(request));
    }

    @Override
    public String render(ChatRequest request) {
        return rendered("api/chat", RequestJson.of(request));
    }

    private String rendered(String path, ObjectNode request) {
        JsonNode reply = read(path, request.put("stream", false).put("_debug_render_only", true));
        JsonNode text = reply.path("_debug_info").path("rendered_template");
        if (!text.isString()) throw http.broken("its answer to " + path + " holds no rendered template");
        return text.asString();
    }

    @Override
    public Embeddings embed(EmbedRequest request) {
        byte[] reply = http.task("api/embed", RequestJson.of(request));
        Embeddings embeddings;
        try {
            embeddings = EmbeddingsJson.read(reply);
        } catch (JacksonException e) {
            throw http.broken("its answer to api/embed is not JSON: " + e.getOriginalMessage());
        } catch (IllegalArgumentException e) {
            throw http.broken("its answer to api/embed cannot be used: " + e.getMessage());
        }
        if (embeddings.vectors().size() == request.inputs().size()) return embeddings;
        throw http.broken("it gave " + embeddings.vectors().size() + " embeddings of "
                + request.inputs().size() + " texts");
    }

    /// Only a chasqui server can do this; Ollama has no such route.
    @Override
    public int[] tokenize(String model, String text, boolean addSpecial, boolean parseSpecial) {
        ObjectNode request = RequestJson.object()
                .put("model", model)
                .put("content", text)
                .put("add_special", addSpecial)
                .put("parse_special", parseSpecial);
        JsonNode tokens = read("api/tokenize", request).path("tokens");
        if (!tokens.isArray()) throw http.broken("its answer to api/tokenize has no tokens");
        int[] ids = new int[tokens.size()];
        for (int i = 0; i < ids.length; i++) ids[i] = tokens.get(i).asInt(-1);
        return ids;
    }

    /// As [#tokenize].
    @Override
    public String detokenize(String model, int... tokens) {
        ObjectNode request = RequestJson.object().put("model", model);
        IntStream.of(tokens).forEach(request.putArray("tokens")::add);
        JsonNode content = read("api/detokenize", request).path("content");
        if (!content.isString()) throw http.broken("its answer to api/detokenize has no content");
        return content.asString();
    }

    @Override
    public List<ModelSummary> models() {
        return ReplyJson.models(http.get("api/tags"));
    }

    @Override
    public ModelDetails show(String model) {
        // "verbose": without it the long arrays of the GGUF file come empty.
        ObjectNode request = RequestJson.object().put("model", model).put("verbose", true);
        return ReplyJson.details(http.post("api/show", request));
    }

    @Override
    public List<RunningModel> running() {
        return ReplyJson.running(http.get("api/ps"));
    }

    @Override
    public String version() {
        JsonNode version = http.get("api/version").path("version");
        if (!version.isString()) throw http.broken("its answer to api/version names no version");
        return version.asString();
    }

    @Override
    public Optional<ModelLibrary> library() {
        return Optional.of(new OllamaLibrary(http));
    }

    @Override
    public List<String> obstacles() {
        try {
            version();
            return List.of();
        } catch (BackendException e) {
            return List.of(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public void close() {
        http.close();
        open.forEach(StreamedGeneration::close);
    }

    /// Posts a request that may load a model first.
    private JsonNode read(String path, ObjectNode request) {
        try {
            return Json.read(http.task(path, request));
        } catch (JacksonException e) {
            throw http.broken("its answer to " + path + " is not JSON: " + e.getOriginalMessage());
        }
    }

    private Generation stream(String path, ObjectNode request, Settings settings) {
        Deadline deadline = Deadline.of(settings);
        LineBody body = http.stream(path, request, deadline);
        StreamedGeneration generation =
                new StreamedGeneration(http, new JsonLines(http, body), settings, deadline, open::remove);
        open.add(generation);
        if (http.closed()) generation.close();
        return generation;
    }
}
