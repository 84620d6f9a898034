package dev.chasqui.ollama;

import static dev.chasqui.api.BackendException.Kind.CANCELLED;
import static dev.chasqui.api.BackendException.Kind.FAILED;
import static dev.chasqui.api.BackendException.Kind.INVALID;
import static dev.chasqui.api.BackendException.Kind.UNREACHABLE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.chasqui.api.Answer;
import dev.chasqui.api.BackendException;
import dev.chasqui.api.BackendException.Kind;
import dev.chasqui.api.ChatRequest;
import dev.chasqui.api.Choice;
import dev.chasqui.api.Choices;
import dev.chasqui.api.GenerateRequest;
import dev.chasqui.api.KeepAlive;
import dev.chasqui.api.Message;
import dev.chasqui.api.ModelDetails;
import dev.chasqui.api.Option;
import dev.chasqui.api.Options;
import dev.chasqui.api.Settings;
import dev.chasqui.api.Think;
import dev.chasqui.api.ToolCall;
import dev.chasqui.api.ToolChoice;
import dev.chasqui.api.Urgency;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

@Timeout(30)
class OllamaBackendTest {

    private static final String DONE = "{\"response\":\"\",\"done\":true,\"done_reason\":\"stop\"}";

    @Test
    void aPlainQuestionSendsNothingButItself() throws Exception {
        assertThat(sent(GenerateRequest.of("m", "Hi"))).isEqualTo(json("{'model':'m','prompt':'Hi','stream':true}"));
    }

    @Test
    void tokensAreAskedOfAServerThatKnowsThem() throws Exception {
        try (ScriptedServer server = ScriptedServer.whole(200, "{\"model\":\"m\",\"tokens\":[1,22,333]}");
                OllamaBackend backend = OllamaBackend.connect(server.uri())) {
            assertThat(backend.tokenize("m", "Hi", true, false)).containsExactly(1, 22, 333);
            assertThat(server.lastBody())
                    .isEqualTo(json("{'model':'m','content':'Hi','add_special':true,'parse_special':false}"));
        }
        try (ScriptedServer server = ScriptedServer.whole(200, "{\"model\":\"m\",\"content\":\"Hi\"}");
                OllamaBackend backend = OllamaBackend.connect(server.uri())) {
            assertThat(backend.detokenize("m", 1, 22)).isEqualTo("Hi");
            assertThat(server.lastBody()).isEqualTo(json("{'model':'m','tokens':[1,22]}"));
        }
    }

    @Test
    void aServerWithoutTokenRoutesIsNamed() throws Exception {
        try (ScriptedServer server = new ScriptedServer(call -> call.whole(404, "text/plain", "404 page not found"));
                OllamaBackend backend = OllamaBackend.connect(server.uri())) {
            assertThatThrownBy(() -> backend.tokenize("m", "Hi", true, false))
                    .hasMessageContainingAll("the server at", "404 page not found");
        }
    }

    @Test
    void everyFieldOfAQuestionIsSent() throws Exception {
        Settings settings = new Settings(
                Options.NONE
                        .with(Option.TEMPERATURE, 0.5)
                        .with(Option.NUM_CTX, 4096)
                        .with(Option.STOP, List.of("a", "b")),
                Optional.of("{\"type\":\"object\",\"b\":1.50}"),
                Optional.of(KeepAlive.of(Duration.ofMinutes(90))),
                Think.ON,
                false,
                false,
                Optional.of(3),
                Urgency.NONE
                        .withPriority(7)
                        .withDeadline(Duration.ofMillis(1500))
                        .superseding("AAPL"),
                List.of(),
                Settings.OnLength.CLOSE);
        GenerateRequest request = new GenerateRequest(
                "m",
                "p",
                Optional.of("after"),
                Optional.of("sys"),
                Optional.of("{{ .Prompt }}"),
                List.of(1, 2),
                false,
                List.of(new byte[] {1, 2, 3}),
                settings);

        assertThat(sent(request)).isEqualTo(json("""
                {'model':'m','prompt':'p','suffix':'after','system':'sys','template':'{{ .Prompt }}','context':[1,2],
                 'images':['AQID'],'stream':true,'options':{'num_ctx':4096,'stop':['a','b'],'temperature':0.5},
                 'format':{'type':'object','b':1.50},'keep_alive':'1h30m0s','think':true,'truncate':false,
                 'shift':false,'on_length':'close','priority':7,'deadline':1.5,'supersedes':'AAPL','logprobs':true,'top_logprobs':3}"""));
    }

    @Test
    void everyFieldOfAConversationIsSent() throws Exception {
        Message called = new Message(
                "assistant", "", "hm", List.of(), List.of(new ToolCall("call_1", "buy", "{\"n\":1}")), "", "");
        Message result = new Message("tool", "done", "", List.of(), List.of(), "buy", "call_1");
        Message seen = new Message("user", "look", "", List.of(new byte[] {1, 2, 3}), List.of(), "", "");
        ChatRequest request = ChatRequest.of("m", Message.system("s"), seen, called, result)
                .withTools("[{\"type\":\"function\"}]")
                .withSettings(Settings.DEFAULT.withFormat("\"json\"").withThink(Think.HIGH));

        assertThat(sent(request)).isEqualTo(json("""
                {'model':'m','messages':[{'role':'system','content':'s'},
                  {'role':'user','content':'look','images':['AQID']},
                  {'role':'assistant','content':'','thinking':'hm','tool_calls':[
                    {'id':'call_1','function':{'index':0,'name':'buy','arguments':{'n':1}}}]},
                  {'role':'tool','content':'done','tool_name':'buy','tool_call_id':'call_1'}],
                 'tools':[{'type':'function'}],'stream':true,'format':'json','think':'high'}"""));
    }

    @Test
    void aToolChoiceIsSentInOpenAisForms() throws Exception {
        ChatRequest request = ChatRequest.of("m", Message.user("x")).withTools("[]");

        assertThat(sent(request).has("tool_choice")).isFalse();
        assertThat(sent(request.withToolChoice(ToolChoice.NONE)).get("tool_choice"))
                .isEqualTo(json("'none'"));
        assertThat(sent(request.withToolChoice(ToolChoice.REQUIRED)).get("tool_choice"))
                .isEqualTo(json("'required'"));
        assertThat(sent(request.withToolChoice(ToolChoice.function("buy"))).get("tool_choice"))
                .isEqualTo(json("{'type':'function','function':{'name':'buy'}}"));
    }

    @Test
    void rawAndForEverHaveTheirOwnForms() throws Exception {
        JsonNode sent = sent(GenerateRequest.of("m", "p")
                .asRaw()
                .withSettings(Settings.DEFAULT.withKeepAlive(KeepAlive.FOREVER).withThink(Think.OFF)));

        assertThat(sent)
                .isEqualTo(json("{'model':'m','prompt':'p','raw':true,'stream':true,'keep_alive':-1,'think':false}"));
    }

    @Test
    void choicesAreAskedForWholeAndComeBackWithTheirProbabilities() throws Exception {
        String reply = "{'response':'SELL','done':true,'done_reason':'stop','choices_outside':0.25,'choices':["
                + "{'label':'BUY','probability':0.2,'logprob':-1.9},{'label':'SELL','probability':0.8,'logprob':-0.5}]}";
        try (ScriptedServer server = ScriptedServer.lines(reply.replace('\'', '"'));
                OllamaBackend backend = OllamaBackend.connect(server.uri())) {
            Answer answer = backend.generate(choosing()).answer();

            assertThat(answer.text()).isEqualTo("SELL");
            assertThat(answer.summary().choices())
                    .contains(new Choices(List.of(new Choice("BUY", 0.2, -1.9), new Choice("SELL", 0.8, -0.5)), 0.25));
            assertThat(server.lastBody())
                    .isEqualTo(
                            json("{'model':'m','prompt':'p','stream':false,'think':false,'choices':['BUY','SELL']}"));
        }
    }

    @Test
    void aServerThatDoesNotKnowChoicesGivesNoAnswerAtAll() throws Exception {
        try (ScriptedServer server =
                        ScriptedServer.lines("{\"response\":\"I would SELL\",\"done\":true,\"done_reason\":\"stop\"}");
                OllamaBackend backend = OllamaBackend.connect(server.uri())) {

            assertThat(failure(() -> backend.generate(choosing()).answer())).hasMessageContaining("has no choices");
        }
    }

    private static GenerateRequest choosing() {
        return GenerateRequest.of("m", "p").withSettings(Settings.DEFAULT.withChoices("BUY", "SELL"));
    }

    @Test
    void aFormatThatIsNotJsonIsRefusedBeforeItIsSent() throws Exception {
        try (ScriptedServer server = ScriptedServer.lines(DONE);
                OllamaBackend backend = OllamaBackend.connect(server.uri())) {
            GenerateRequest request = GenerateRequest.of("m", "p").withSettings(Settings.DEFAULT.withFormat("json"));

            BackendException refusal = failure(() -> backend.generate(request));

            assertThat(refusal.kind()).isEqualTo(INVALID);
            assertThat(refusal).hasMessageStartingWith("format is not JSON");
            assertThat(server.connections).hasValue(0);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "400,INVALID",
        "404,NOT_FOUND",
        "499,CANCELLED",
        "413,INVALID",
        "415,INVALID",
        "429,OVERLOADED",
        "503,OVERLOADED",
        "500,FAILED",
        "401,FAILED",
        "204,FAILED"
    })
    void aStatusBecomesAKindAndTheServersWordsAreKept(int status, Kind kind) throws Exception {
        String words = "model 'm' not found";
        String body = status == 204 ? "" : "{\"error\":\"" + words + "\"}";
        try (ScriptedServer server = ScriptedServer.whole(status, body);
                OllamaBackend backend = OllamaBackend.connect(server.uri())) {

            BackendException fromStream = failure(() -> backend.generate(GenerateRequest.of("m", "p")));
            BackendException fromQuestion = failure(() -> backend.show("m"));

            assertThat(fromStream.kind()).isEqualTo(kind);
            assertThat(fromQuestion.kind()).isEqualTo(kind);
            if (status != 204) assertThat(fromStream).hasMessage(words);
            if (status != 204) assertThat(fromQuestion).hasMessage(words);
        }
    }

    @Test
    void aProxysPageIsQuotedWithItsStatus() throws Exception {
        try (ScriptedServer server = ScriptedServer.whole(502, "<h1>Bad Gateway</h1>");
                OllamaBackend backend = OllamaBackend.connect(server.uri())) {

            assertThat(failure(() -> backend.generate(GenerateRequest.of("m", "p"))))
                    .hasMessageContaining("502")
                    .hasMessageContaining("<h1>Bad Gateway</h1>")
                    .hasMessageContaining(server.uri().toString());
        }
    }

    @Test
    void aRedirectSaysWhereTo() throws Exception {
        try (ScriptedServer server =
                        new ScriptedServer(call -> call.whole(307, Map.of("Location", "https://elsewhere/"), ""));
                OllamaBackend backend = OllamaBackend.connect(server.uri())) {

            assertThat(failure(backend::version))
                    .hasMessageContaining("307")
                    .hasMessageContaining("https://elsewhere/");
        }
    }

    @Test
    void noServerIsUnreachableWithItsAddressAndTheRemedy() throws Exception {
        URI nobody = URI.create("http://127.0.0.1:" + freePort());
        try (OllamaBackend backend = OllamaBackend.connect(nobody)) {

            BackendException refusal = failure(() -> backend.generate(GenerateRequest.of("m", "p")));

            assertThat(refusal.kind()).isEqualTo(UNREACHABLE);
            assertThat(refusal)
                    .hasMessageContaining(nobody.toString())
                    .hasMessageContaining("connection refused")
                    .hasMessageContaining("OLLAMA_HOST");
        }
    }

    @Test
    void aServerThatHangsUpBeforeItsStatusIsAFailure() throws Exception {
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.Call::breakConnection);
                OllamaBackend backend = OllamaBackend.connect(server.uri())) {

            BackendException failure = failure(() -> backend.generate(GenerateRequest.of("m", "p")));

            assertThat(failure.kind()).isEqualTo(FAILED);
            assertThat(failure).hasMessageContaining(server.uri().toString()).hasMessageContaining("api/generate");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    void localhostMeansBothAddressFamilies(String address) throws Exception {
        assumeTrue(canListen(address), address + " is not there");
        try (ScriptedServer server = new ScriptedServer(
                        InetAddress.getByName(address),
                        call -> call.whole(200, "application/json", "{\"version\":\"7\"}"));
                OllamaBackend backend = OllamaBackend.connect(URI.create("http://localhost:" + server.port()))) {

            assertThat(backend.version()).isEqualTo("7");
        }
    }

    @Test
    void aServerMayLiveBehindAPrefix() throws Exception {
        try (ScriptedServer server = ScriptedServer.whole(200, "{\"version\":\"7\"}");
                OllamaBackend backend = OllamaBackend.connect(URI.create(server.uri() + "/ollama"))) {
            backend.version();

            assertThat(server.calls.take().path).isEqualTo("/ollama/api/version");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost:11434", "ftp://localhost", "http:/nohost", "11434"})
    void whatIsNoServersAddressIsRefused(String text) {
        assertThatThrownBy(() -> OllamaBackend.connect(URI.create(text)))
                .isInstanceOf(BackendException.class)
                .hasMessageContaining(text)
                .hasMessageContaining("http://host:port");
    }

    @Test
    void theModelsAreListed() throws Exception {
        try (ScriptedServer server = ScriptedServer.whole(200, """
                        {"models":[{"name":"a:latest","model":"a:latest","modified_at":"2026-11-01T10:00:00.5+02:00",
                          "size":98000000,"digest":"ab","details":{"parent_model":"","format":"gguf","family":"llama",
                          "families":null,"parameter_size":"134.52M","quantization_level":"Q4_1"},
                          "capabilities":["completion","tools"]}]}""");
                OllamaBackend backend = OllamaBackend.connect(server.uri())) {

            assertThat(backend.models()).singleElement().satisfies(model -> {
                assertThat(model.name()).isEqualTo("a:latest");
                assertThat(model.digest()).isEqualTo("ab");
                assertThat(model.sizeBytes()).isEqualTo(98_000_000);
                assertThat(model.modifiedAt()).isEqualTo(Instant.parse("2026-11-01T08:00:00.5Z"));
                assertThat(model.traits().family()).isEqualTo("llama");
                assertThat(model.traits().families()).isEmpty();
                assertThat(model.capabilities()).containsExactly("completion", "tools");
            });
        }
    }

    @Test
    void theRunningModelsAreListed() throws Exception {
        try (ScriptedServer server = ScriptedServer.whole(200, """
                        {"models":[{"name":"a:latest","size":5,"size_vram":2,"digest":"ab","details":{},
                          "expires_at":"2318-01-01T00:00:00Z","context_length":4096},
                          {"name":"b:latest","expires_at":"2026-11-01T10:00:00Z"}]}""");
                OllamaBackend backend = OllamaBackend.connect(server.uri())) {

            assertThat(backend.running())
                    .satisfiesExactly(
                            forever -> {
                                assertThat(forever.expiresAt()).isEmpty();
                                assertThat(forever.sizeBytes()).isEqualTo(5);
                                assertThat(forever.vramBytes()).isEqualTo(2);
                                assertThat(forever.contextLength()).isEqualTo(4096);
                            },
                            timed -> assertThat(timed.expiresAt()).contains(Instant.parse("2026-11-01T10:00:00Z")));
        }
    }

    @Test
    void allThereIsToSayAboutAModelIsRead() throws Exception {
        try (ScriptedServer server = ScriptedServer.whole(200, """
                        {"license":"MIT","modelfile":"FROM x","parameters":"stop \\"a\\"","template":"{{ .Prompt }}",
                         "system":"Be brief.","details":{"format":"gguf"},"messages":[{"role":"user","content":"Hi"}],
                         "model_info":{"general.architecture":"llama","llama.block_count":30,"x.eps":0.5,"x.ok":true,
                          "x.list":[1,2],"x.null":null},
                         "tensors":[{"name":"t","type":"Q4_1","shape":[576,49152]}],"capabilities":["completion"],
                         "modified_at":"2026-11-01T10:00:00Z"}""");
                OllamaBackend backend = OllamaBackend.connect(server.uri())) {

            ModelDetails details = backend.show("a");

            assertThat(server.lastBody()).isEqualTo(json("{'model':'a','verbose':true}"));
            assertThat(details.licenses()).containsExactly("MIT");
            assertThat(details.system()).contains("Be brief.");
            assertThat(details.messages())
                    .singleElement()
                    .extracting(Message::content)
                    .isEqualTo("Hi");
            assertThat(details.modelInfo())
                    .containsEntry("general.architecture", "llama")
                    .containsEntry("llama.block_count", 30L)
                    .containsEntry("x.eps", 0.5)
                    .containsEntry("x.ok", true)
                    .containsEntry("x.list", List.of(1L, 2L))
                    .doesNotContainKey("x.null");
            assertThat(details.tensors()).containsExactly(new ModelDetails.Tensor("t", "Q4_1", List.of(576L, 49152L)));
            assertThat(details.modifiedAt()).isEqualTo(Instant.parse("2026-11-01T10:00:00Z"));
        }
    }

    @Test
    void anAnswerThatIsNotJsonIsAFailure() throws Exception {
        try (ScriptedServer server = ScriptedServer.whole(200, "Ollama is running");
                OllamaBackend backend = OllamaBackend.connect(server.uri())) {

            assertThat(failure(backend::models).kind()).isEqualTo(FAILED);
            assertThat(failure(backend::version))
                    .hasMessageContaining("api/version")
                    .hasMessageContaining("not JSON");
        }
    }

    @Test
    void aClosedBackendAsksNobody() throws Exception {
        try (ScriptedServer server = ScriptedServer.whole(200, "{\"version\":\"7\"}")) {
            OllamaBackend backend = OllamaBackend.connect(server.uri());

            backend.close();
            backend.close();

            assertThat(failure(backend::version).kind()).isEqualTo(CANCELLED);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"LOW", "MEDIUM", "HIGH", "MAX"})
    void aLevelOfThoughtIsSentByItsWord(Think level) throws Exception {
        JsonNode sent = sent(GenerateRequest.of("m", "p").withSettings(Settings.DEFAULT.withThink(level)));

        assertThat(sent.path("think").asString()).isEqualTo(level.wire());
    }

    private static JsonNode sent(GenerateRequest request) throws Exception {
        try (ScriptedServer server = ScriptedServer.lines(DONE);
                OllamaBackend backend = OllamaBackend.connect(server.uri())) {
            backend.generate(request).answer();
            return server.lastBody();
        }
    }

    private static JsonNode sent(ChatRequest request) throws Exception {
        try (ScriptedServer server = ScriptedServer.lines(DONE);
                OllamaBackend backend = OllamaBackend.connect(server.uri())) {
            backend.chat(request).answer();
            return server.lastBody();
        }
    }

    private static JsonNode json(String singleQuoted) {
        return Json.MAPPER.readTree(singleQuoted.replace('\'', '"'));
    }

    private static BackendException failure(Runnable call) {
        return catchThrowableOfType(BackendException.class, call::run);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static boolean canListen(String address) {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(address))) {
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
