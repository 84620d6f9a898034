package dev.chasqui.llama.common;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chasqui.llama.LlamaException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TemplateGuardTest {

    /// Written with every way to strip white space.
    private static final String TREE = """
              {% set kept = 1 -%}
            {%- macro tree(node) -%}
                [{{ node.name }}
                {%- for child in node.children %} {{ tree(child) }}{% endfor -%}
              ]
            {%- endmacro -%}
            {% macro line(text) %}
            <{{ text }}>
              {% endmacro %}
            {# {% macro tree() %} #}{{ "{% endmacro %}" }}
            {{ tree({"name": "a", "children": [{"name": "b", "children": []}]}) }}
            {{ line("%}") }}
            """;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{% macro m(x) %}{{ m(x) }}{% endmacro %}{{ m(1) }}",
                "{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}{{ a() }}{% endmacro %}{{ a() }}",
                "{% set n = namespace(f=none) %}{% macro m() %}{{ n.f() }}{% endmacro %}{% set n.f = m %}{{ m() }}",
                "{% macro m(f) %}{{ f(f) }}{% endmacro %}{{ m(m) }}",
                "{%- macro m() -%}{%- set x = '%}' ~ m() -%}{%- endmacro -%}{{ m() }}",
            })
    void aMacroThatComesBackToItselfForEverIsAnException(String jinja) {
        assertThat(TemplateGuard.guarded(jinja)).contains("chasqui_count");
        assertThatThrownBy(() -> render(jinja))
                .isInstanceOf(LlamaException.class)
                .hasMessageContaining("a macro calls itself more than 80 deep");
    }

    @Test
    void oneThatEndsIsRenderedAsItWouldBeWithoutTheCount() {
        String uncounted = TREE.replace("{{ tree(child) }}", "[b]");
        assertThat(TemplateGuard.guarded(TREE)).contains("chasqui_count");
        assertThat(TemplateGuard.guarded(uncounted)).isEqualTo(uncounted);

        assertThat(render(TREE))
                .isEqualTo(render(uncounted))
                .contains("[a [b]]")
                .contains("<%}>");
    }

    @Test
    void loopsOverRangesEndAndWhatWouldFillTheMemoryIsRefused() {
        String loops =
                "{% if messages[0].content == 'boom' %}{% for i in range(25000) %}{% for j in range(25000) -%}\nx"
                        + "{% endfor %}{% endfor %}{% endif %}";
        assertThat(render(loops)).isEmpty();
        assertThatThrownBy(() -> render(loops, "boom"))
                .isInstanceOf(LlamaException.class)
                .hasMessageContaining("its loops take more than 50000 turns");
        for (String bomb : new String[] {
            "{% for i in range(300000000) %}x{% endfor %}",
            "{{ 'x' * 3000000000 }}",
            "{% set n = 99999999 %}{{ range(n) }}"
        }) {
            assertThatThrownBy(() -> render(bomb))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("a number of more than 6 digits");
        }
        assertThat(render("{% for i in range(3) %}\n <{{ i }}> {%- endfor %}{{ '20260101' }}"))
                .isEqualTo(" <0> <1> <2>20260101");
    }

    /// Its stack is what bounds all of it together.
    @Test
    void theDeepestBlocksAndBracketsAroundACallToItselfAreSurvived() {
        String jinja = "{% macro m() %}" + "{% if true %}".repeat(120) + "{{ " + "(".repeat(120) + "m()"
                + ")".repeat(120) + " }}" + "{% endif %}".repeat(120) + "{% endmacro %}"
                + "{% if messages[0].content == 'boom' %}{{ m() }}{% endif %}";

        assertThatThrownBy(() -> render(jinja, "boom")).hasMessageContaining("a macro calls itself more than 80 deep");
    }

    @Test
    void aCallAmongAMacrosParametersIsRefused() {
        assertThatThrownBy(() -> render("{% macro m(x=m()) %}x{% endmacro %}{{ m() }}"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("macro m has a parameter whose default is a call");
    }

    @Test
    void manyCallsOneAfterAnotherAreNotDeep() {
        String jinja = "{% macro m(n) %}{% if n > 0 %}{{ m(n - 1) }}{% endif %}.{% endmacro %}"
                + "{% for i in range(60) %}{{ m(2) }}{% endfor %}";

        assertThat(render(jinja)).isEqualTo(".".repeat(180));
    }

    @Test
    void aTemplateWithoutSuchMacrosStaysAsItIs() {
        for (String jinja : new String[] {
            "{{ 1 }}",
            "{% macro a() %}x{% endmacro %}{% macro b() %}{{ a() }}{% endmacro %}{{ b() }}",
            "{% macro",
            "{{ '{% macro x() %}' }}",
            "{",
            ""
        }) {
            assertThat(TemplateGuard.guarded(jinja)).isEqualTo(jinja);
        }
    }

    private static String render(String jinja) {
        return render(jinja, "Hi");
    }

    private static String render(String jinja, String content) {
        try (ChatTemplate template = ChatTemplate.parse(jinja, "", "")) {
            return template.render(ChatInputs.of("[{\"role\": \"user\", \"content\": \"" + content + "\"}]"))
                    .prompt();
        }
    }
}
