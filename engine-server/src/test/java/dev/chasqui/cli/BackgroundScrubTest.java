package dev.chasqui.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.chasqui.engine.EngineStatistics;
import dev.chasqui.engine.PoolStatistics;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BackgroundScrubTest {

    private static final long MEBIBYTE = 1 << 20;

    private Duration slept = Duration.ZERO;

    @Test
    void itReadsNoFasterThanItMay() {
        ScrubPace pace = new ScrubPace(() -> false, () -> slept.toNanos(), time -> slept = slept.plus(time));

        for (int file = 0; file < 2; file++) {
            for (long read = MEBIBYTE; read <= 40 * MEBIBYTE; read += MEBIBYTE) pace.accept(read);
        }

        assertThat(slept.toMillis()).isCloseTo(5_000, within(50L));
    }

    @Test
    void itWaitsWhileOthersAreBusyAndDoesNotMakeUpForIt() {
        AtomicInteger looks = new AtomicInteger();
        ScrubPace pace = new ScrubPace(
                () -> looks.incrementAndGet() <= 30, () -> slept.toNanos(), time -> slept = slept.plus(time));

        pace.accept(MEBIBYTE);
        assertThat(slept).isEqualTo(Duration.ofSeconds(30));
        pace.accept(17 * MEBIBYTE);

        assertThat(slept).isEqualTo(Duration.ofSeconds(31));
    }

    @ParameterizedTest
    @CsvSource({"'', PT168H", "24h, PT24H", "5m, PT5M", "soon, PT168H", "1s, PT168H", "-1, PT168H"})
    void theIntervalIsADurationAndAWeekWhereItCannotBeRead(String value, Duration interval) {
        assertThat(BackgroundScrub.interval(value)).contains(interval);
    }

    @ParameterizedTest
    @ValueSource(strings = {"off", "0", "OFF", " false "})
    void itCanBeSwitchedOff(String value) {
        assertThat(BackgroundScrub.interval(value)).isEmpty();
    }

    @Test
    void whoWaitsForAModelMakesTheEngineBusy() {
        assertThat(loading(0).isBusy()).isFalse();
        assertThat(loading(1).isBusy()).isTrue();
    }

    private static EngineStatistics loading(int waiting) {
        return new EngineStatistics(new PoolStatistics(0, 0, 0, 0, 0, waiting), List.of());
    }
}
