package dev.chasqui.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// Patterns against the JDK's regular expressions, over every short string of a small alphabet.
class PatternTest {

    private static final List<String> PATTERNS = List.of(
            "",
            "^$",
            "a",
            "^a",
            "a$",
            "^a$",
            "^a|b$",
            "(^a|b$)",
            "^(a|b)$",
            "a|",
            "ab|ba",
            "^(ab|a)(b|)$",
            "^a*$",
            "^a+b?$",
            "^(a|b){2}$",
            "^(a|b){2,}$",
            "^(a?b){1,3}$",
            "^a*?b+?$",
            "^.$",
            "^[ab]-$",
            "^[^a]+$",
            "^[a-b1]*$",
            "^[-a]$",
            "^[a-]$",
            "^\\d\\D$",
            "^\\w+$",
            "^\\W$",
            "^\\s$",
            "^\\S\\s\\S$",
            "^(?:a|b1)+$",
            "^(?<name>a)b$",
            "^\\x61\\u0062$",
            "^[\\d\\-]+$",
            "^a\\-b$",
            "^\"$",
            "^\\\\$",
            "^((a*)*b)*$",
            "^(a*|b*)*$",
            "^(a?){3}$",
            "^(|a)b$",
            "^[^\\s]$",
            "\\.",
            "^\\{1\\}$",
            "1{2}$");

    private static final String LETTERS = "ab1-\"\\ .";

    @Test
    void aStringIsWrittenExactlyIfThePatternMatchesIt() throws PatternException {
        List<String> strings = strings(4);
        for (String pattern : PATTERNS) {
            Pattern judge = Pattern.compile(pattern);
            Regex regex = new Regex(pattern);
            JsonGrammar grammar = JsonSchema.parse("{\"type\":\"string\",\"pattern\":" + Json.quoted(pattern) + "}")
                    .grammar(Spacing.COMPACT);
            for (String string : strings) {
                boolean expected = judge.matcher(string).find();
                JsonCursor cursor = grammar.cursor();
                boolean written = cursor.advance(Json.quoted(string)) && cursor.isComplete();

                assertThat(regex.matches(string))
                        .as("%s matches %s", pattern, string)
                        .isEqualTo(expected);
                assertThat(written).as("%s is written for %s", string, pattern).isEqualTo(expected);
            }
        }
    }

    @Test
    void charactersBeyondAsciiAreCharacters() throws PatternException {
        assertThat(new Regex("^.{2}$").matches("🚀é")).isTrue();
        assertThat(new Regex("^[é-ü🚀]+$").matches("éü🚀")).isTrue();
        assertThat(new Regex("^[é-ü🚀]+$").matches("e")).isFalse();
        assertThat(new Regex("^\\uD83D\\uDE80\\u{1F680}$").matches("🚀🚀")).isTrue();
        assertThat(new Regex("^.$").matches("\u2028")).isFalse();
    }

    @Test
    void whatIsBeyondTheSubsetIsNamed() {
        Map.ofEntries(
                        Map.entry("(?=a)", "'(?=' is not supported"),
                        Map.entry("(?<!a)b", "'(?<' is not supported"),
                        Map.entry("(a)\\1", "'\\1' is not supported"),
                        Map.entry("\\bword\\b", "'\\b' is not supported"),
                        Map.entry("\\p{L}", "'\\p' is not supported"),
                        Map.entry("a^b", "'^' is only supported at the start"),
                        Map.entry("a$b", "'$' is only supported at the end"),
                        Map.entry("(^a)b", "'^' is only supported at the start"),
                        Map.entry("((((", "'(' is not closed"),
                        Map.entry("a)", "')' closes nothing"),
                        Map.entry("[a", "'[' is not closed"),
                        Map.entry("[]", "'[]' allows nothing"),
                        Map.entry("[z-a]", "from a character to a later one"),
                        Map.entry("*a", "'*' repeats nothing"),
                        Map.entry("a**", "a quantifier follows another"),
                        Map.entry("a{", "a number is missing"),
                        Map.entry("a{2,1}", "repeats less often than it must"),
                        Map.entry("a{1001}", "repeats more than 1000 times"),
                        Map.entry("a{99999999999}", "repeats more than 1000 times"),
                        Map.entry("(a{100}){100}", "more than 2000 places"),
                        Map.entry("}", "must be written '\\}'"),
                        Map.entry("\\", "is the last character"),
                        Map.entry("\\u12", "lacks its digits"),
                        Map.entry("\\ud800", "half of a surrogate pair"),
                        Map.entry("(".repeat(65) + ")".repeat(65), "groups nest deeper than 64"),
                        Map.entry("a".repeat(1_001), "is longer than 1000 characters"))
                .forEach((pattern, problem) -> assertThatExceptionOfType(PatternException.class)
                        .as(pattern)
                        .isThrownBy(() -> new Regex(pattern))
                        .withMessageContaining(problem));
    }

    private static List<String> strings(int longest) {
        List<String> all = new ArrayList<>(List.of(""));
        for (int from = 0, length = 1; length <= longest; length++) {
            int to = all.size();
            for (String string : List.copyOf(all.subList(from, to))) {
                LETTERS.chars().forEach(letter -> all.add(string + (char) letter));
            }
            from = to;
        }
        return all;
    }
}
