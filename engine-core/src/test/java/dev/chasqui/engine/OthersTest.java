package dev.chasqui.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class OthersTest {

    private OptionalDouble free = OptionalDouble.of(4);
    private final Others others = new Others(now -> free, 4, () -> 0);

    @Test
    void halfACoreOnAverageIsBusy() {
        assertThat(others.look()).isEqualTo(4);
        free = OptionalDouble.of(2.2);
        assertThat(others.look()).isEqualTo(2);

        assertThat(others.wereBusy()).isTrue();

        free = OptionalDouble.of(3.6);
        others.look();
        assertThat(others.wereBusy()).as("since it was asked last").isFalse();
    }

    @Test
    void aCoreIsAlwaysLeft() {
        free = OptionalDouble.of(0);

        assertThat(others.look()).isEqualTo(1);
    }

    @Test
    void whereNobodyKnowsNobodyIsBusy() {
        free = OptionalDouble.empty();

        assertThat(others.look()).isEqualTo(4);
        assertThat(others.wereBusy()).isFalse();
    }
}
