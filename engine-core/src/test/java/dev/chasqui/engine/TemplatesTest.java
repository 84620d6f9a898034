package dev.chasqui.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chasqui.api.Answer;
import dev.chasqui.api.BackendException;
import dev.chasqui.api.BackendException.Kind;
import dev.chasqui.api.ChatRequest;
import dev.chasqui.api.DoneReason;
import dev.chasqui.api.GenerateRequest;
import dev.chasqui.api.Message;
import dev.chasqui.api.ModelName;
import dev.chasqui.api.Options;
import dev.chasqui.api.Progress;
import dev.chasqui.api.Settings;
import dev.chasqui.api.Summary;
import dev.chasqui.api.Think;
import dev.chasqui.api.ToolCall;
import dev.chasqui.api.ToolChoice;
import dev.chasqui.llama.TinyModel;
import dev.chasqui.store.ModelStore;
import dev.chasqui.store.Modelfile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Which template writes a prompt, through the whole engine.
class TemplatesTest {

    private static final Settings SHORT =
            Settings.DEFAULT.withOptions(Options.parse(Map.of("temperature", 0, "num_predict", 4)));
    private static final String TOOLS = """
            [{"type":"function","function":{"name":"quote","description":"A price","parameters":\
            {"type":"object","required":["symbol"],"properties":{"symbol":{"type":"string","enum":["BTC","ETH"]}}}}},\
            {"type":"function","function":{"name":"buy","description":"Buys","parameters":\
            {"type":"object","required":["n"],"properties":{"n":{"type":"integer"}}}}}]""";

    /// Its prompts end within a thought.
    private static final String THINKS = "{{ range .Messages }}{{ if .Thinking }}<think>{{ .Thinking }}</think>"
            + "{{ end }}{{ .Content }}{{ end }}{{ if .Think }}<think>{{ end }}";

    private static final String THINKS_AND_CALLS = "{{ .Tools }}{{ range .Messages }}{{ if .Thinking }}<think>"
            + "{{ .Thinking }}</think>{{ end }}{{ .Content }}{{ if .ToolCalls }}{{ range .ToolCalls }}<call>"
            + "{\"name\": \"{{ .Function.Name }}\", \"arguments\": {{ .Function.Arguments }}}</call>{{ end }}"
            + "{{ end }}{{ end }}{{ if .Think }}<think>{{ end }}";

    private static final String JINJA_THINKS = "{% for m in messages %}<|im_start|>{{ m.role }}\n"
            + "{% if m.reasoning_content %}<think>\n{{ m.reasoning_content }}\n</think>\n{% endif %}{{ m.content }}"
            + "<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n<think>\n{% endif %}";

    @TempDir
    private static Path folder;

    private static Engine engine;

    @BeforeAll
    static void makeModels() throws IOException {
        ModelStore store = ModelStore.at(folder.resolve("store"));
        TinyModel.seeded(1).withTemplate("").write(folder.resolve("bare.gguf"));
        TinyModel.seeded(1).write(folder.resolve("chatml.gguf"));
        TinyModel.seeded(1).withTemplate(text("qwen3.jinja")).write(folder.resolve("qwen3.gguf"));
        create(store, "qa", "FROM bare.gguf\nTEMPLATE \"\"\"{{ .System }}|Q:{{ .Prompt }}|A:{{ .Response }}|\"\"\"");
        create(store, "terse", "FROM bare.gguf\nSYSTEM Be terse.\nTEMPLATE \"\"\"{{ .System }}>{{ .Prompt }}\"\"\"");
        create(
                store,
                "gap",
                "FROM bare.gguf\nTEMPLATE \"\"\"{{ if .Suffix }}<P>{{ .Prompt }}<S>{{ .Suffix }}<M>{{ else }}{{ .Prompt }}{{ end }}\"\"\"");
        create(store, "qwen3-go", "FROM bare.gguf\nTEMPLATE \"\"\"" + text("qwen3.gotmpl") + "\"\"\"");
        for (String family : List.of("llama3", "mistral")) {
            create(store, family + "-go", "FROM bare.gguf\nTEMPLATE \"\"\"" + text(family + ".gotmpl") + "\"\"\"");
        }
        create(store, "r1-tools", "FROM bare.gguf\nTEMPLATE \"\"\"" + THINKS_AND_CALLS + "\"\"\"");
        create(store, "odd", "FROM bare.gguf\nTEMPLATE \"\"\"" + text("command-r.gotmpl") + "\"\"\"");
        create(
                store,
                "broken",
                "FROM bare.gguf\nTEMPLATE \"\"\"{{ range .Messages }}{{ index .Images 7 }}{{ end }}\"\"\"");
        TinyModel.seeded(1).withTemplate(JINJA_THINKS).write(folder.resolve("r1.gguf"));
        create(store, "r1", "FROM r1.gguf");
        create(store, "r1-go", "FROM bare.gguf\nTEMPLATE \"\"\"" + THINKS + "\"\"\"");
        create(store, "chatml", "FROM chatml.gguf");
        create(store, "qwen3", "FROM qwen3.gguf");
        engine = Engine.open(EngineConfig.fromEnvironment(Map.of()).withStore(folder.resolve("store")));
    }

    @AfterAll
    static void close() {
        engine.close();
    }

    @Test
    void aModelsTemplateWritesItsPrompts() {
        assertThat(engine.render(generate("qa", "Buy?"))).isEqualTo("|Q:Buy?|A:");
        assertThat(engine.render(generate("qa", "Buy?").withSystem("Hm."))).isEqualTo("Hm.|Q:Buy?|A:");
        assertThat(engine.render(
                        chat("qa", Message.system("S"), Message.user("1"), Message.assistant("2"), Message.user("3"))))
                .isEqualTo("S|Q:1|A:2||Q:3|A:");
        Answer answer = engine.chat(chat("qa", Message.user("Buy?"))).answer();
        assertThat(answer.summary().promptTokens()).isEqualTo("|Q:Buy?|A:".length());
    }

    @Test
    void modelsWithTheSameWeightsKeepTheirOwnTemplateAndSystemPrompt() {
        assertThat(engine.render(generate("qa", "x"))).isEqualTo("|Q:x|A:");
        assertThat(engine.render(generate("terse", "x"))).isEqualTo("Be terse.>x");
        assertThat(engine.render(chat("terse", Message.user("x")))).isEqualTo("Be terse.>x");
        assertThat(engine.running())
                .filteredOn(model -> !model.name().startsWith("q"))
                .isEmpty();
    }

    @Test
    void aRequestsTemplateReplacesTheModelsForThatCall() {
        GenerateRequest request = generate("chatml", "Buy?");

        assertThat(engine.render(
                        request.withTemplate("{{ .System }}>{{ .Prompt }}").withSystem("S")))
                .isEqualTo("S>Buy?");
        assertThat(engine.generate(request.withTemplate("{{ .Prompt }}"))
                        .answer()
                        .summary()
                        .promptTokens())
                .isEqualTo(4);
        assertThat(engine.render(request)).isEqualTo("<|im_start|>user\nBuy?<|im_end|>\n<|im_start|>assistant\n");
    }

    @Test
    void aRequestsTemplateThatIsNoneIsRefusedInTheParsersWords() {
        assertThatThrownBy(() -> engine.generate(generate("chatml", "Hi").withTemplate("{{ if .Prompt }}")))
                .isInstanceOfSatisfying(
                        BackendException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INVALID))
                .hasMessage("template: :1: unexpected EOF");
        assertThatThrownBy(() -> engine.generate(generate("chatml", "Hi").withTemplate("{{ index .Prompt 99 }}")))
                .isInstanceOfSatisfying(
                        BackendException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INVALID))
                .hasMessageStartingWith("the conversation cannot be rendered: template: :1");
    }

    @Test
    void aTemplateThatNeverEndsIsEnded() {
        String loops = "{{ define \"a\" }}{{ range .Messages }}{{ range $.Messages }}{{ template \"a\" $ }}{{ end }}"
                + "{{ end }}{{ end }}{{ template \"a\" . }}";

        assertThatThrownBy(() -> engine.render(generate("chatml", "Hi").withTemplate(loops)))
                .isInstanceOfSatisfying(
                        BackendException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INVALID))
                .hasMessageContaining("the conversation cannot be rendered: template: ");
    }

    @Test
    void whatAModelsTemplateCannotRenderIsAnErrorThatSaysSo() {
        assertThatThrownBy(() -> engine.chat(chat("broken", Message.user("Hi"))))
                .isInstanceOf(BackendException.class)
                .hasMessageContaining("cannot be rendered: template: :1")
                .hasMessageContaining("index");
    }

    @Test
    void aSuffixIsForModelsThatCanInsert() {
        GenerateRequest gap = generate("gap", "def f():").withSuffix("return 1");

        assertThat(engine.render(gap)).isEqualTo("<P>def f():<S>return 1<M>");
        assertThat(engine.render(generate("gap", "x"))).isEqualTo("x");
        assertThat(engine.generate(gap).answer().summary().evalTokens()).isPositive();
        assertThatThrownBy(() -> engine.generate(generate("chatml", "a").withSuffix("b")))
                .hasMessageContaining("does not support insert");
        assertThatThrownBy(() -> engine.generate(gap.withTemplate("{{ .Prompt }}")))
                .hasMessageContaining("does not support insert");
        assertThat(engine.render(generate("chatml", "a").withSuffix("b").withTemplate("{{ .Suffix }}<{{ .Prompt }}")))
                .isEqualTo("b<a");
        assertThatThrownBy(() -> engine.generate(gap.asRaw())).hasMessageContaining("raw mode does not support suffix");
    }

    @Test
    void aContextGoesBeforeTheRenderedPrompt() {
        Summary first = engine.generate(generate("qa", "one")).answer().summary();

        String second = engine.render(generate("qa", "two").withContext(first.context()));

        assertThat(second).startsWith("|Q:one|A:").endsWith("|Q:two|A:");
    }

    @Test
    void aLongConversationLosesItsOldestMessages() {
        List<Message> messages = new ArrayList<>(List.of(Message.system("S")));
        for (int i = 0; i < 60; i++) messages.add(Message.of(i % 2 == 0 ? "user" : "assistant", "101.5,".repeat(10)));
        messages.add(Message.user("Buy?"));
        Settings small = SHORT.withOptions(SHORT.options().with(dev.chasqui.api.Option.NUM_CTX, 512));
        ChatRequest request = chat("qa", messages.toArray(Message[]::new)).withSettings(small);

        String text = engine.render(request);
        Summary summary = engine.chat(request).answer().summary();

        assertThat(text).startsWith("S|Q:").endsWith("|Q:Buy?|A:").hasSizeLessThan(512);
        assertThat(summary.droppedMessages()).isBetween(40, 60);
        assertThat(summary.promptTokens()).isEqualTo(text.length());
    }

    @Test
    void aThinkingModelThinksUnlessItIsToldNotTo() {
        ChatRequest request = chat("qwen3-go", Message.user("Buy?"));

        assertThat(engine.render(request)).endsWith("<|im_start|>user\nBuy? /think<|im_end|>\n<|im_start|>assistant\n");
        assertThat(engine.render(request.withSettings(SHORT.withThink(Think.OFF))))
                .endsWith("Buy? /no_think<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n");
        assertThatThrownBy(() -> engine.chat(chat("qa", Message.user("x")).withSettings(SHORT.withThink(Think.ON))))
                .hasMessage("\"qa\" does not support thinking");
    }

    @Test
    void aThoughtEndsByItsBudgetAndTheAnswerFollows() {
        for (String model : List.of("r1", "r1-go")) {
            ChatRequest request = chat(model, Message.user("Buy?"));

            Answer answer = engine.chat(request.withSettings(thinking(80, 12))).answer();

            assertThat(answer.thinking()).as(model).isNotBlank().doesNotContain("</think>");
            assertThat(answer.text()).as(model).isNotBlank().doesNotContain("<think>", "</think>");
            assertThat(answer.thinking().getBytes(StandardCharsets.UTF_8).length)
                    .isLessThan(12 * 8);
            assertThat(answer.summary().evalTokens()).isBetween(15, 80);
            Answer none = engine.chat(request.withSettings(thinking(40, 0))).answer();
            assertThat(none.thinking()).isEmpty();
            assertThat(none.text()).isNotBlank();
        }
    }

    @Test
    void aThoughtThatWouldTakeTheWholeAnswerIsClosedBeforeItsEnd() {
        for (String model : List.of("r1", "r1-go")) {
            Settings settings = SHORT.withOptions(Options.parse(Map.of("temperature", 0, "num_predict", 100)));

            Answer answer = engine.chat(chat(model, Message.user("Buy?")).withSettings(settings))
                    .answer();

            assertThat(answer.thinking()).as(model).isNotBlank();
            assertThat(answer.text()).as(model).isNotBlank();
            assertThat(answer.summary().evalTokens()).isBetween(70, 100);
        }
    }

    @Test
    void whoWantsLogProbabilitiesHasThemOfTheTokensThatCloseAThought() {
        Settings settings = thinking(40, 4).withTopLogprobs(0);

        Answer answer = engine.chat(chat("r1-go", Message.user("Buy?")).withSettings(settings))
                .answer();

        assertThat(answer.logprobs()).hasSize(answer.summary().evalTokens());
        assertThat(answer.thinking()).isNotBlank();
        assertThat(answer.text()).isNotBlank();
    }

    @Test
    void aFormatBeginsBehindTheThought() {
        String schema =
                "{\"type\":\"object\",\"properties\":{\"a\":{\"enum\":[\"BUY\",\"SELL\"]}},\"required\":[\"a\"]}";
        for (String model : List.of("r1", "r1-go")) {
            ChatRequest request = chat(model, Message.user("Buy?"));

            Answer answer = engine.chat(request.withSettings(thinking(80, 10).withFormat(schema)))
                    .answer();

            assertThat(answer.text()).as(model).matches("\\{\\s*\"a\"\\s*:\\s*\"(BUY|SELL)\"\\s*}");
            assertThat(answer.thinking()).as(model).isNotBlank();
            assertThat(answer.summary().reason()).isEqualTo(DoneReason.STOP);
        }
    }

    private static Settings thinking(int most, int budget) {
        return SHORT.withOptions(Options.parse(Map.of("temperature", 0, "num_predict", most, "think_budget", budget)));
    }

    @Test
    void bothKindsOfTemplatesWriteTheSamePromptForTheSameRequest() {
        Message call =
                new Message("assistant", "", "", List.of(), List.of(new ToolCall("c", "buy", "{\"n\":1}")), "", "");
        Message result = new Message("tool", "done", "", List.of(), List.of(), "buy", "c");
        for (String model : List.of("qwen3", "qwen3-go")) {
            ChatRequest request = chat(model, Message.system("S"), Message.user("Buy."), call, result)
                    .withTools(TOOLS);
            assertThat(engine.render(request))
                    .as(model)
                    .startsWith("<|im_start|>system\nS\n\n# Functions")
                    .contains("\"name\":\"quote\"")
                    .contains("{\"name\": \"buy\", \"arguments\": ")
                    .endsWith("<tool_response>\ndone\n</tool_response><|im_end|>\n<|im_start|>assistant\n");
        }
    }

    @Test
    void aRequiredCallIsMade() {
        for (String model : List.of("qwen3", "qwen3-go", "llama3-go", "mistral-go")) {
            ChatRequest request = chat(model, Message.user("Buy."))
                    .withTools(TOOLS)
                    .withSettings(Settings.DEFAULT
                            .withThink(Think.OFF)
                            .withOptions(Options.parse(Map.of("temperature", 0, "num_predict", 400))));

            Answer named = engine.chat(request.withToolChoice(ToolChoice.function("quote")))
                    .answer();
            Answer either =
                    engine.chat(request.withToolChoice(ToolChoice.REQUIRED)).answer();

            assertThat(named.toolCalls()).as(model).extracting(ToolCall::name).containsExactly("quote");
            assertThat(named.toolCalls().getFirst().argumentsJson())
                    .matches("\\{\\s*\"symbol\"\\s*:\\s*\"(BTC|ETH)\"\\s*}");
            assertThat(named.text()).isBlank();
            assertThat(named.summary().reason()).isEqualTo(DoneReason.STOP);
            assertThat(either.toolCalls())
                    .as(model)
                    .isNotEmpty()
                    .allMatch(call -> List.of("quote", "buy").contains(call.name()));
        }
    }

    @Test
    void aThoughtComesBeforeARequiredCall() {
        ChatRequest request = chat("r1-tools", Message.user("Buy."))
                .withTools(TOOLS)
                .withToolChoice(ToolChoice.function("buy"))
                .withSettings(thinking(120, 10));

        Answer answer = engine.chat(request).answer();

        assertThat(answer.thinking()).isNotBlank();
        assertThat(answer.text()).isBlank();
        assertThat(answer.toolCalls()).extracting(ToolCall::name).containsExactly("buy");
        Answer drawn = engine.chat(request.withSettings(request.settings().withTopLogprobs(0)))
                .answer();
        assertThat(drawn.toolCalls()).extracting(ToolCall::name).containsExactly("buy");
        assertThat(drawn.logprobs()).hasSize(drawn.summary().evalTokens());
    }

    @Test
    void noToolIsShownToAModelThatMustNotCallAny() {
        ChatRequest request = chat("qwen3", Message.user("Buy.")).withTools(TOOLS);

        assertThat(engine.render(request)).contains("quote");
        assertThat(engine.render(request.withToolChoice(ToolChoice.NONE))).doesNotContain("quote");
    }

    @Test
    void aToolChoiceThatCannotBeHadIsRefused() {
        ChatRequest request = chat("qwen3", Message.user("Buy.")).withToolChoice(ToolChoice.REQUIRED);
        ChatRequest withTools = request.withTools(TOOLS);

        assertThatThrownBy(() -> engine.chat(request)).hasMessageContaining("the request offers no tools");
        assertThatThrownBy(() -> engine.chat(withTools.withToolChoice(ToolChoice.function("sell"))))
                .hasMessage("tool_choice names \"sell\", which is not among the tools: quote, buy");
        assertThatThrownBy(() -> engine.chat(withTools.withSettings(SHORT.withFormat("\"json\""))))
                .hasMessageContaining("there is a format");
        assertThatThrownBy(() -> engine.chat(
                        chat("odd", Message.user("x")).withTools(TOOLS).withToolChoice(ToolChoice.REQUIRED)))
                .isInstanceOfSatisfying(
                        BackendException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INVALID))
                .hasMessageContaining("the template of \"odd:latest\" does not show calls as");
        String unheld = TOOLS.replace("{\"type\":\"integer\"}", "{\"type\":\"integer\",\"not\":{\"const\":3}}");
        assertThatThrownBy(() -> engine.chat(
                        chat("qwen3-go", Message.user("x")).withTools(unheld).withToolChoice(ToolChoice.REQUIRED)))
                .hasMessageContaining("the tools' parameters cannot be held to")
                .hasMessageContaining("not");
    }

    private static GenerateRequest generate(String model, String prompt) {
        return GenerateRequest.of(model, prompt).withSettings(SHORT);
    }

    private static ChatRequest chat(String model, Message... messages) {
        return new ChatRequest(model, List.of(messages), Optional.empty(), SHORT);
    }

    private static void create(ModelStore store, String name, String modelfile) {
        store.create(ModelName.parse(name), Modelfile.parse(modelfile), folder, Progress.NONE);
    }

    private static String text(String family) throws IOException {
        try (InputStream in = TemplatesTest.class.getResourceAsStream("/dev/chasqui/template/families/" + family)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
