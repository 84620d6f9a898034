package dev.chasqui.llama.common;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chasqui.llama.LlamaException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonSchemaGrammarTest {

    @Test
    void anEnumBecomesItsValues() {
        assertThat(JsonSchemaGrammar.toGbnf("{\"enum\": [\"BUY\", \"SELL\", \"\uD83D\uDE80\"]}"))
                .contains("root ::= (\"\\\"BUY\\\"\" | \"\\\"SELL\\\"\" | \"\\\"\uD83D\uDE80\\\"\")");
    }

    @Test
    void nestedObjectsAndArraysBecomeRules() {
        String gbnf = JsonSchemaGrammar.toGbnf("""
                {"type": "object", "required": ["orders"], "properties": {"orders": {"type": "array", "minItems": 1,
                  "items": {"type": "object", "required": ["side"], "properties": {
                    "side": {"enum": ["BUY", "SELL"]}, "size": {"type": "integer", "minimum": 1, "maximum": 9}}}}}}""");

        assertThat(gbnf).contains("root ::=", "orders", "BUY", "[1-9]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"type\": \"nonsense\"}        | nonsense",
                "{\"$ref\": \"#/nowhere\"}       | nowhere",
                "{\"type\":                      | parse error",
                "{\"$ref\": \"https://a.b/c\"}   | a.b/c",
            })
    void aSchemaWithoutAGrammarIsRefusedInWords(String schema, String inMessage) {
        assertThatThrownBy(() -> JsonSchemaGrammar.toGbnf(schema))
                .isInstanceOf(LlamaException.class)
                .hasMessageContaining(inMessage);
    }

    @Test
    void aSchemaThatIsNoObjectIsRefused() {
        assertThatThrownBy(() -> JsonSchemaGrammar.toGbnf("[1]"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the JSON schema must be a JSON object, as text");
    }

    @Test
    void schemaBombsAreRefused() {
        String deep = "{\"items\":".repeat(5000) + "{}" + "}".repeat(5000);
        String wideName = "{\"properties\": {\"" + "\u00e9".repeat(100_000) + "\": {}}}";

        assertThatThrownBy(() -> JsonSchemaGrammar.toGbnf(deep)).hasMessageContaining("deeper than 64");
        assertThatThrownBy(() -> JsonSchemaGrammar.toGbnf(wideName)).hasMessageContaining("longer than 16384");
        assertThatThrownBy(() -> JsonSchemaGrammar.toGbnf("{\"type\": \"string\", \"maxLength\": 1000000}"))
                .hasMessageContaining("more than 1000 times");
    }

    @Test
    void theDeepestSchemaAllowedIsTaken() {
        String schema = "{\"type\": \"string\"}";
        for (int i = 1; i < JsonText.MAX_DEPTH; i++) schema = "{\"type\": \"array\", \"items\": " + schema + "}";

        assertThat(JsonSchemaGrammar.toGbnf(schema)).contains("root ::=");
    }

    @Test
    void anyObjectIsRootedInAnObject() {
        assertThat(JsonSchemaGrammar.ANY_OBJECT)
                .startsWith("root   ::= object")
                .contains("[^\"\\\\\\x7F\\x00-\\x1F]", "\"\\\\\" ([\"\\\\bfnrt/]", "[ \\t]{0,20}", "\"\\n\"");
    }
}
