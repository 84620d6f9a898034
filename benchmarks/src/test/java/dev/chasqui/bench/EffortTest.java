package dev.chasqui.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class EffortTest {

    @Test
    void longSubjectsHaveFewerRoundsAndShortOnesMore() {
        Effort full = Effort.full(2);

        assertThat(full.atMost(3, 0).turns()).isEqualTo(3);
        assertThat(full.withRounds(2, 1).atMost(3, 0).turns()).isEqualTo(2);
        assertThat(full.times(4).turns()).isEqualTo(4 * full.turns());
        assertThat(Effort.quick(2).turns()).isEqualTo(1);
    }

    @Test
    void aMeasurementNeedsARoundAndAThread() {
        assertThatThrownBy(() -> Effort.full(0)).hasMessage("threads is 0; expected >= 1");
        assertThatThrownBy(() -> Effort.full(2).withRounds(0, 1)).hasMessage("rounds is 0; expected >= 1");
    }

    @Test
    void theFixedNumbersOfThreadsAreFewOnEveryMachine() {
        assertThat(BusyNeighbour.counts(1)).containsExactly(1);
        assertThat(BusyNeighbour.counts(2)).containsExactly(1, 2);
        assertThat(BusyNeighbour.counts(64)).containsExactly(1, 32, 63, 64);
    }
}
