package dev.chasqui.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class VectorsTest {

    @Test
    void aVectorGetsLengthOneAfterItWasCut() {
        float[] vector = {3, 4, 12};

        assertThat(Vectors.normalised(vector, OptionalInt.empty())).containsExactly(3 / 13f, 4 / 13f, 12 / 13f);
        assertThat(Vectors.normalised(vector, OptionalInt.of(2))).containsExactly(0.6f, 0.8f);
        assertThat(Vectors.normalised(vector, OptionalInt.of(7))).hasSize(3);
    }

    @Test
    void zeroStaysZeroAndLargeNumbersDoNotOverflow() {
        assertThat(Vectors.normalised(new float[2], OptionalInt.empty())).containsExactly(0, 0);
        assertThat(Vectors.normalised(new float[] {3e38f, 3e38f}, OptionalInt.empty()))
                .containsExactly((float) Math.sqrt(0.5), (float) Math.sqrt(0.5));
    }

    @Test
    void whatIsNoNumberIsRefusedEvenWhereItWouldBeCut() {
        for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
            assertThatThrownBy(() -> Vectors.normalised(new float[] {1, bad}, OptionalInt.of(1)))
                    .hasMessage("embedding contains NaN or Inf values");
        }
    }
}
