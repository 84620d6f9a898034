package dev.chasqui.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.BackendException.Kind;
import dev.chasqui.api.Chunk;
import dev.chasqui.http.ScriptedBackend.Script;
import java.net.http.HttpResponse;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Every error of these routes: status and words.
class ErrorsTest extends ServerFixture {

    static Stream<Arguments> badRequests() {
        String nobody = "{'model':'nobody'";
        String known = "{'model':'smollm2:135m','prompt':'Hi'";
        String talk = "{'model':'smollm2:135m','messages':[{'role':'user','content':'Hi'}]";
        return Stream.of(
                bad("generate", "", 400, "missing request body"),
                bad("generate", "  ", 400, "missing request body"),
                bad("generate", "{}", 404, "model '' not found"),
                bad("generate", "null", 404, "model '' not found"),
                bad("generate", "{'model':null}", 404, "model '' not found"),
                bad("chat", "{}", 400, "model is required"),
                bad("show", "{}", 400, "model is required"),
                bad("generate", "{'model':'a/b/c/d/e'}", 400, "invalid model name"),
                bad("generate", "{'model':'x:cloud:local'}", 400, "invalid model name"),
                bad("chat", "{'model':'a b'}", 400, "invalid model name"),
                bad("show", "{'model':'../../etc'}", 400, "invalid model name"),
                bad("generate", "{'model':'" + "m".repeat(81) + "'}", 400, "invalid model name"),
                bad("generate", nobody + "}", 404, "model 'nobody' not found"),
                bad("chat", nobody + "}", 404, "model 'nobody' not found"),
                bad("show", nobody + "}", 404, "model 'nobody:latest' not found"),
                bad("chat", "{'model':'no-such-model:9b'}", 404, "model 'no-such-model:9b' not found"),
                bad("generate", "x", 400, "invalid character 'x' looking for beginning of value"),
                bad("generate", "{x", 400, "invalid character 'x' looking for beginning of object key string"),
                bad("generate", "{'a' 1}", 400, "invalid character '1' after object key"),
                bad("generate", "{'a':1 'b':2}", 400, "invalid character '\"' after object key:value pair"),
                bad("generate", "{'a':[1 2]}", 400, "invalid character '2' after array element"),
                bad("generate", "{'model':'x'", 400, "unexpected EOF"),
                bad("generate", "{'model':'x", 400, "unexpected EOF"),
                bad("generate", "[1]", 400, "json: cannot unmarshal array into Go value of type api.GenerateRequest"),
                bad("chat", "'x'", 400, "json: cannot unmarshal string into Go value of type api.ChatRequest"),
                bad("chat", "{'messages':'x'}", 400, goType("string", "ChatRequest.messages", "[]api.Message")),
                bad("chat", "{'messages':['x']}", 400, goType("string", "ChatRequest.messages", "api.Message")),
                bad(
                        "chat",
                        "{'messages':[{'content':['x']}]}",
                        400,
                        goType("array", "ChatRequest.messages.content", "string")),
                bad("chat", "{'tools':{}}", 400, goType("object", "ChatRequest.tools", "api.Tools")),
                bad("generate", "{'model':7}", 400, goType("number", "GenerateRequest.model", "string")),
                bad("generate", "{'stream':'yes'}", 400, goType("string", "GenerateRequest.stream", "bool")),
                bad("generate", "{'context':[1.5]}", 400, goType("number 1.5", "GenerateRequest.context", "int")),
                bad("generate", known + ",'options':3}", 400, "Go struct field GenerateRequest.options"),
                bad("generate", "{'images':['a$==']}", 400, "illegal base64 data at input byte 1"),
                bad("generate", "{'images':['abc']}", 400, "illegal base64 data at input byte 0"),
                bad("generate", known + ",'top_logprobs':21}", 400, "top_logprobs must be between 0 and 20"),
                bad("chat", nobody + ",'top_logprobs':-1}", 400, "top_logprobs must be between 0 and 20"),
                bad("generate", known + ",'priority':10}", 400, "priority is 10; expected 0 to 9"),
                bad("generate", known + ",'deadline':-1}", 400, "deadline is -1000 ms; expected more than 0"),
                bad("chat", talk + ",'deadline':true}", 400, "deadline is true; expected seconds"),
                bad("generate", known + ",'deadline':1e400}", 400, "deadline is 1E+400; expected seconds"),
                bad("chat", talk + ",'deadline':'soon'}", 400, "deadline is \"soon\"; expected seconds"),
                bad("generate", known + ",'deadline_ms':0}", 400, "deadline is 0 ms; expected more than 0"),
                bad("generate", known + ",'deadline_ms':1.5}", 400, "deadline_ms is 1.5; expected a whole number"),
                bad("chat", talk + ",'deadline_ms':'5'}", 400, "deadline_ms is \"5\"; expected a whole number"),
                bad("chat", talk + ",'deadline_ms':9223372036854775807}", 400, "deadline_ms is 9223372036854775807;"),
                bad(
                        "generate",
                        known + ",'deadline':1,'deadline_ms':1000}",
                        400,
                        "deadline and deadline_ms are both given; leave one of them out"),
                bad("copy", "{}", 400, "source \"\" is invalid"),
                bad("copy", "{'source':'../x','destination':'y'}", 400, "source \"../x\" is invalid"),
                bad("copy", "{'source':'x','destination':'a b'}", 400, "destination \"a b\" is invalid"),
                bad("copy", "{'source':'x','destination':'y'}", 400, "this server does not keep its models itself"),
                bad("tokenize", "{'content':'Hi'}", 400, "model is required"),
                bad("tokenize", "{'model':'a b'}", 400, "invalid model name"),
                bad("tokenize", nobody + "}", 404, "model 'nobody' not found"),
                bad(
                        "tokenize",
                        known + ",'add_special':1}",
                        400,
                        goType("number", "TokenizeRequest.add_special", "bool")),
                bad("detokenize", "{}", 400, "model is required"),
                bad("detokenize", nobody + ",'tokens':[]}", 404, "model 'nobody' not found"),
                bad("detokenize", known + ",'tokens':['a']}", 400, goType("string", "DetokenizeRequest.tokens", "int")),
                bad(
                        "detokenize",
                        known + ",'tokens':[2147483648]}",
                        400,
                        goType("number 2147483648", "DetokenizeRequest.tokens", "int")),
                bad("generate", known + ",'keep_alive':'10'}", 400, "time: missing unit in duration \"10\""),
                bad("generate", known + ",'keep_alive':'x'}", 400, "time: invalid duration \"x\""),
                bad("generate", known + ",'keep_alive':true}", 400, "Unsupported type: 'bool'"),
                bad("chat", talk + ",'keep_alive':'9223372036854775807s'}", 400, "time: invalid duration"),
                bad(
                        "generate",
                        known + ",'think':'hard'}",
                        400,
                        "invalid think value: \"hard\" (must be \"high\", \"medium\", \"low\", \"max\", true, or false)"),
                bad("chat", talk + ",'think':1}", 400, "think must be a boolean or string (\"high\", \"medium\","),
                bad(
                        "chat",
                        talk + ",'format':'xml'}",
                        400,
                        "invalid format: \"xml\"; expected \"json\" or a valid JSON"),
                bad("chat", talk + ",'format':7}", 400, "invalid format: 7; expected"),
                bad(
                        "chat",
                        talk + ",'options':{'temperature':'hot'}}",
                        400,
                        "option \"temperature\" must be of type float32"),
                bad("chat", talk + ",'options':{'num_ctx':2147483648}}", 400, "option \"num_ctx\" is 2147483648"),
                bad("chat", nobody + ",'options':{'temperature':'hot'}}", 404, "model 'nobody' not found"),
                bad(
                        "generate",
                        known + ",'raw':true,'system':'Be short'}",
                        400,
                        "raw mode does not support template, system, or context"),
                bad("generate", "[".repeat(100_000), 400, "nesting depth"),
                bad("generate", "{'x':" + "[".repeat(100_000), 400, "nesting depth"));
    }

    @ParameterizedTest
    @MethodSource("badRequests")
    void aBadRequestGetsItsStatusAndOllamasWords(String route, String json, int status, String error) throws Exception {
        HttpResponse<String> reply = post("/api/" + route, json);

        assertThat(reply.statusCode()).as(reply.body()).isEqualTo(status);
        assertThat(reply.headers().firstValue("Content-Type")).hasValue("application/json; charset=utf-8");
        assertThat(JsonText.MAPPER.readTree(reply.body()).get("error").stringValue())
                .contains(error);
    }

    @ParameterizedTest
    @CsvSource({
        "INVALID,400",
        "INCOMPLETE,422",
        "TOO_LATE,504",
        "NOT_FOUND,404",
        "OVERLOADED,503",
        "FAILED,500",
        "UNREACHABLE,500"
    })
    void aFailureBeforeTheFirstByteHasAStatusOfItsOwnEvenWhenStreaming(Kind kind, int status) throws Exception {
        backend.script = prompt -> Script.breakingOff(new BackendException(kind, "that went wrong"));

        HttpResponse<String> streamed = post("/api/generate", "{\"model\":\"smollm2:135m\",\"prompt\":\"x\"}");
        HttpResponse<String> whole =
                post("/api/generate", "{\"model\":\"smollm2:135m\",\"prompt\":\"x\",\"stream\":false}");

        assertThat(streamed.statusCode()).isEqualTo(whole.statusCode()).isEqualTo(status);
        assertThat(streamed.body()).isEqualTo(whole.body()).isEqualTo("{\"error\":\"that went wrong\"}");
        assertThat(streamed.headers().firstValue("Retry-After").isPresent()).isEqualTo(kind == Kind.OVERLOADED);
    }

    @Test
    void aFailureAmidAStreamIsItsLastLineAndThereIsNoDoneLine() throws Exception {
        backend.script = prompt ->
                Script.breakingOff(new BackendException(Kind.FAILED, "out of <memory>"), Chunk.ofText("One "));

        HttpResponse<String> reply = post("/api/generate", "{\"model\":\"smollm2:135m\",\"prompt\":\"x\"}");

        assertThat(reply.statusCode()).isEqualTo(200);
        assertThat(reply.body().lines()).hasSize(2);
        assertThat(reply.body()).endsWith("\n{\"error\":\"out of <memory>\"}\n").doesNotContain("\"done\":true");
    }

    @Test
    void aBugBecomesAn500AndTheServerLives() throws Exception {
        backend.script = prompt -> {
            throw new IllegalStateException("secret detail");
        };

        HttpResponse<String> reply = post("/api/generate", "{\"model\":\"smollm2:135m\",\"prompt\":\"x\"}");

        assertThat(reply.statusCode()).isEqualTo(500);
        assertThat(reply.body()).contains("IllegalStateException").doesNotContain("secret");
        assertThat(get("/api/version").statusCode()).isEqualTo(200);
    }

    private static Arguments bad(String route, String json, int status, String error) {
        return Arguments.of(route, json.replace('\'', '"'), status, error);
    }

    private static String goType(String kind, String field, String type) {
        return "json: cannot unmarshal " + kind + " into Go struct field " + field + " of type " + type;
    }
}
