package dev.chasqui.json;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// Finished texts, from whoever wrote them.
class JsonSchemaCheckTest {

    private static final String ORDER = """
            {"type":"object","properties":{
              "side":{"enum":["BUY","SELL"]},
              "size":{"type":"integer","minimum":1,"exclusiveMaximum":1000,"multipleOf":5},
              "price":{"type":"number","exclusiveMinimum":0},
              "note":{"type":"string","minLength":2,"maxLength":5,"pattern":"^[a-z]+$"},
              "day":{"type":"string","format":"date"},
              "legs":{"type":"array","items":{"$ref":"#/$defs/leg"},"minItems":1,"maxItems":2},
              "tag/s":{"anyOf":[{"type":"null"},{"type":"boolean"}]}},
             "required":["side"],"additionalProperties":false,
             "$defs":{"leg":{"type":"array","prefixItems":[{"const":1}],"items":false}}}""";

    @Test
    void orderWhiteSpaceAndTheFormOfNumbersDoNotMatter() {
        ok("{\"side\":\"BUY\"}");
        ok(" {\n \"size\" : 10.0 , \"side\" : \"S\\u0045LL\", \"price\": 1e-3, \"tag/s\":null}\n");
        ok("{\"side\":\"BUY\",\"size\":1E1,\"note\":\"abc\",\"day\":\"2024-02-29\",\"legs\":[[1],[]]}");
    }

    @Test
    void theFirstViolationIsNamedWithItsPlace() {
        wrong("{}", "the answer lacks the property \"side\"");
        wrong("[]", "the answer is of type array, which is not allowed here");
        wrong("{\"side\":\"HOLD\"}", "/side is none of the values that are allowed");
        wrong("{\"side\":\"BUY\",\"x\":1}", "the answer has the property \"x\", which is not allowed");
        wrong("{\"side\":\"BUY\",\"size\":0}", "/size is 0; expected at least 1");
        wrong("{\"side\":\"BUY\",\"size\":1000}", "/size is 1000; expected less than 1000");
        wrong("{\"side\":\"BUY\",\"size\":7}", "/size is 7; expected a multiple of 5");
        wrong("{\"side\":\"BUY\",\"size\":2.5}", "/size is of type number, which is not allowed here");
        wrong("{\"side\":\"BUY\",\"price\":0}", "/price is 0; expected more than 0");
        wrong("{\"side\":\"BUY\",\"note\":\"a\"}", "/note has 1 characters; expected at least 2");
        wrong("{\"side\":\"BUY\",\"note\":\"abcdef\"}", "/note has 6 characters; expected at most 5");
        wrong("{\"side\":\"BUY\",\"note\":\"ABC\"}", "/note does not match the pattern ^[a-z]+$");
        wrong("{\"side\":\"BUY\",\"day\":\"2023-02-29\"}", "/day does not match the format date");
        wrong("{\"side\":\"BUY\",\"legs\":[]}", "/legs has 0 items; expected at least 1");
        wrong("{\"side\":\"BUY\",\"legs\":[[1],[1],[1]]}", "/legs has 3 items; expected at most 2");
        wrong("{\"side\":\"BUY\",\"legs\":[[1],[2]]}", "/legs/1/0 is none of the values that are allowed");
        wrong("{\"side\":\"BUY\",\"legs\":[[1,1]]}", "/legs/0/1 is of type integer, which is not allowed here");
        wrong("{\"side\":\"BUY\",\"tag/s\":1}", "/tag~1s follows none of the schemas of \"anyOf\"");
    }

    @Test
    void oneOfWantsExactlyOne() {
        JsonSchema schema = JsonSchema.parse("{\"oneOf\":[{\"minimum\":2},{\"maximum\":3}]}");

        assertThat(schema.check("1")).isEmpty();
        assertThat(schema.check("4")).isEmpty();
        assertThat(schema.check("2.5"))
                .hasToString("Optional[the answer follows 2 of the schemas of \"oneOf\"; expected one]");
    }

    @Test
    void whatTheSchemaDoesNotSpeakOfIsAllowed() {
        assertThat(JsonSchema.parse("{\"properties\":{\"a\":{\"type\":\"integer\"}}}")
                        .check("{\"b\":1}"))
                .isEmpty();
        assertThat(JsonSchema.parse("{\"properties\":{\"a\":{\"type\":\"integer\"}}}")
                        .check("\"text\""))
                .isEmpty();
        assertThat(JsonSchema.parse("{\"minLength\":3}").check("1")).isEmpty();
    }

    @Test
    void halfATextAndMoreThanOneAreNoJson() {
        wrong("{\"side\":\"BUY\"", "the answer is no JSON");
        wrong("", "the answer is empty");
        wrong("{\"side\":\"BUY\"} {}", "the answer goes on after its JSON ends");
        wrong("{\"side\":\"BUY\",}", "the answer is no JSON");
        wrong("{\"side\":\"\\ud800\"}", "the answer holds half of a surrogate pair");
        wrong("[".repeat(100_000), "the answer is nested deeper than 128 levels");
    }

    @Test
    void hugeNumbersAndTwistedSchemasTakeNoTime() {
        JsonSchema cents = JsonSchema.parse("{\"type\":\"number\",\"multipleOf\":0.01}");

        assertThat(cents.check("1e999999999")).isPresent();
        assertThat(cents.check("1e-999999999")).isPresent();
        assertThat(JsonSchema.parse("{\"const\":1e999999999}").check("1e999999999"))
                .isEmpty();

        String name =
                "{\"anyOf\":[{\"properties\":{\"x\":{\"$ref\":\"#/$defs/a%1$d\"}}},{\"properties\":{\"x\":{\"$ref\":\"#/$defs/a%1$d\"}}}]}";
        StringBuilder twice = new StringBuilder("{\"$ref\":\"#/$defs/a0\",\"$defs\":{");
        for (int i = 0; i < 60; i++)
            twice.append("\"a")
                    .append(i)
                    .append("\":")
                    .append(name.formatted(i + 1))
                    .append(',');
        JsonSchema doubling = JsonSchema.parse(twice + "\"a60\":false}}");

        assertThat(doubling.check("{\"x\":".repeat(60) + "{}" + "}".repeat(60))
                        .orElseThrow()
                        .problem())
                .isEqualTo("takes too many steps to check");
    }

    private static void ok(String text) {
        assertThat(JsonSchema.parse(ORDER).check(text)).as(text).isEmpty();
    }

    private static void wrong(String text, String problem) {
        assertThat(JsonSchema.parse(ORDER).check(text))
                .as(text)
                .hasValueSatisfying(
                        violation -> assertThat(violation.toString()).startsWith(problem));
    }
}
