package dev.chasqui.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.chasqui.bench.BurstSoak.Held;
import dev.chasqui.bench.Tally.Outcome;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// The trading system's quarter hour every 10 s for 3 minutes, against our own server in another process.
///
/// `-Dsoak.seconds=0` leaves it out; `./chasqui bench burst` does it for 30 minutes.
class BurstSoakTest {

    private static final int SECONDS = Integer.getInteger("soak.seconds", 180);

    @Test
    @Timeout(600)
    @EnabledOnOs(OS.LINUX)
    void nothingIsLostOrEmptyAndTheServerStaysAsItIs() {
        assumeTrue(SECONDS > 0, "left out by soak.seconds");
        BenchModel model = BenchModel.named(BenchModel.STANDARD);
        BurstSoak soak = new BurstSoak(Duration.ofSeconds(SECONDS), Duration.ofSeconds(10), 5, Soak.anySeed());
        try (ServerProcess server = BurstSoakCommand.server(model)) {
            BurstSoak.Result result = soak.run(server, model.name(), new PrintWriter(System.out, true));

            System.out.println("burst soak: seed " + result.seed() + ", " + result.silent() + ", " + result.late());
            assertThat(result.tally().failures()).as("seed %d", result.seed()).isEmpty();
            assertThat(result.tally().open()).as("lost, seed %d", result.seed()).isZero();
            assertThat(result.tally().count(Outcome.ANSWERED)).isPositive();
            assertThat(result.grown(0.25, 128)).as("grown").isEmpty();
        }
    }

    @Test
    void whatGrowsFromTheSecondThirdToTheLastIsNamed() {
        Held small = new Held(400, 30, 150, 60);
        Held large = new Held(900, 60, 190, 90);

        assertThat(result(large, small, small).grown(0.05, 32)).isEmpty();
        assertThat(result(small, small, large).grown(0.05, 32))
                .containsExactly(
                        "resident MiB: 400, then 900",
                        "threads: 30, then 60",
                        "mapped files: 150, then 190",
                        "open files: 60, then 90");
    }

    private static BurstSoak.Result result(Held... readings) {
        return new BurstSoak.Result(0, new Tally(), 0, List.of(readings), List.of());
    }
}
