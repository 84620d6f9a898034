package dev.chasqui.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class JsonCursorTest {

    private static final String DECISION = """
            {"type":"object","properties":{
              "action":{"enum":["BUY","SELL","HOLD"],"default":"HOLD"},
              "confidence":{"type":"number","minimum":0,"maximum":1,"default":0.5},
              "reason":{"type":"string","maxLength":80},
              "symbol":{"type":"string","default":"n/a"}},
             "required":["action","confidence","reason"]}""";

    private final JsonCursor cursor = cursor(DECISION);

    @Test
    void whatMustFollowIsForced() {
        assertThat(cursor.forced()).isEqualTo("{\"action\":\"");
        assertThat(cursor.advance("{\"action\":\"S")).isTrue();
        assertThat(cursor.forced()).isEqualTo("ELL\",\"confidence\":");
        assertThat(cursor.advance("ELL\",\"confidence\":0.7")).isTrue();
        assertThat(cursor.forced()).isEmpty();
        assertThat(cursor.advance(",")).isTrue();
        assertThat(cursor.forced()).isEqualTo("\"reason\":\"");
    }

    @Test
    void nothingIsForcedWhereTheAnswerMayEnd() {
        JsonCursor number = cursor("{\"enum\":[1,12]}");
        number.advance("1");

        assertThat(number.isComplete()).isTrue();
        assertThat(number.isOver()).isFalse();
        assertThat(number.forced()).isEmpty();
        number.advance("2");
        assertThat(number.isOver()).isTrue();
    }

    @Test
    void everythingIsForcedUpToTheEndWhereThereIsNoChoice() {
        JsonCursor only = cursor("{\"const\":{\"a\":[1,\"é🚀\"]}}");

        assertThat(only.forced()).isEqualTo("{\"a\":[1,\"é🚀\"]}");
        only.advance(only.forced());
        assertThat(only.isOver()).isTrue();
        assertThat(only.accepts(" ")).isFalse();
    }

    @Test
    void requiredValuesThatAreNotBegunEndWithTheirDefault() {
        assertThat(closed("")).isEqualTo("{\"action\":\"HOLD\",\"confidence\":0.5,\"reason\":\"\"}");
        assertThat(closed("{\"action\":\"")).isEqualTo("{\"action\":\"HOLD\",\"confidence\":0.5,\"reason\":\"\"}");
        assertThat(closed("{\"action\":\"B")).isEqualTo("{\"action\":\"BUY\",\"confidence\":0.5,\"reason\":\"\"}");
        assertThat(closed("{\"action\":\"BUY\",\"confidence\":0."))
                .isEqualTo("{\"action\":\"BUY\",\"confidence\":0.5,\"reason\":\"\"}");
        assertThat(closed("{\"action\":\"BUY\",\"confidence\":0.9"))
                .isEqualTo("{\"action\":\"BUY\",\"confidence\":0.9,\"reason\":\"\"}");
    }

    @Test
    void optionalValuesAreNotAddedButFinishedOnceBegun() {
        String begun = "{\"action\":\"BUY\",\"confidence\":1,\"reason\":\"x\"";

        assertThat(closed(begun)).isEqualTo(begun + "}");
        assertThat(closed(begun + ",")).isEqualTo(begun + ",\"symbol\":\"n/a\"}");
        assertThat(closed(begun + ",\"symbol\":\"AAPL")).isEqualTo(begun + ",\"symbol\":\"AAPL\"}");
    }

    @Test
    void aDefaultTheSchemaDoesNotAllowIsPassedOver() {
        String schema =
                "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\",\"minLength\":2,\"default\":null},"
                        + "\"b\":{\"$ref\":\"#/$defs/b\",\"default\":2}},\"required\":[\"a\",\"b\"],"
                        + "\"$defs\":{\"b\":{\"enum\":[1,2,3],\"default\":3}}}";

        assertThat(text(cursor(schema).closing())).matches("\\{\"a\":\"[0-9a-zA-Z]{2}\",\"b\":2}");
    }

    @Test
    void numbersInProgressAreFinished() {
        JsonCursor number = cursor("{\"type\":\"number\"}");
        for (String begun : new String[] {"-", "-0.", "1.", "1e", "1e-"}) {
            JsonCursor here = number.copy();
            assertThat(here.advance(begun)).isTrue();
            assertThat(here.isComplete()).as(begun).isFalse();
            assertThat(text(here.closing())).as(begun).isEqualTo("0");
        }
        assertThat(number.advance("1.5")).isTrue();
        assertThat(number.isComplete()).isTrue();
        assertThat(number.closing()).isEmpty();
    }

    @Test
    void escapesAndSurrogatePairsAreFinished() {
        for (String begun :
                new String[] {"\\", "\\u", "\\u00", "\\ud8", "\\ud83d", "\\ud83d\\", "\\ud83d\\ude8", "\\uD83D\\uDE80"
                }) {
            JsonCursor string = cursor("{\"type\":\"string\"}");
            assertThat(string.advance("\"a" + begun)).as(begun).isTrue();
            String whole = "\"a" + begun + text(string.closing());

            assertThat(JsonSchema.parse("{\"type\":\"string\"}").check(whole))
                    .as(whole)
                    .isEmpty();
        }
    }

    @Test
    void charactersMayComeInHalves() {
        byte[] bytes = "\"é東🚀\"".getBytes(StandardCharsets.UTF_8);
        JsonCursor string = cursor("{\"type\":\"string\"}");
        for (int i = 0; i < bytes.length; i++) {
            assertThat(string.isComplete()).isFalse();
            assertThat(string.advance(new byte[] {bytes[i]})).isTrue();
            byte[] closing = string.closing();
            byte[] whole = Arrays.copyOf(bytes, i + 1 + closing.length);
            System.arraycopy(closing, 0, whole, i + 1, closing.length);

            assertThat(JsonSchema.parse("{\"type\":\"string\"}").check(text(whole)))
                    .isEmpty();
            assertThat(text(whole)).doesNotContain("\uFFFD");
        }
        assertThat(string.isOver()).isTrue();
    }

    @Test
    void halvesOfCharactersThatMayNotComeAreRefused() {
        JsonCursor string = cursor("{\"type\":\"string\",\"pattern\":\"^[é東]*$\"}");
        string.advance("\"");

        assertThat(string.accepts(new byte[] {(byte) 0xC3})).isTrue();
        assertThat(string.accepts(new byte[] {(byte) 0xC3, (byte) 0xA8})).isFalse();
        assertThat(string.accepts(new byte[] {(byte) 0xC4})).isFalse();
        assertThat(string.accepts(new byte[] {(byte) 0xF0})).isFalse();
        string.advance(new byte[] {(byte) 0xE6});
        assertThat(string.forced()).isEmpty();
        assertThat(string.accepts("é")).isFalse();
        assertThat(text(string.closing())).isNotEmpty();
        assertThat(string.advance(new byte[] {(byte) 0x9D, (byte) 0xB1, '"'})).isTrue();
        assertThat(string.isOver()).isTrue();
    }

    @Test
    void bytesThatAreNoUtf8AreRefused() {
        int[][] broken = {
            {0x80},
            {0xC0, 0x80},
            {0xC1, 0xBF},
            {0xE0, 0x82},
            {0xED, 0xA0},
            {0xF0, 0x82},
            {0xF4, 0x90},
            {0xF5},
            {0xC3, 'a'},
            {0xE6, 0x9D, 'a'}
        };
        JsonCursor string = cursor("{\"type\":\"string\"}");
        string.advance("\"");
        for (int[] values : broken) {
            byte[] bytes = new byte[values.length];
            for (int i = 0; i < bytes.length; i++) bytes[i] = (byte) values[i];
            assertThat(string.accepts(bytes)).as(Arrays.toString(values)).isFalse();
        }
        assertThat(string.accepts("\uD83D")).isFalse();
    }

    @Test
    void whatIsRefusedChangesNothingAndCopiesGoTheirOwnWay() {
        cursor.advance("{\"action\":\"");
        JsonCursor copy = cursor.copy();

        assertThat(cursor.advance("BUX")).isFalse();
        assertThat(cursor.forced()).isEmpty();
        assertThat(copy.advance("HO")).isTrue();
        assertThat(copy.forced()).startsWith("LD\"");
        assertThat(cursor.advance("SELL")).isTrue();
        assertThat(cursor.advance("")).isTrue();
        assertThat(cursor.accepts("\"")).isTrue();
        assertThat(cursor.forced()).startsWith("\",");
    }

    private String closed(String begun) {
        JsonCursor here = cursor.copy();
        assertThat(here.advance(begun)).as(begun).isTrue();
        String whole = begun + text(here.closing());
        assertThat(JsonSchema.parse(DECISION).check(whole)).isEmpty();
        return whole;
    }

    private static JsonCursor cursor(String schema) {
        return JsonSchema.parse(schema).grammar(Spacing.COMPACT).cursor();
    }

    private static String text(byte[] utf8) {
        return new String(utf8, StandardCharsets.UTF_8);
    }
}
