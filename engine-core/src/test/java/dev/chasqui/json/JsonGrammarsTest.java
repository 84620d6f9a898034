package dev.chasqui.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class JsonGrammarsTest {

    private final JsonGrammars grammars = new JsonGrammars(Spacing.COMPACT, 2);

    @Test
    void theGrammarsUsedLastAreKept() {
        JsonGrammar integer = grammars.of("{\"type\":\"integer\"}");
        JsonGrammar string = grammars.of("{\"type\":\"string\"}");

        assertThat(grammars.of("{\"type\":\"integer\"}")).isSameAs(integer);
        grammars.of("{\"type\":\"null\"}");
        assertThat(grammars.of("{\"type\":\"integer\"}")).isSameAs(integer);
        assertThat(grammars.of("{\"type\":\"string\"}")).isNotSameAs(string);
    }

    @Test
    void theWordJsonAsksForAnyObject() {
        JsonCursor cursor = grammars.of("\"json\"").cursor();

        assertThat(cursor.forced()).isEqualTo("{");
        assertThat(cursor.advance("{\"a\":[1,{\"b\":null}]}")).isTrue();
        assertThat(cursor.isOver()).isTrue();
    }

    @Test
    void anyObjectHoldsSixteenLevels() {
        JsonCursor cursor = grammars.of("\"json\"").cursor();

        assertThat(cursor.accepts("{\"a\":" + "[".repeat(16))).isTrue();
        assertThat(cursor.accepts("{\"a\":" + "[".repeat(17))).isFalse();
    }

    @Test
    void whatCannotBeUsedIsAnErrorEachTime() {
        for (int i = 0; i < 2; i++) {
            assertThatExceptionOfType(SchemaException.class).isThrownBy(() -> grammars.of("\"yaml\""));
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new JsonGrammars(Spacing.COMPACT, 0))
                .withMessage("most is 0; expected at least 1");
    }

    @Test
    void theGrammarIsReadable() {
        String schema = """
                {"type":"object","properties":{"action":{"enum":["BUY","SELL"]},
                 "size":{"type":"integer","minimum":1,"maximum":100},"note":{"type":"string","maxLength":20}},
                 "required":["action","size"]}""";

        assertThat(grammars.of(schema).gbnf()).isEqualTo("""
                root ::= "{\\"action\\":\\"" ("BUY\\"" | "SELL\\"") ",\\"size\\":" ([1-9] [0-9]? | "100") (",\\"note\\":" string)? "}"
                string ::= "\\"" char{0,20} "\\""
                char ::= letter | "\\\\" ([\\x22\\x2F\\x5Cbfnrt] | "u" ([0-9A-CEFa-cef] [0-9A-Fa-f]{3} | [Dd] [0-7] [0-9A-Fa-f]{2} | [Dd] [89ABab] [0-9A-Fa-f]{2} "\\\\u" [Dd] [C-Fc-f] [0-9A-Fa-f]{2}))
                letter ::= [\\x20\\x21\\x23-\\x5B\\x5D-\\uD7FF\\uE000-\\U0010FFFF]
                """);
    }
}
