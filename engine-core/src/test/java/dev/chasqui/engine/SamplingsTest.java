package dev.chasqui.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chasqui.api.Option;
import dev.chasqui.api.Options;
import dev.chasqui.llama.Sampling;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SamplingsTest {

    @Test
    void whatIsNotSetIsOllamasDefault() {
        Sampling sampling = of(Options.NONE.with(Option.SEED, 5));

        assertThat(sampling).isEqualTo(new Sampling(0.8f, 40, 0.9f, 0, 1, 64, 1, 0, 0, 5, Optional.empty()));
    }

    @Test
    void everyOptionArrives() {
        Options options = Options.parse(Map.of(
                "temperature", 0.3,
                "top_k", 7,
                "top_p", 0.5,
                "min_p", 0.1,
                "typical_p", 0.6,
                "repeat_last_n", 20,
                "repeat_penalty", 1.2,
                "presence_penalty", 0.4,
                "frequency_penalty", -0.4,
                "seed", 99));

        assertThat(of(options))
                .isEqualTo(new Sampling(0.3f, 7, 0.5f, 0.1f, 0.6f, 20, 1.2f, 0.4f, -0.4f, 99, Optional.empty()));
    }

    @Test
    void penaltiesLookAtTheWholeContextAtMinusOneAndAtNothingAtZero() {
        Options penalizing = Options.NONE.with(Option.REPEAT_PENALTY, 1.1);

        assertThat(of(penalizing.with(Option.REPEAT_LAST_N, -1)).repeatLastN()).isEqualTo(512);
        assertThat(of(penalizing.with(Option.REPEAT_LAST_N, Integer.MAX_VALUE)).repeatLastN())
                .isEqualTo(512);
        assertThat(of(penalizing.with(Option.REPEAT_LAST_N, 0)).penalizes()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, -2, 4294967295L, Long.MAX_VALUE, Long.MIN_VALUE})
    void aSeedArrivesWithAllItsBits(long seed) {
        assertThat(of(Options.NONE.with(Option.SEED, seed)).seed()).isEqualTo(seed);
    }

    @Test
    void minusOneAndNoSeedDrawAFreshOne() {
        for (Options options : new Options[] {Options.NONE, Options.NONE.with(Option.SEED, -1)}) {
            assertThat(LongStream.range(0, 8).map(i -> of(options).seed()).distinct())
                    .hasSize(8);
        }
    }

    private static Sampling of(Options options) {
        return Samplings.of(options, 512, Optional.empty());
    }
}
