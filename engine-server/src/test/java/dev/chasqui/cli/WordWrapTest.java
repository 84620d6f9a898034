package dev.chasqui.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class WordWrapTest {

    private static final String TAKE_BACK = "\u001b\\[(\\d+)D\u001b\\[K";

    @Test
    void aWordThatDoesNotFitMovesToTheNextLine() {
        assertThat(screen(21, "one two three four five six")).containsExactly("one two three four ", "five six");
    }

    @Test
    void aWordLongerThanALineIsBrokenWhereTheLineEnds() {
        assertThat(screen(21, "x".repeat(45))).containsExactly("x".repeat(20), "x".repeat(20), "xxxxx");
    }

    @Test
    void linesOfTheTextStayLines() {
        assertThat(screen(40, "a\n\n  b\n")).containsExactly("a", "", "  b", "");
    }

    @Test
    void wideCharactersTakeTwoColumns() {
        assertThat(screen(21, "市".repeat(12))).containsExactly("市".repeat(10), "市市");
    }

    @Test
    void aTerminalTooNarrowToReadIsLeftAlone() {
        assertThat(new WordWrap(10).add("one two three four")).isEqualTo("one two three four");
    }

    @Test
    void inWhateverPiecesTextComesNoLineIsTooLongAndNoLetterLost() {
        long seed = 20261125;
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            StringBuilder text = new StringBuilder();
            while (text.length() < 300) {
                text.append("abcdefghijklmnopqrstuvwxyz0123456789", 0, 1 + random.nextInt(30))
                        .append(' ');
            }
            int width = 20 + random.nextInt(60);
            WordWrap wrap = new WordWrap(width);
            StringBuilder printed = new StringBuilder();
            for (int at = 0; at < text.length(); ) {
                int end = Math.min(text.length(), at + 1 + random.nextInt(9));
                printed.append(wrap.add(text.substring(at, end)));
                at = end;
            }

            List<String> lines = shown(printed.toString());

            assertThat(lines).as("seed %d, round %d", seed, round).allMatch(line -> line.length() < width);
            assertThat(String.join("", lines).replace(" ", ""))
                    .isEqualTo(text.toString().replace(" ", ""));
        }
    }

    private static List<String> screen(int width, String text) {
        return shown(new WordWrap(width).add(text));
    }

    /// What a terminal makes of it.
    private static List<String> shown(String printed) {
        StringBuilder screen = new StringBuilder();
        String rest = printed;
        while (!rest.isEmpty()) {
            java.util.regex.Matcher back =
                    java.util.regex.Pattern.compile("^" + TAKE_BACK).matcher(rest);
            if (back.find()) {
                screen.setLength(screen.length() - Integer.parseInt(back.group(1)));
                rest = rest.substring(back.end());
            } else {
                screen.append(rest.charAt(0));
                rest = rest.substring(1);
            }
        }
        return List.of(screen.toString().split("\n", -1));
    }
}
