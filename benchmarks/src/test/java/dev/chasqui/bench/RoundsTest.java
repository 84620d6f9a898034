package dev.chasqui.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.chasqui.bench.Rounds.Subject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RoundsTest {

    @Test
    void subjectsTakeTurnsAndTheOrderTurnsRound() {
        List<String> order = new ArrayList<>();
        Subject a = new Subject("a", i -> order.add("a" + i) ? i : 0);
        Subject b = new Subject("b", i -> order.add("b" + i) ? -i : 0);

        Rounds rounds = Rounds.run(List.of(a, b), 1, 2, Duration.ZERO);

        assertThat(order).containsExactly("a0", "b0", "b1", "a1", "a2", "b2");
        assertThat(rounds.values().get("a")).as("the warm-up does not count").containsExactly(1, 2);
        assertThat(rounds.values().get("b")).containsExactly(-1, -2);
    }

    @Test
    void aRatioIsTheMedianOfTheRoundsRatios() {
        // The machine halved its speed in the second round: the ratio of the medians would be 12 / 10.
        Rounds rounds = new Rounds(Map.of("a", new double[] {12, 5, 20}, "b", new double[] {10, 5, 10}));

        assertThat(rounds.median("a")).isEqualTo(12);
        assertThat(rounds.ratio("a", "b")).isCloseTo(1.2, within(1e-9));
        assertThat(rounds.difference("a", "b")).isEqualTo(2);
        assertThat(Rounds.median(new double[] {4, 1, 3, 2})).isEqualTo(2.5);
    }
}
