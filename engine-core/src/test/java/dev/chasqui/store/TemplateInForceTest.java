package dev.chasqui.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.ModelName;
import dev.chasqui.api.Progress;
import dev.chasqui.gguf.GgufFile;
import dev.chasqui.gguf.TinyGguf;
import dev.chasqui.template.GoTemplate;
import dev.chasqui.template.TemplateChoice;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Which of a model's two templates is shown, and decides what the model can do.
class TemplateInForceTest {

    private static final String CHATML = """
            {{- range .Messages }}<|im_start|>{{ .Role }}
            {{ .Content }}<|im_end|>
            {{ end }}<|im_start|>assistant
            """;
    private static final String JINJA_CHATML =
            "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}";
    private static final String JINJA_WITH_SYSTEM_PROMPT =
            "{% if messages[0].role != 'system' %}<|im_start|>system\nYou are a cat.<|im_end|>\n{% endif %}"
                    + JINJA_CHATML;

    @TempDir
    Path folder;

    private ModelStore store;

    @BeforeEach
    void openStore() {
        store = ModelStore.at(folder.resolve("models"));
    }

    @Test
    void aTemplateInGosSyntaxReplacesTheWeightsOwn() {
        StoredModel model = create(JINJA_CHATML, "Q: {{ .Prompt }}\nA: ");

        assertThat(shown(model)).isEqualTo("Q: {{ .Prompt }}\nA: ");
        assertThat(model.usesGoTemplate()).isTrue();
    }

    @Test
    void itDoesNotWhereTheWeightsOwnCanDoMore() {
        String tools = "{% if tools %}{{ tools }}{% endif %}" + JINJA_CHATML;

        StoredModel plain = create(tools, CHATML);
        assertThat(shown(plain)).isEqualTo(tools);
        assertThat(plain.capabilities()).containsExactly("completion", "tools");

        StoredModel withTools = create(tools, "{{ if .Tools }}{{ .Tools }}{{ end }}" + CHATML);
        assertThat(shown(withTools)).contains(".Tools");
    }

    @Test
    void itDoesNotWhereItOnlyLosesTheSystemPrompt() {
        assertThat(create(JINJA_WITH_SYSTEM_PROMPT, CHATML).usesGoTemplate()).isFalse();
        assertThat(create(JINJA_WITH_SYSTEM_PROMPT, CHATML + "Meow: ").usesGoTemplate())
                .as("says more than the weights' own")
                .isTrue();
        assertThat(create(JINJA_WITH_SYSTEM_PROMPT, "{{ .Prompt }}").usesGoTemplate())
                .as("has no place for a system prompt, so somebody wants it that way")
                .isTrue();
        assertThat(create(JINJA_WITH_SYSTEM_PROMPT, CHATML + "\nSYSTEM You are a dog.")
                        .usesGoTemplate())
                .as("the system prompt stands beside it")
                .isTrue();
    }

    @Test
    void theDefaultModelKeepsTheTemplateWithItsSystemPromptAfterAnImportByOllama() {
        GgufFile smollm2 = GgufFile.read(Catalogue.standard().file("smollm2:135m", Progress.NONE));
        String jinja = smollm2.chatTemplate().orElseThrow();

        assertThat(jinja).contains("You are a helpful AI assistant named SmolLM");
        assertThat(TemplateChoice.prefersGo(GoTemplate.parse(CHATML), jinja, Set.of(), false))
                .isFalse();
        assertThat(TemplateChoice.prefersGo(GoTemplate.parse(CHATML), jinja, Set.of(), true))
                .isTrue();
    }

    @Test
    void theEnvironmentMayPutItBeforeTheWeightsOwnInAnyCase() {
        store = ModelStore.at(folder.resolve("models"), new StoreSettings(true, Duration.ofDays(1), Optional.empty()));

        StoredModel model = create("{{ tools }}" + JINJA_WITH_SYSTEM_PROMPT, CHATML);

        assertThat(model.usesGoTemplate()).isTrue();
        assertThat(model.capabilities()).containsExactly("completion");
    }

    @Test
    void whatItUsesIsWhatTheModelCanDo() {
        String all = """
                {{ if .Suffix }}<PRE>{{ .Prompt }}<SUF>{{ .Suffix }}<MID>{{ else }}{{ .Tools }}
                {{ range .Messages }}{{ .Content }}{{ if .Thinking }}<think>{{ .Thinking }}</think>{{ end }}
                {{ end }}{{ end }}""";

        assertThat(create("", all).capabilities()).containsExactly("completion", "insert", "thinking", "tools");
        assertThat(create("", "{{ .Prompt }}").capabilities()).containsExactly("completion");
    }

    @Test
    void fillingAGapIsLeftToItWhereTheRestIsNot() {
        StoredModel model = create(
                "{{ tools }}" + JINJA_CHATML,
                "{{ if .Suffix }}<SUF>{{ .Suffix }}<MID>{{ else }}{{ .Prompt }}{{ end }}");

        assertThat(model.usesGoTemplate()).isFalse();
        assertThat(model.capabilities()).containsExactly("completion", "tools", "insert");
    }

    @Test
    void oneThatCannotBeParsedIsRefusedWhenAModelIsMade() {
        assertThatThrownBy(() -> create("", "{{ range .Messages }}"))
                .isInstanceOfSatisfying(
                        BackendException.class, e -> assertThat(e.kind()).isEqualTo(BackendException.Kind.INVALID))
                .hasMessage("template error: template: :1: unexpected EOF");
        assertThat(store.list()).isEmpty();
    }

    private String shown(StoredModel model) {
        return model.details(false).template();
    }

    private StoredModel create(String jinja, String goAndMore) {
        TinyGguf gguf = TinyGguf.llama();
        (jinja.isEmpty() ? gguf : gguf.key("tokenizer.chat_template", jinja)).write(folder.resolve("tiny.gguf"));
        List<String> parts = List.of(goAndMore.split("\nSYSTEM "));
        String modelfile = "FROM tiny.gguf\nTEMPLATE \"\"\"" + parts.getFirst() + "\"\"\"";
        if (parts.size() > 1) modelfile += "\nSYSTEM " + parts.getLast();
        return store.create(ModelName.parse("tiny"), Modelfile.parse(modelfile), folder, Progress.NONE);
    }
}
