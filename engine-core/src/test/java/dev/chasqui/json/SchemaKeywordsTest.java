package dev.chasqui.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/// Keyword by keyword: what is written for it, and what is not.
class SchemaKeywordsTest {

    private static final String NOTHING_ELSE = ",\"additionalProperties\":false}";

    @Test
    void typesAreWrittenInTheirShortestForm() {
        writes("{\"type\":\"null\"}", "null").butNot("", "nul", "NULL", "0", " null", "null ");
        writes("{\"type\":\"boolean\"}", "true", "false").butNot("True", "1", "\"true\"");
        writes("{\"type\":[\"string\",\"null\"]}", "null", "\"\"", "\"null\"").butNot("1", "[]");
        writes("{\"type\":\"object\"}", "{}", "{\"a\":1}", "{\"a\":{\"b\":[1,{}]},\"c\":null}")
                .butNot("[]", "{ }", "{\"a\": 1}", "{\"a\":1,}", "{a:1}", "{\"a\"}");
        writes("{\"type\":\"array\"}", "[]", "[1]", "[1,\"a\",[],{}]").butNot("{}", "[1, 2]", "[,1]", "[1,]");
        writes("{}", "1", "\"a\"", "[]", "{}", "true", "null").butNot("");
        writes("true", "1", "[{}]").butNot("+1");
    }

    @Test
    void integersHaveNoPointAndNumbersMay() {
        writes("{\"type\":\"integer\"}", "0", "7", "-7", "10", "999999999999999999")
                .butNot("-0", "07", "1.0", "1e3", "1000000000000000000", "-", "");
        writes("{\"type\":\"number\"}", "0", "-0", "1.5", "-0.25", "1e5", "1E-5", "12.50", "2e+10")
                .butNot(".5", "1.", "01", "1e", "+1", "NaN", "1e100", "-");
    }

    @Test
    void rangesOfNumbersAreKept() {
        writes("{\"type\":\"integer\",\"minimum\":-3,\"maximum\":12}", "-3", "0", "12", "9")
                .butNot("-4", "13", "120");
        writes("{\"type\":\"integer\",\"exclusiveMinimum\":0,\"exclusiveMaximum\":2}", "1")
                .butNot("0", "2", "-1");
        writes("{\"type\":\"integer\",\"minimum\":0.5,\"maximum\":1.5}", "1").butNot("0", "2");
        writes("{\"type\":\"number\",\"minimum\":0,\"maximum\":1}", "0", "0.5", "1", "1.0", "0.000000001")
                .butNot("-0.1", "1.01", "2", "1e0", "-0");
        writes("{\"type\":\"number\",\"exclusiveMinimum\":0,\"exclusiveMaximum\":1}", "0.5", "0.01", "0.99")
                .butNot("0", "0.0", "1", "1.0");
        writes("{\"type\":\"number\",\"minimum\":-2.5,\"maximum\":-1.25}", "-2.5", "-1.25", "-2", "-2.50")
                .butNot("-2.51", "-1.24", "-1", "2");
        writes(
                        "{\"type\":\"integer\",\"minimum\":9223372036854775807,\"maximum\":9223372036854775807}",
                        "9223372036854775807")
                .butNot("9223372036854775806");
        writes("{\"minimum\":5,\"allOf\":[{\"maximum\":6}],\"type\":\"integer\"}", "5", "6")
                .butNot("4", "7");
    }

    @Test
    void multiplesAreKept() {
        writes("{\"type\":\"number\",\"multipleOf\":0.01}", "0", "1.25", "-3.1", "100")
                .butNot("1.255", "1e2");
        writes(
                        "{\"type\":\"number\",\"multipleOf\":0.05,\"minimum\":0,\"maximum\":1}",
                        "0.05",
                        "0.1",
                        "0.15",
                        "1",
                        "1.00")
                .butNot("0.01", "0.151", "1.05", "0.150");
        writes("{\"type\":\"integer\",\"multipleOf\":100}", "0", "100", "-1200").butNot("50", "1", "00", "-0");
        writes("{\"type\":\"integer\",\"multipleOf\":7,\"minimum\":1,\"maximum\":30}", "7", "14", "21", "28")
                .butNot("0", "8", "35", "1");
        writes("{\"type\":\"integer\",\"multipleOf\":2.5,\"minimum\":0,\"maximum\":20}", "5", "0", "10")
                .butNot("2", "7");
        writes(
                        "{\"type\":\"integer\",\"multipleOf\":4,\"minimum\":0,\"maximum\":40,\"allOf\":[{\"multipleOf\":6}]}",
                        "12",
                        "36",
                        "0")
                .butNot("4", "6", "8");
    }

    @Test
    void stringsHaveTheirLengthInUnicodeCharacters() {
        writes("{\"type\":\"string\"}", "\"\"", "\"Straße 東京 🚀\"", "\"a\\n\\\"\\\\\\/\\u00e9\"", "\"\\ud83d\\ude80\"")
                .butNot("\"", "\"\n\"", "\"\\x\"", "\"\\ud83d\"", "\"\\ude80\"", "\"\\ud83d\\u0041\"", "\"a\"b\"");
        writes(
                        "{\"type\":\"string\",\"minLength\":2,\"maxLength\":3}",
                        "\"ab\"",
                        "\"🚀🚀🚀\"",
                        "\"\\ud83d\\ude80a\"",
                        "\"\\n\\n\\n\"")
                .butNot("\"a\"", "\"🚀\"", "\"abcd\"", "\"\\ud83d\\ude80\"");
        writes("{\"type\":\"string\",\"maxLength\":0}", "\"\"").butNot("\"a\"");
    }

    @Test
    void patternsAndLengthsHoldTogether() {
        writes("{\"type\":\"string\",\"pattern\":\"^[A-Z]{1,5}$\"}", "\"A\"", "\"AAPLX\"")
                .butNot("\"\"", "\"a\"", "\"AAPLXY\"");
        writes("{\"type\":\"string\",\"pattern\":\"^[A-Z]+$\",\"minLength\":2,\"maxLength\":3}", "\"AB\"", "\"ABC\"")
                .butNot("\"A\"", "\"ABCD\"", "\"ab\"");
        writes(
                        "{\"type\":\"string\",\"pattern\":\"b\",\"allOf\":[{\"pattern\":\"^a\"},{\"maxLength\":3}]}",
                        "\"ab\"",
                        "\"axb\"",
                        "\"abc\"")
                .butNot("\"b\"", "\"axxb\"", "\"ba\"");
        writes("{\"type\":\"string\",\"pattern\":\"^[\\\"\\\\\\\\\\\\n]+$\"}", "\"\\\"\\\\\\n\"")
                .butNot("\"a\"", "\"\\t\"");
        writes("{\"type\":\"string\",\"pattern\":\"^🚀{1,3}$\",\"minLength\":2}", "\"🚀🚀\"")
                .butNot("\"🚀\"");
    }

    @Test
    void formatsAreWrittenInFull() {
        writes("{\"type\":\"string\",\"format\":\"date\"}", "\"2024-02-29\"", "\"2000-02-29\"", "\"2026-12-31\"")
                .butNot("\"2023-02-29\"", "\"1900-02-29\"", "\"2024-04-31\"", "\"2024-13-01\"", "\"24-01-01\"");
        writes("{\"type\":\"string\",\"format\":\"time\"}", "\"23:59:59Z\"", "\"09:30:00.125-05:00\"")
                .butNot("\"24:00:00Z\"", "\"09:30:00\"", "\"09:30Z\"");
        writes(
                        "{\"type\":\"string\",\"format\":\"date-time\"}",
                        "\"2026-11-25T09:30:00Z\"",
                        "\"2026-11-25T09:30:00.5+01:00\"")
                .butNot("\"2026-11-25 09:30:00Z\"", "\"2026-11-25\"");
        writes("{\"type\":\"string\",\"format\":\"uuid\"}", "\"123e4567-e89b-12d3-a456-426614174000\"")
                .butNot("\"123e4567e89b12d3a456426614174000\"", "\"123e4567-e89b-12d3-a456-42661417400g\"");
        writes("{\"type\":\"string\",\"format\":\"email\"}", "\"a.b+c@desk.example.com\"")
                .butNot("\"a@b\"", "\"@b.com\"", "\"a..b@c.com\"", "\"a@-b.com\"");
    }

    @Test
    void formatsOfOtherTypesSayNothing() {
        writes("{\"type\":\"integer\",\"format\":\"int32\"}", "1");
    }

    @Test
    void enumAndConstAreWrittenAsTheyAre() {
        writes(
                        "{\"enum\":[\"BUY\",\"BULL\",1.50,null,{\"a\":[1]},\"é\\n\"]}",
                        "\"BUY\"",
                        "\"BULL\"",
                        "1.5",
                        "null",
                        "{\"a\":[1]}",
                        "\"é\\n\"")
                .butNot("\"BU\"", "\"buy\"", "1.50", "{\"a\":[1,1]}", "\"\\u0042UY\"");
        writes("{\"const\":\"a\\\"b\"}", "\"a\\\"b\"").butNot("\"ab\"");
        writes("{\"enum\":[1,2,3,\"x\"],\"type\":\"integer\",\"minimum\":2}", "2", "3")
                .butNot("1", "\"x\"");
        writes("{\"enum\":[1,2],\"allOf\":[{\"enum\":[2,3]}]}", "2").butNot("1", "3");
    }

    @Test
    void propertiesComeInTheSchemasOrderAndTheOptionalOnesMayBeLeftOut() {
        String schema =
                "{\"type\":\"object\",\"properties\":{\"b\":{\"const\":1},\"a\":{\"const\":2},\"c\":{\"const\":3}},\"required\":[\"a\"]}";
        writes(schema, "{\"a\":2}", "{\"b\":1,\"a\":2}", "{\"a\":2,\"c\":3}", "{\"b\":1,\"a\":2,\"c\":3}")
                .butNot(
                        "{}",
                        "{\"b\":1}",
                        "{\"a\":2,\"b\":1}",
                        "{\"c\":3,\"a\":2}",
                        "{\"a\":2,}",
                        "{,\"a\":2}",
                        "{\"a\":2,\"d\":1}");
        writes(
                        "{\"type\":\"object\",\"properties\":{\"a\":{\"const\":1},\"b\":{\"const\":2}}}",
                        "{}",
                        "{\"a\":1}",
                        "{\"b\":2}",
                        "{\"a\":1,\"b\":2}")
                .butNot("{\"b\":2,\"a\":1}", "{\"a\":1\"b\":2}");
        writes("{\"type\":\"object\",\"required\":[\"x\"]}", "{\"x\":1}", "{\"x\":[{}]}")
                .butNot("{}", "{\"y\":1}");
    }

    @Test
    void otherPropertiesAreOnlyWrittenIfTheSchemaSaysSo() {
        writes(
                        "{\"type\":\"object\",\"properties\":{\"ab\":{\"const\":1}},\"additionalProperties\":{\"type\":\"integer\"}}",
                        "{}",
                        "{\"ab\":1}",
                        "{\"ab\":1,\"a\":2,\"abc\":3,\"é\":4}",
                        "{\"x\":5}")
                .butNot(
                        "{\"ab\":2}",
                        "{\"x\":5,\"ab\":1}",
                        "{\"ab\":1,\"ab\":2}",
                        "{\"x\":\"5\"}",
                        "{\"\":1}",
                        "{\"a\\u0062\":2}");
        writes("{\"type\":\"object\",\"properties\":{\"a\":{\"const\":1}}" + NOTHING_ELSE, "{}", "{\"a\":1}")
                .butNot("{\"b\":1}");
        writes("{\"type\":\"object\",\"properties\":{\"a\":false,\"b\":{\"const\":1}}}", "{}", "{\"b\":1}")
                .butNot("{\"a\":1}");
    }

    @Test
    void arraysHaveTheirItemsAndLengths() {
        writes("{\"type\":\"array\",\"items\":{\"type\":\"integer\"},\"minItems\":1,\"maxItems\":3}", "[1]", "[1,2,3]")
                .butNot("[]", "[1,2,3,4]", "[\"a\"]", "[1,]");
        writes("{\"type\":\"array\",\"prefixItems\":[{\"const\":1},{\"const\":\"a\"}]}", "[]", "[1]", "[1,\"a\"]")
                .butNot("[\"a\"]", "[1,\"a\",2]");
        writes(
                        "{\"type\":\"array\",\"prefixItems\":[{\"const\":1}],\"items\":{\"const\":2},\"minItems\":2,\"maxItems\":3}",
                        "[1,2]",
                        "[1,2,2]")
                .butNot("[1]", "[1,2,2,2]", "[2,2]");
        writes("{\"type\":\"array\",\"prefixItems\":[{\"const\":1},{\"const\":2}],\"maxItems\":1}", "[]", "[1]")
                .butNot("[1,2]");
        writes("{\"type\":\"array\",\"items\":false}", "[]").butNot("[1]");
        writes("{\"type\":\"array\",\"maxItems\":0}", "[]").butNot("[1]");
    }

    @Test
    void schemasAreJoinedAndChosen() {
        writes(
                        "{\"anyOf\":[{\"type\":\"integer\"},{\"enum\":[\"a\",\"b\"]},{\"type\":\"null\"}]}",
                        "1",
                        "\"a\"",
                        "null")
                .butNot("\"c\"", "true");
        writes("{\"oneOf\":[{\"type\":\"string\",\"maxLength\":1},{\"type\":\"integer\"}]}", "\"a\"", "3")
                .butNot("\"ab\"", "null");
        String both =
                "{\"allOf\":[{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"integer\"}},\"required\":[\"a\"]},"
                        + "{\"properties\":{\"a\":{\"maximum\":3},\"b\":{\"const\":1}},\"required\":[\"b\"]}]}";
        writes(both, "{\"a\":3,\"b\":1}").butNot("{\"a\":4,\"b\":1}", "{\"a\":3}", "{\"b\":1,\"a\":3}");
        writes(
                        "{\"type\":\"object\",\"properties\":{\"a\":true,\"b\":true},\"anyOf\":[{\"required\":[\"a\"]},{\"required\":[\"b\"]}]}",
                        "{\"a\":1}",
                        "{\"b\":1}",
                        "{\"a\":1,\"b\":1}")
                .butNot("{}");
        String tagged =
                "{\"oneOf\":[{\"type\":\"object\",\"properties\":{\"x\":{\"type\":\"integer\"},\"kind\":{\"const\":\"limit\"}},\"required\":[\"x\",\"kind\"]},"
                        + "{\"type\":\"object\",\"properties\":{\"kind\":{\"const\":\"market\"}},\"required\":[\"kind\"]}]}";
        writes(tagged, "{\"x\":1,\"kind\":\"limit\"}", "{\"kind\":\"market\"}")
                .butNot("{\"kind\":\"limit\"}", "{\"x\":1,\"kind\":\"market\"}");
    }

    @Test
    void whatContainsItselfIsWrittenSixteenLevelsDeep() {
        String tree = "{\"$ref\":\"#/$defs/node\",\"$defs\":{\"node\":{\"type\":\"object\",\"properties\":"
                + "{\"next\":{\"$ref\":\"#/$defs/node\"}}}}}";
        String deepest = "{\"next\":".repeat(15) + "{}" + "}".repeat(15);
        writes(tree, "{}", "{\"next\":{}}", deepest).butNot("{\"next\":" + deepest + "}", "{\"next\":null}");
        writes("{\"type\":\"array\",\"items\":{\"$ref\":\"#\"}}", "[]", "[[],[[]]]", "[".repeat(16) + "]".repeat(16))
                .butNot("[".repeat(17) + "]".repeat(17), "[1]");
    }

    @Test
    void oneSpaceStandsBehindColonsAndCommasWhereAskedFor() {
        JsonGrammar grammar = JsonSchema.parse(
                        "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"array\",\"items\":{\"const\":1}},"
                                + "\"b\":{\"const\":{\"c\":[1,\"x:y,z\"]}}},\"required\":[\"a\",\"b\"]}")
                .grammar(Spacing.SPACED);

        assertThat(isWritten(grammar, "{\"a\": [1, 1], \"b\": {\"c\": [1, \"x:y,z\"]}}"))
                .isTrue();
        assertThat(isWritten(grammar, "{\"a\":[1, 1], \"b\": {\"c\": [1, \"x:y,z\"]}}"))
                .isFalse();
        assertThat(isWritten(grammar, "{\"a\":  [1, 1], \"b\": {\"c\": [1, \"x:y,z\"]}}"))
                .isFalse();
    }

    @Test
    void whatSaysNothingOfTheAnswerIsPassedOver() {
        writes(
                        "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\"$id\":\"x\",\"title\":\"t\",\"description\":\"d\","
                                + "\"examples\":[1],\"$comment\":\"c\",\"deprecated\":true,\"readOnly\":true,\"x-order\":1,\"uniqueItems\":false,"
                                + "\"type\":\"integer\",\"maximum\":1,\"minimum\":1}",
                        "1")
                .butNot("2");
    }

    private static Written writes(String schema, String... texts) {
        JsonGrammar grammar = JsonSchema.parse(schema).grammar(Spacing.COMPACT);
        for (String text : texts) {
            assertThat(isWritten(grammar, text))
                    .as("%s is written for %s", text, schema)
                    .isTrue();
            assertThat(grammar.schema().check(text))
                    .as("%s follows %s", text, schema)
                    .isEmpty();
        }
        return new Written(schema, grammar);
    }

    private static boolean isWritten(JsonGrammar grammar, String text) {
        JsonCursor cursor = grammar.cursor();
        return cursor.advance(text) && cursor.isComplete();
    }

    private record Written(String schema, JsonGrammar grammar) {

        void butNot(String... texts) {
            for (String text : List.of(texts)) {
                assertThat(isWritten(grammar, text))
                        .as("%s is written for %s", text, schema)
                        .isFalse();
            }
        }
    }
}
