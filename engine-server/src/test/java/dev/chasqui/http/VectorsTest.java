package dev.chasqui.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.BackendException.Kind;
import dev.chasqui.api.EmbedRequest;
import dev.chasqui.api.KeepAlive;
import dev.chasqui.api.Option;
import dev.chasqui.api.Urgency;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// `/api/embed` and `/api/embeddings`: what is read, what comes back, and what goes wrong.
class VectorsTest extends ServerFixture {

    @Test
    void severalTextsGetAVectorEachInOneObject() throws Exception {
        HttpResponse<String> reply = embed("{'model':'SmolLM2:135M','input':['why','no']}");

        assertThat(reply.statusCode()).isEqualTo(200);
        assertThat(reply.headers().firstValue("Content-Type")).hasValue("application/json; charset=utf-8");
        assertThat(reply.body())
                .isEqualTo("{\"model\":\"SmolLM2:135M\",\"embeddings\":[[0.03,-0.0017594865,1.19E-5],"
                        + "[0.02,-0.0017594865,1.1E-5]],\"total_duration\":5000000,\"load_duration\":3000,"
                        + "\"prompt_eval_count\":8}");
    }

    @Test
    void textsThatWereCutAreCounted() throws Exception {
        backend.truncated = 1;

        assertThat(embed("{'model':'smollm2:135m','input':'why'}").body()).endsWith(",\"truncated_count\":1}");
    }

    @Test
    void everyFieldOfARequestIsRead() throws Exception {
        embed(
                "{'NAME':'smollm2:135m','Input':['a \\ud800 b',''],'truncate':false,'dimensions':64,'keep_alive':'1h',"
                        + "'options':{'num_ctx':512,'unknown':1},'priority':7,'deadline':1.5,'supersedes':'AAPL','x':1} trailing");

        EmbedRequest request = backend.embedRequests.take();
        assertThat(request.inputs()).containsExactly("a \ufffd b", "");
        assertThat(request.truncate()).isFalse();
        assertThat(request.dimensions()).hasValue(64);
        assertThat(request.keepAlive()).contains(KeepAlive.of(Duration.ofHours(1)));
        assertThat(request.options().count(Option.NUM_CTX)).hasValue(512);
        assertThat(request.urgency())
                .isEqualTo(new Urgency(7, Optional.of(Duration.ofMillis(1500)), Optional.of("AAPL")));
    }

    @Test
    void whatIsLeftOutHasOllamasDefaults() throws Exception {
        embed("{'model':'smollm2:135m','input':'why','truncate':null,'dimensions':-3}");

        assertThat(backend.embedRequests.take()).isEqualTo(EmbedRequest.of("smollm2:135m", "why"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ",'input':null", ",'input':''", ",'input':[]"})
    void noInputLoadsTheModelAndGivesNoVectors(String input) throws Exception {
        HttpResponse<String> reply = embed("{'model':'smollm2:135m'" + input + "}");

        assertThat(reply.statusCode()).isEqualTo(200);
        assertThat(reply.body()).isEqualTo("{\"model\":\"smollm2:135m\",\"embeddings\":[]}");
        assertThat(backend.embedRequests.take().inputs()).isEmpty();
    }

    @Test
    void theOlderRouteGivesOneVectorOfDoubles() throws Exception {
        HttpResponse<String> reply = embeddings("{'model':'smollm2:135m','prompt':'why','keep_alive':0}");

        assertThat(reply.statusCode()).isEqualTo(200);
        assertThat(reply.body())
                .isEqualTo("{\"embedding\":[0.029999999329447746,-0.0017594865057617426,1.1899999663000926E-5]}");
        EmbedRequest request = backend.embedRequests.take();
        assertThat(request.truncate()).isFalse();
        assertThat(request.keepAlive()).contains(KeepAlive.UNLOAD);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ",'prompt':null", ",'prompt':''"})
    void noPromptLoadsTheModelAndGivesNoVector(String prompt) throws Exception {
        HttpResponse<String> reply = embeddings("{'model':'smollm2:135m'" + prompt + "}");

        assertThat(reply.statusCode()).isEqualTo(200);
        assertThat(reply.body()).isEqualTo("{\"embedding\":[]}");
    }

    static Stream<Arguments> badRequests() {
        String known = "{'model':'smollm2:135m','input':'x'";
        String nobody = "{'model':'nobody','input':'x'";
        return Stream.of(
                bad("embed", "", 400, "missing request body"),
                bad("embeddings", "", 400, "missing request body"),
                bad("embed", "{}", 404, "model '' not found"),
                bad("embed", "null", 404, "model '' not found"),
                bad("embeddings", "{}", 400, "model is required"),
                bad("embed", "{'model':'a b'}", 400, "invalid model name"),
                bad("embeddings", "{'model':'../../etc'}", 400, "invalid model name"),
                bad("embed", nobody + "}", 404, "model \"nobody\" not found, try pulling it first"),
                bad("embeddings", nobody + ",'prompt':'x'}", 404, "model \"nobody\" not found, try pulling it first"),
                bad("embed", nobody + ",'options':{'num_ctx':'x'}}", 404, "model \"nobody\" not found, try pulling"),
                bad("embed", "{'model':'smollm2:135m','input':7}", 400, "invalid input type"),
                bad("embed", "{'model':'nobody','input':{}}", 400, "invalid input type"),
                bad("embed", "{'model':'smollm2:135m','input':['a',7]}", 400, "invalid input type"),
                bad("embed", "{'model':'smollm2:135m','input':['a',null]}", 400, "invalid input type"),
                bad("embed", "{'model':'smollm2:135m','input':[['a']]}", 400, "invalid input type"),
                bad("embed", "[1]", 400, "json: cannot unmarshal array into Go value of type api.EmbedRequest"),
                bad("embeddings", "7", 400, "json: cannot unmarshal number into Go value of type api.EmbeddingRequest"),
                bad("embed", "{'model':7}", 400, goType("number", "EmbedRequest.model", "string")),
                bad("embeddings", "{'prompt':7}", 400, goType("number", "EmbeddingRequest.prompt", "string")),
                bad("embed", known + ",'truncate':'no'}", 400, goType("string", "EmbedRequest.truncate", "bool")),
                bad("embed", known + ",'dimensions':1.5}", 400, goType("number 1.5", "EmbedRequest.dimensions", "int")),
                bad("embed", known + ",'keep_alive':'10'}", 400, "time: missing unit in duration \"10\""),
                bad("embeddings", known + ",'keep_alive':true}", 400, "Unsupported type: 'bool'"),
                bad("embed", known + ",'options':{'num_ctx':'x'}}", 400, "option \"num_ctx\" must be of type integer"),
                bad("embed", known + ",'deadline':0}", 400, "deadline is 0 ms; expected more than 0"),
                bad("embed", known + ",'priority':10}", 400, "priority is 10; expected 0 to 9"));
    }

    @ParameterizedTest
    @MethodSource("badRequests")
    void aBadRequestGetsItsStatusAndOllamasWords(String route, String json, int status, String error) throws Exception {
        HttpResponse<String> reply = post("/api/" + route, json);

        assertThat(reply.statusCode()).as(reply.body()).isEqualTo(status);
        assertThat(JsonText.MAPPER.readTree(reply.body()).get("error").stringValue())
                .startsWith(error);
    }

    @ParameterizedTest
    @CsvSource({"INVALID,400,500", "TOO_LATE,504,504", "NOT_FOUND,404,404", "OVERLOADED,503,503", "FAILED,500,500"})
    void whatIsWrongWithATextIsA400AndA500OnTheOlderRoute(Kind kind, int status, int older) throws Exception {
        backend.embeddingFails = Optional.of(new BackendException(kind, "the input length exceeds the context length"));

        HttpResponse<String> reply = embed("{'model':'smollm2:135m','input':'why'}");
        HttpResponse<String> olderReply = embeddings("{'model':'smollm2:135m','prompt':'why'}");

        assertThat(reply.statusCode()).isEqualTo(status);
        assertThat(olderReply.statusCode()).isEqualTo(older);
        assertThat(reply.body())
                .isEqualTo(olderReply.body())
                .isEqualTo("{\"error\":\"the input length exceeds the context length\"}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/embed", "/api/embeddings"})
    void aClientThatLeavesGivesItsVectorsUpAtOnce(String path) throws Exception {
        backend.embedding = new CountDownLatch(1);
        RawClient client = new RawClient(server.port());
        client.post(path, "{\"model\":\"smollm2:135m\",\"input\":\"x\",\"prompt\":\"x\"}");
        assertThat(backend.embedRequests.poll(10, TimeUnit.SECONDS)).isNotNull();

        client.close();

        assertThat(backend.interrupted.await(5, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void theRoutesTakePostOnly() throws Exception {
        HttpResponse<String> reply = get("/api/embed");

        assertThat(reply.statusCode()).isEqualTo(405);
        assertThat(reply.headers().firstValue("Allow")).hasValue("POST");
    }

    private HttpResponse<String> embed(String json) throws Exception {
        return post("/api/embed", json.replace('\'', '"'));
    }

    private HttpResponse<String> embeddings(String json) throws Exception {
        return post("/api/embeddings", json.replace('\'', '"'));
    }

    private static Arguments bad(String route, String json, int status, String error) {
        return Arguments.of(route, json.replace('\'', '"'), status, error);
    }

    private static String goType(String kind, String field, String type) {
        return "json: cannot unmarshal " + kind + " into Go struct field " + field + " of type " + type;
    }
}
