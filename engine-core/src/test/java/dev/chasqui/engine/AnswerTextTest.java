package dev.chasqui.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AnswerTextTest {

    @Test
    void halfACharacterWaitsForItsOtherHalf() {
        AnswerText text = new AnswerText(List.of());
        byte[] moon = "🌙".getBytes(StandardCharsets.UTF_8);

        assertThat(text.add(new byte[] {moon[0], moon[1]})).isEmpty();
        assertThat(text.add(new byte[] {moon[2]})).isEmpty();
        assertThat(text.add(new byte[] {moon[3], '!'})).isEqualTo("🌙!");
    }

    @Test
    void aStopStringEndsTheTextBeforeIt() {
        AnswerText text = new AnswerText(List.of("\n\n", "STOP"));

        assertThat(text.add(bytes("Buy."))).isEqualTo("Buy.");
        assertThat(text.add(bytes(" ST"))).isEqualTo(" ");
        assertThat(text.add(bytes("OP and more"))).isEmpty();
        assertThat(text.stopped()).isTrue();
        assertThat(text.rest()).isEmpty();
    }

    @Test
    void whatOnlyLookedLikeAStopStringIsShown() {
        AnswerText text = new AnswerText(List.of("STOP"));

        String shown = text.add(bytes("ST")) + text.add(bytes("OCK")) + text.add(bytes(" STO")) + text.rest();

        assertThat(shown).isEqualTo("STOCK STO");
        assertThat(text.stopped()).isFalse();
    }

    @Test
    void theEarliestOfSeveralStopStringsCounts() {
        AnswerText text = new AnswerText(List.of("later", "soon"));

        assertThat(text.add(bytes("soon and later"))).isEmpty();
        assertThat(text.stopped()).isTrue();
    }

    @Test
    void anEmptyStopStringStopsNothing() {
        AnswerText text = new AnswerText(List.of(""));

        assertThat(text.add(bytes("abc"))).isEqualTo("abc");
        assertThat(text.stopped()).isFalse();
    }

    @Test
    void bytesThatAreNoCharacterBecomeTheReplacementCharacter() {
        AnswerText text = new AnswerText(List.of());

        assertThat(text.add(new byte[] {'a', (byte) 0xFF, 'b'})).isEqualTo("a\uFFFDb");
        assertThat(text.add(new byte[] {(byte) 0xC3})).isEmpty();
        assertThat(text.rest()).isEqualTo("\uFFFD");
    }

    @Test
    void howeverTheBytesAreCutTheTextIsTheSame() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        String whole = "Größe 🌙 — 价格 ↑ STO STOX \u0000 end";
        byte[] all = bytes(whole);
        for (int round = 0; round < 500; round++) {
            AnswerText text = new AnswerText(List.of("STOP", "价x"));
            StringBuilder shown = new StringBuilder();
            for (int at = 0; at < all.length; ) {
                int next = Math.min(all.length, at + 1 + random.nextInt(5));
                shown.append(text.add(java.util.Arrays.copyOfRange(all, at, next)));
                at = next;
            }
            shown.append(text.rest());

            assertThat(shown.toString()).as("seed %d, round %d", seed, round).isEqualTo(whole);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
