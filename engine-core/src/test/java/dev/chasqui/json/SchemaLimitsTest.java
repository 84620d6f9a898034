package dev.chasqui.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What is refused, by name, and quickly. The time limits are there for what would not end at all.
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class SchemaLimitsTest {

    @Test
    void whatIsNotSupportedIsNamedWithItsPlace() {
        for (String keyword : List.of(
                "not",
                "if",
                "then",
                "else",
                "patternProperties",
                "propertyNames",
                "minProperties",
                "maxProperties",
                "contains",
                "dependentRequired",
                "unevaluatedProperties",
                "$dynamicRef",
                "$anchor",
                "additionalItems",
                "nullable",
                "maxlength")) {
            refused(
                    "{\"type\":\"object\",\"properties\":{\"a/b\":{\"" + keyword + "\":{}}}}",
                    "\"" + keyword + "\" at /properties/a~1b is not supported");
        }
        refused("{\"not\":{}}", "\"not\" is not supported; leave it out");
        refused("{\"items\":{\"uniqueItems\":true}}", "\"uniqueItems\" at /items is not supported");
        refused(
                "{\"anyOf\":[{},{\"format\":\"uri\"}]}",
                "\"format\" at /anyOf/1 is \"uri\"; supported are date, date-time, email, time, uuid");
        refused("{\"pattern\":\"(?=a)\"}", "\"pattern\" cannot be used: '(?=' is not supported");
        refused("{\"$ref\":\"#/$defs/a\",\"$defs\":{\"a\":{\"not\":{}}}}", "\"not\" at /$defs/a is not supported");
        assertThatExceptionOfType(SchemaException.class)
                .isThrownBy(() -> JsonSchema.parse("{\"items\":{\"not\":{}}}"))
                .satisfies(e -> assertThat(e.path()).isEqualTo("/items"));
    }

    @Test
    void whatIsOfTheWrongKindIsNamedWithWhatBelongsThere() {
        refused("{\"type\":\"text\"}", "\"type\" is \"text\"; expected object, array");
        refused("{\"type\":[]}", "\"type\" lists no type");
        refused("{\"minLength\":\"5\"}", "\"minLength\" is \"5\"; expected a whole number from 0 to 1000");
        refused("{\"minLength\":-1}", "\"minLength\" is -1; expected a whole number");
        refused("{\"maxItems\":1.5}", "\"maxItems\" is 1.5; expected a whole number");
        refused("{\"minimum\":\"0\"}", "\"minimum\" is \"0\"; expected a number");
        refused("{\"exclusiveMinimum\":true}", "\"exclusiveMinimum\" is true; expected a number");
        refused("{\"multipleOf\":0}", "\"multipleOf\" is 0; expected a number above 0");
        refused("{\"enum\":[]}", "\"enum\" is []; expected a list that is not empty");
        refused("{\"anyOf\":{}}", "\"anyOf\" is {}; expected a list");
        refused("{\"properties\":[]}", "\"properties\" is []; expected an object");
        refused("{\"properties\":{\"a\":1}}", "the schema at /properties/a must be an object, true or false");
        refused("{\"required\":[1]}", "\"required\" is [1]; expected strings");
        refused("{\"items\":[{}]}", "\"items\" is a list; say \"prefixItems\"");
        refused("{\"$ref\":\"other.json\"}", "\"$ref\" is \"other.json\"; expected a place in the same schema");
        refused("{\"$ref\":\"#/$defs/none\"}", "\"$ref\" is \"#/$defs/none\", which is not in the schema");
        refused("[]", "the schema must be an object");
        refused("", "the schema is empty");
        refused("{\"a\"", "the schema is no JSON");
        refused("{} {}", "the schema goes on after its JSON ends");
        refused("{\"const\":\"\\ud800\"}", "the schema holds half of a surrogate pair");
    }

    @Test
    void whatAllowsNothingIsAnError() {
        refused("false", "no value can follow the schema");
        refused("{\"type\":\"string\",\"enum\":[1,2]}", "no value can follow the schema");
        refused(
                "{\"properties\":{\"a\":{\"type\":\"integer\",\"minimum\":2,\"maximum\":1}},\"required\":[\"a\"]}",
                "look at /properties/a");
        refused("{\"allOf\":[{\"type\":\"string\"},{\"type\":\"integer\"}]}", "no value can follow the schema");
        refused("{\"required\":[\"a\"],\"additionalProperties\":false}", "no value can follow the schema");
        refused(
                "{\"properties\":{\"self\":{\"$ref\":\"#\"}},\"required\":[\"self\"]}",
                "no value can follow the schema");
    }

    @Test
    void aOneOfThatMightBeFollowedTwiceIsAnError() {
        refused(
                "{\"oneOf\":[{\"type\":\"integer\"},{\"type\":\"number\"}]}",
                "\"oneOf\" might be followed twice: what schema 0 writes may follow schema 1");
        refused(
                "{\"oneOf\":[{\"properties\":{\"a\":{\"type\":\"string\"}}},{\"properties\":{\"b\":{\"type\":\"string\"}}}]}",
                "use anyOf");
        refused("{\"oneOf\":[{\"minLength\":2},{\"maxLength\":2}],\"type\":\"string\"}", "might be followed twice");
    }

    @Test
    void whatRefersToItselfWithoutAnythingInBetweenIsAnError() {
        refused("{\"$ref\":\"#\"}", "refers to itself");
        refused(
                "{\"$ref\":\"#/$defs/a\",\"$defs\":{\"a\":{\"anyOf\":[{\"$ref\":\"#/$defs/b\"}]},\"b\":{\"allOf\":[{\"$ref\":\"#/$defs/a\"}]}}}",
                "refers to itself");
        refused("{\"anyOf\":[{\"type\":\"null\"},{\"$ref\":\"#\"}]}", "refers to itself");
        refused(chain(3_000, "{\"$ref\":\"#/$defs/a%d\"}"), "through more than 16 schemas");
    }

    @Test
    void hugeSchemasAreRefusedAndNotBuilt() {
        refused("{\"items\":".repeat(100_000) + "{}" + "}".repeat(100_000), "is longer than 262144 characters");
        refused("{\"items\":".repeat(20_000) + "{}" + "}".repeat(20_000), "is nested deeper than 64 levels");
        refused("{\"pattern\":\"" + "(".repeat(900) + "\"}", "groups nest deeper than 64");
        refused("{\"pattern\":\"((((\"}", "'(' is not closed");
        refused("{\"pattern\":\"(((a{1,100}){1,100}){1,100}){1,100}\"}", "more than 2000 places");
        refused("{\"type\":\"string\",\"maxLength\":1000000}", "expected a whole number from 0 to 1000");
        refused("{\"enum\":[" + list(3_000, "%d") + "]}", "\"enum\" lists more than 2000 values");
        refused("{\"properties\":{" + list(300, "\"p%d\":{}") + "}}", "lists more than 256 properties");
        refused(
                "{\"properties\":{"
                        + IntStream.range(0, 256)
                                .mapToObj(i -> "\"p" + i + "\":{\"type\":\"string\",\"maxLength\":" + (700 + i) + "}")
                                .collect(Collectors.joining(","))
                        + "}}",
                "more than 50000 places");
        refused("{\"anyOf\":[" + list(300, "{\"const\":%d}") + "]}", "lists more than 256 schemas");
        refused("{\"minimum\":1e400}", "\"minimum\" is 1E+400; expected a number of at most 30 digits");
        refused("{\"multipleOf\":1e-300}", "\"multipleOf\" is 1E-300; expected");
        refused("{\"type\":\"integer\",\"multipleOf\":997}", "\"multipleOf\" takes too many states");
        refused("{\"const\":" + "9".repeat(2_000) + "}", "the schema is no JSON");
    }

    @Test
    void schemasThatMultiplyAreRefusedAndNotMultiplied() {
        String twice =
                "{\"type\":\"object\",\"properties\":{\"x\":{\"$ref\":\"#/$defs/a%1$d\"},\"y\":{\"$ref\":\"#/$defs/a%1$d\"}},\"required\":[\"x\",\"y\"]}";
        refused(chain(40, twice), "is longer than 65536 characters");
        refused(
                chain(300, "{\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/a%d\"}}"),
                "nests deeper than 256 values");
        refused(
                "{\"allOf\":[" + list(12, "{\"anyOf\":[{\"minLength\":1},{\"maxLength\":9},{\"pattern\":\"%d\"}]}")
                        + "]}",
                "take too many steps to combine");
        String pattern = "{\"type\":\"string\",\"allOf\":[{\"pattern\":\"a.{10}b\"},{\"pattern\":\"c.{10}d\"}]}";
        refused(pattern, "the patterns and lengths take too many states together");
        String deep =
                "{\"type\":\"array\",\"minItems\":1000,\"items\":{\"type\":\"array\",\"minItems\":1000,\"items\":{\"type\":\"string\",\"minLength\":1000}}}";
        refused(deep, "the shortest value at /items is longer than 65536 characters");
        String wide = "{\"$ref\":\"#/$defs/n\",\"$defs\":{\"n\":{\"type\":\"object\",\"properties\":{"
                + list(200, "\"p%d\":{\"anyOf\":[{\"$ref\":\"#/$defs/n\"},{\"type\":\"null\"}]}") + "}}}}";
        refused(wide, "the schema is too large");
    }

    @Test
    void aTextThatCanBeReadInTooManyWaysIsRefusedWhileItIsFollowed() {
        String branch = "{\"properties\":{\"x\":{\"$ref\":\"#/$defs/a%1$d\"}},\"required\":[\"x\"]}";
        JsonCursor cursor = JsonSchema.parse(chain(14, "{\"anyOf\":[" + branch + "," + branch + "]}"))
                .grammar(Spacing.COMPACT)
                .cursor();

        assertThatExceptionOfType(SchemaException.class)
                .isThrownBy(() -> cursor.advance("{\"x\":".repeat(14)))
                .withMessageContaining("in more than 2000 ways");
    }

    @Test
    void ambiguousPatternsTakeTimeInProportionToTheText() throws PatternException {
        for (String pattern :
                List.of("^(a|a)*$", "^((a*)*)*$", "^(a?){500}$", "(a*|b*)".repeat(140), "^(\\w{1,4}){1,80}$")) {
            Regex regex = new Regex(pattern);

            assertThat(regex.matches("a".repeat(300))).as(pattern).isTrue();
        }
        assertThat(new Regex("^(a|a)*$").matches("a".repeat(10_000) + "b")).isFalse();
        Regex tooMuch = new Regex("^(\\w{1,40}){1,40}$");
        assertThatExceptionOfType(SchemaException.class)
                .isThrownBy(() -> tooMuch.matches("a".repeat(100_000)))
                .withMessageContaining("too many steps");
    }

    @Test
    void schemasAtTheLimitsAreBuilt() {
        for (String schema : List.of(
                "{\"items\":".repeat(60) + "{}" + "}".repeat(60),
                "{\"pattern\":\"" + "(".repeat(64) + "a" + ")".repeat(64) + "\"}",
                "{\"type\":\"object\",\"properties\":{" + list(256, "\"p%d\":{\"type\":\"string\"}")
                        + "},\"additionalProperties\":true}",
                "{\"type\":\"object\",\"additionalProperties\":true,\"properties\":{\"" + "n".repeat(256) + "\":true}}",
                "{\"type\":\"array\",\"maxItems\":1000,\"items\":{\"type\":\"array\",\"maxItems\":1000,\"items\":{\"type\":\"string\",\"maxLength\":1000}}}",
                "{\"enum\":[" + list(1_500, "\"v%d\"") + "]}",
                "{\"oneOf\":[" + list(40, "{\"properties\":{\"k\":{\"const\":%d}},\"required\":[\"k\"]}") + "]}")) {
            JsonGrammar grammar = JsonSchema.parse(schema).grammar(Spacing.COMPACT);
            JsonCursor cursor = grammar.cursor();

            assertThat(cursor.advance(cursor.closing())).isTrue();
            assertThat(cursor.isComplete()).isTrue();
        }
    }

    private static void refused(String schema, String problem) {
        assertThatExceptionOfType(SchemaException.class)
                .as(schema.substring(0, Math.min(schema.length(), 200)))
                .isThrownBy(() -> JsonSchema.parse(schema).grammar(Spacing.COMPACT))
                .withMessageContaining(problem);
    }

    /// `a0`, which is described by way of `a1` and so on, down to null.
    private static String chain(int length, String step) {
        Map<Integer, String> steps =
                IntStream.range(0, length).boxed().collect(Collectors.toMap(i -> i, i -> step.formatted(i + 1)));
        String all = steps.entrySet().stream()
                .map(each -> "\"a" + each.getKey() + "\":" + each.getValue())
                .collect(Collectors.joining(","));
        return "{\"$ref\":\"#/$defs/a0\",\"$defs\":{" + all + ",\"a" + length + "\":{\"type\":\"null\"}}}";
    }

    private static String list(int count, String each) {
        return IntStream.range(0, count).mapToObj(each::formatted).collect(Collectors.joining(","));
    }
}
