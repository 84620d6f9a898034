package dev.chasqui.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chasqui.api.Chunk;
import dev.chasqui.api.ModelName;
import dev.chasqui.api.OllamaHost;
import dev.chasqui.api.Progress;
import dev.chasqui.api.ToolCall;
import dev.chasqui.api.ToolChoice;
import dev.chasqui.engine.Engine;
import dev.chasqui.engine.EngineConfig;
import dev.chasqui.http.ScriptedBackend.Script;
import dev.chasqui.llama.TinyModel;
import dev.chasqui.ollama.OllamaBackend;
import dev.chasqui.store.ModelStore;
import dev.chasqui.store.Modelfile;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/// Templates, suffixes, tool choices and tool calls over HTTP.
class TemplatesTest extends ServerFixture {

    private static final String TOOLS =
            "[{'type':'function','function':{'name':'buy','parameters':{'type':'object','properties':{}}}}]";

    @ParameterizedTest
    @MethodSource("choices")
    void aToolChoiceReachesTheBackend(String json, ToolChoice expected) throws Exception {
        String field = json.isEmpty() ? "" : ",'tool_choice':" + json;

        HttpResponse<String> reply = post(
                "/api/chat",
                quoted("{'model':'smollm2:135m','messages':[{'role':'user'," + "'content':'x'}],'tools':" + TOOLS
                        + field + "}"));

        assertThat(reply.statusCode()).as(reply.body()).isEqualTo(200);
        assertThat(backend.chatRequests.take().toolChoice()).isEqualTo(expected);
    }

    static Stream<Object[]> choices() {
        return Stream.of(
                new Object[] {"", ToolChoice.AUTO},
                new Object[] {"null", ToolChoice.AUTO},
                new Object[] {"'auto'", ToolChoice.AUTO},
                new Object[] {"'none'", ToolChoice.NONE},
                new Object[] {"'required'", ToolChoice.REQUIRED},
                new Object[] {"{'type':'function','function':{'name':'buy'}}", ToolChoice.function("buy")});
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '~',
            value = {"'sometimes'", "1", "true", "[]", "{'type':'function'}", "{'function':{'name':'buy'}}"})
    void anyOtherToolChoiceIsRefused(String json) throws Exception {
        HttpResponse<String> reply = post(
                "/api/chat",
                quoted("{'model':'smollm2:135m','messages':[{'role':'user'," + "'content':'x'}],'tool_choice':" + json
                        + "}"));

        assertThat(reply.statusCode()).isEqualTo(400);
        assertThat(error(reply)).startsWith("tool_choice is " + quoted(json) + "; expected \"auto\", \"none\"");
    }

    @Test
    void toolCallsAreNumberedAcrossTheWholeReply() throws Exception {
        backend.script = prompt -> Script.of(
                new Chunk(
                        "",
                        "",
                        List.of(new ToolCall("a", "buy", "{}"), new ToolCall("b", "buy", "{\"n\":1}")),
                        List.of()),
                new Chunk("", "", List.of(new ToolCall("c", "sell", "{}")), List.of()));

        String body = post("/api/chat", quoted("{'model':'smollm2:135m','messages':[{'role':'user','content':'x'}]}"))
                .body();

        assertThat(body.lines().toList().getFirst())
                .contains(quoted("'tool_calls':[{'id':'a','function':{'index':0,'name':'buy','arguments':{}}},"
                        + "{'id':'b','function':{'index':1,'name':'buy','arguments':{'n':1}}}]"));
        assertThat(body).contains(quoted("'function':{'index':2,'name':'sell'"));
    }

    /// Over the engine, with a model of random weights.
    @Nested
    class OverTheEngine {

        @TempDir
        private Path folder;

        private Engine engine;
        private OllamaServer real;

        @BeforeEach
        void startEngine() throws IOException {
            ModelStore store = ModelStore.at(folder.resolve("store"));
            TinyModel.seeded(1).withTemplate("").write(folder.resolve("tiny.gguf"));
            String template =
                    "{{ if .Suffix }}<P>{{ .Prompt }}<S>{{ .Suffix }}<M>{{ else }}Q:{{ .Prompt }} A:{{ end }}";
            store.create(
                    ModelName.parse("tiny"),
                    Modelfile.parse("FROM tiny.gguf\nTEMPLATE \"\"\"" + template + "\"\"\""),
                    folder,
                    Progress.NONE);
            engine = Engine.open(EngineConfig.fromEnvironment(Map.of()).withStore(folder.resolve("store")));
            real = OllamaServer.start(engine, ServerSettings.DEFAULT.withListen(OllamaHost.local(0)));
        }

        @AfterEach
        void stopEngine() {
            real.close();
            engine.close();
        }

        @Test
        void renderingAloneShowsThePromptAndGeneratesNothing() throws Exception {
            JsonNode generated = ok("generate", "{'model':'tiny','prompt':'x','_debug_render_only':true}");
            JsonNode chatted =
                    ok("chat", "{'model':'tiny','messages':[{'role':'user','content':'x'}],'_debug_render_only':true}");

            assertThat(generated.at("/_debug_info/rendered_template").asString())
                    .isEqualTo("Q:x A:");
            assertThat(chatted.at("/_debug_info/rendered_template").asString()).isEqualTo("Q:x A:");
            assertThat(generated.path("response").asString()).isEmpty();
            assertThat(chatted.at("/message/content").asString()).isEmpty();
            assertThat(generated.has("eval_count")).isFalse();
            assertThat(generated.path("model").asString()).isEqualTo("tiny");
        }

        @Test
        void theOllamaBackendRendersOverTheServerWhatTheEngineDoes() {
            try (OllamaBackend remote = OllamaBackend.connect(URI.create("http://127.0.0.1:" + real.port()))) {
                var request = dev.chasqui.api.GenerateRequest.of("tiny", "a").withSuffix("b");
                var chat = dev.chasqui.api.ChatRequest.of("tiny", dev.chasqui.api.Message.user("☃"));

                assertThat(remote.render(request))
                        .isEqualTo(engine.render(request))
                        .isEqualTo("<P>a<S>b<M>");
                assertThat(remote.render(chat)).isEqualTo(engine.render(chat)).isEqualTo("Q:☃ A:");
            }
        }

        @Test
        void aTemplateAndASuffixOfTheRequestAreHeeded() throws Exception {
            assertThat(rendered("'template':'{{ .Prompt }}!'")).isEqualTo("x!");
            assertThat(rendered("'suffix':'y'")).isEqualTo("<P>x<S>y<M>");
            JsonNode reply = ok(
                    "generate",
                    "{'model':'tiny','prompt':'x','template':'{{ .Prompt }}!','stream':false,'options':{'num_predict':3}}");
            assertThat(reply.path("prompt_eval_count").asInt()).isEqualTo(2);
            assertThat(reply.path("context")).isNotEmpty();
        }

        @ParameterizedTest
        @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
                generate | 'prompt':'x','template':'{{ .Prompt' | template: :1: unclosed action
                generate | 'prompt':'x','template':'{{ index .Prompt 99 }}' | the conversation cannot be rendered: template: :1
                generate | 'prompt':'x','template':'{{ .Prompt }}','suffix':'y' | does not support insert
                generate | 'prompt':'x','template':'t','raw':true | raw mode does not support template, system, or context
                generate | 'prompt':'x','suffix':'y','raw':true | raw mode does not support suffix
                generate | 'prompt':'x','images':['aGk='] | "tiny" does not support images
                generate | 'prompt':'x','template':7 | json: cannot unmarshal number into Go struct field GenerateRequest.template of type string
                chat | 'messages':[{'role':'user','content':'x'}],'tool_choice':'required' | the request offers no tools
                """)
        void whatCannotBeRenderedIsA400ThatSaysWhy(String route, String fields, String error) throws Exception {
            HttpResponse<String> reply = ask(route, "{'model':'tiny'," + fields + "}");

            assertThat(reply.statusCode()).as(reply.body()).isEqualTo(400);
            assertThat(error(reply)).contains(error);
        }

        @Test
        void whatIsShownIsTheTemplateInForce() throws Exception {
            JsonNode shown = ok("show", "{'model':'tiny'}");

            assertThat(shown.path("template").asString()).startsWith("{{ if .Suffix }}");
            assertThat(shown.path("capabilities").toString()).isEqualTo("[\"completion\",\"insert\"]");
        }

        private String rendered(String fields) throws Exception {
            JsonNode reply = ok("generate", "{'model':'tiny','prompt':'x','_debug_render_only':true," + fields + "}");
            return reply.at("/_debug_info/rendered_template").asString();
        }

        private JsonNode ok(String route, String json) throws Exception {
            HttpResponse<String> reply = ask(route, json);
            assertThat(reply.statusCode()).as(reply.body()).isEqualTo(200);
            return JsonText.MAPPER.readTree(reply.body());
        }

        private HttpResponse<String> ask(String route, String json) throws Exception {
            URI uri = URI.create("http://127.0.0.1:" + real.port() + "/api/" + route);
            return send(java.net.http.HttpRequest.newBuilder(uri)
                    .POST(java.net.http.HttpRequest.BodyPublishers.ofString(quoted(json))));
        }
    }

    private static String error(HttpResponse<String> reply) {
        return JsonText.MAPPER.readTree(reply.body()).path("error").asString();
    }

    private static String quoted(String json) {
        return json.replace('\'', '"');
    }
}
