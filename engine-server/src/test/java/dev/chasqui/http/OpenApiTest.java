package dev.chasqui.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.BackendException.Kind;
import dev.chasqui.api.Chunk;
import dev.chasqui.api.ToolCall;
import dev.chasqui.http.ScriptedBackend.Script;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `docs/openapi.yaml` and the server say the same: the routes, the requests, and every reply.
class OpenApiTest extends ServerFixture {

    private static OpenApi document;
    private static TinyServer real;

    @BeforeAll
    static void startRealServer(@TempDir Path folder) throws Exception {
        document = new OpenApi();
        real = new TinyServer(folder, ServerSettings.DEFAULT);
    }

    @AfterAll
    static void stopRealServer() {
        real.close();
    }

    @Test
    void theJudgeSeesWhatIsNotDocumented() throws Exception {
        HttpResponse<String> models = get("/api/tags");

        assertThatThrownBy(() -> document.checkRequest("POST", "/api/generate", "{\"model\":7}"))
                .isInstanceOf(AssertionError.class);
        assertThatThrownBy(() -> document.checkReply("GET", "/api/ps", models)).isInstanceOf(AssertionError.class);
    }

    @Test
    void everyRouteIsInTheDocumentAndEveryDocumentedRouteIsServed() {
        Api api = new Api(backend, Runnable::run, Runnable::run);

        assertThat(api.all()).isEqualTo(document.paths());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET  | / | ''",
                "GET  | /health | ''",
                "GET  | /ready | ''",
                "GET  | /metrics | ''",
                "GET  | /api/version | ''",
                "GET  | /api/tags | ''",
                "POST | /api/show       | {'model':'tiny:1m'}",
                "POST | /api/show       | {'model':'tiny:1m','verbose':true}",
                "POST | /api/generate   | {'model':'tiny:1m','prompt':'Hi'}",
                "POST | /api/generate   | {'model':'tiny:1m','prompt':'Hi','stream':false,'logprobs':true,'top_logprobs':2}",
                "POST | /api/generate   | {'model':'tiny:1m','prompt':'Hi','raw':true,'options':{'num_predict':3}}",
                "POST | /api/generate   | {'model':'tiny:1m'}",
                "POST | /api/generate   | {'model':'tiny:1m','prompt':'Hi','deadline_ms':30000,'priority':9,'stream':false}",
                "POST | /api/chat       | {'model':'tiny:1m','messages':[{'role':'user','content':'Hi'}]}",
                "POST | /api/chat       | {'model':'tiny:1m','messages':[{'role':'user','content':'Hi'}],'stream':false}",
                "POST | /api/chat       | {'model':'tiny:1m','messages':[],'keep_alive':'10m'}",
                "POST | /api/embed      | {'model':'tiny:1m','input':['a','b'],'dimensions':8}",
                "POST | /api/embed      | {'model':'tiny:1m'}",
                "POST | /api/embeddings | {'model':'tiny:1m','prompt':'a'}",
                "POST | /api/embeddings | {'model':'tiny:1m'}",
                "POST | /api/tokenize   | {'model':'tiny:1m','content':'and the'}",
                "POST | /api/detokenize | {'model':'tiny:1m','tokens':[100,101]}",
                "GET  | /api/ps | ''",
                "POST | /api/create     | {'model':'made','from':'tiny:1m','system':'x','license':['a','b'],'stream':false}",
                "POST | /api/create     | {'model':'made','from':'tiny:1m','parameters':{'stop':['a']}}",
                "POST | /api/pull       | {'model':'smollm2:135m'}",
                "POST | /api/pull       | {'model':'http://registry.example/me/x','insecure':true}",
                "POST | /api/push       | {'model':'tiny:1m'}",
                "POST | /api/copy       | {'source':'tiny:1m','destination':'again'}",
                "DELETE | /api/delete   | {'model':'again'}",
                "POST | /api/generate   | {'model':'tiny:1m','keep_alive':0}"
            })
    void whatIsAskedAndAnsweredIsAsDocumented(String verb, String path, String json) throws Exception {
        String body = json.replace('\'', '"');
        if (!body.isEmpty()) document.checkRequest(verb, path, body);

        HttpResponse<String> reply = real.send(verb, path, BodyPublishers.ofString(body));

        assertThat(reply.statusCode()).as(reply.body()).isEqualTo(200);
        document.checkReply(verb, path, reply);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "POST   | /api/generate       | {'model':'nobody'}                                | 404",
                "POST   | /api/generate       | {'model':'tiny:1m','prompt':'x','options':{'num_ctx':'a'}} | 400",
                "POST   | /api/chat           | {}                                                | 400",
                "POST   | /api/embed          | {'model':'nobody'}                                | 404",
                "POST   | /api/embeddings     | {}                                                | 400",
                "POST   | /api/show           | {'model':'nobody'}                                | 404",
                "POST   | /api/tokenize       | x                                                 | 400",
                "POST   | /api/detokenize     | {'model':'tiny:1m','tokens':[320]}                | 400",
                "POST   | /api/create         | {'model':'x'}                                     | 400",
                "POST   | /api/create         | {'model':'x','from':'tiny:1m','quantize':'Q4_K_M'} | 400",
                "POST   | /api/pull           | {'model':'a b'}                                   | 400",
                "POST   | /api/pull           | {'model':'me/x','stream':false}                   | 500",
                "POST   | /api/push           | {}                                                | 400",
                "POST   | /api/push           | {'model':'me/x','stream':false}                   | 500",
                "POST   | /api/copy           | {'source':'nobody','destination':'x'}             | 404",
                "DELETE | /api/delete         | {'model':'nobody'}                                | 404",
                "POST   | /api/blobs/sha256:0 | x                                                 | 400",
                "HEAD   | /api/blobs/sha256:0 | ''                                                | 400"
            })
    void errorsAreAsDocumented(String verb, String path, String json, int status) throws Exception {
        HttpResponse<String> reply = real.send(verb, path, BodyPublishers.ofString(json.replace('\'', '"')));

        assertThat(reply.statusCode()).as(reply.body()).isEqualTo(status);
        document.checkReply(verb, path, reply);
    }

    @ParameterizedTest
    @CsvSource({"TOO_LATE", "OVERLOADED", "FAILED"})
    void failuresAreAsDocumented(Kind kind) throws Exception {
        backend.script = prompt -> Script.breakingOff(new BackendException(kind, "that went wrong"));
        String generate = "{\"model\":\"smollm2:135m\",\"prompt\":\"x\"}";
        String chat = "{\"model\":\"smollm2:135m\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}";

        document.checkReply("POST", "/api/generate", post("/api/generate", generate));
        document.checkReply("POST", "/api/chat", post("/api/chat", chat));
        backend.script =
                prompt -> Script.breakingOff(new BackendException(kind, "that went wrong"), Chunk.ofText("One "));
        document.checkReply("POST", "/api/generate", post("/api/generate", generate));
        document.checkReply("POST", "/api/chat", post("/api/chat", chat));
    }

    @Test
    void whatARealModelSeldomSaysIsAsDocumented() throws Exception {
        backend.obstacles = List.of("the queue is full");
        document.checkReply("GET", "/ready", get("/ready"));
        backend.script = prompt -> Script.of(
                new Chunk("", "Hm.", List.of(), List.of()),
                new Chunk("Hi", "", List.of(), List.of()),
                new Chunk("", "", List.of(new ToolCall("call_1", "f", "{\"a\":[]}")), List.of()));
        backend.end = ScriptedBackend::withLosses;
        String chat =
                "{\"model\":\"smollm2:135m\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"think\":\"high\","
                        + "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":{}}}]";

        document.checkRequest("POST", "/api/chat", chat + "}");
        document.checkReply("POST", "/api/chat", post("/api/chat", chat + "}"));
        document.checkReply("POST", "/api/chat", post("/api/chat", chat + ",\"stream\":false}"));
        document.checkReply("POST", "/api/show", post("/api/show", "{\"model\":\"smollm2:135m\"}"));
        document.checkReply("GET", "/api/tags", get("/api/tags"));
    }
}
