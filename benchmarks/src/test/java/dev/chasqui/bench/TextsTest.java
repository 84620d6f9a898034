package dev.chasqui.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TextsTest {

    /// A token for every four letters of a word.
    private final Texts texts = new Texts(text -> Arrays.stream(text.split("(?= )|(?<=\\G.{4})"))
            .mapToInt(String::hashCode)
            .toArray());

    @Test
    void aTextHasExactlySoManyTokensAndBeginsAsNoOther() {
        Set<Integer> firsts = new HashSet<>();
        for (int number = 0; number < 20; number++) {
            int[] tokens = texts.tokens(texts.of(137, number));

            assertThat(tokens).hasSize(137);
            firsts.add(tokens[0]);
        }
        assertThat(firsts).hasSize(20);
    }

    @Test
    void whatGoesOnKeepsTheBeginningsTokensAndItsOwnEnding() {
        String before = texts.of(50, 1);

        String text = texts.continued(before, 30, 2, " Count: 1, 2,");

        assertThat(text).startsWith(before + " ").endsWith(" Count: 1, 2,");
        assertThat(texts.tokens(text)).hasSize(80).startsWith(texts.tokens(before));
    }

    @Test
    void aLengthThatCannotBeIsAnError() {
        Texts twins = new Texts(text -> new int[2 * text.length()]);

        assertThatThrownBy(() -> twins.of(31, 0)).hasMessage("found no text of exactly 31 tokens");
    }
}
