package dev.chasqui.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.BackendException.Kind;
import dev.chasqui.api.Urgency;
import dev.chasqui.bench.SoakRequests.Ask;
import dev.chasqui.bench.Tally.Outcome;
import dev.chasqui.engine.Engine;
import dev.chasqui.engine.EngineConfig;
import dev.chasqui.llama.TinyModel;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The soak in seconds: nobody may be lost, whoever leaves, hurries or is superseded.
@Timeout(300)
class SoakTest {

    private static final int SEED = 42;
    private static final Duration STAY = Duration.ofMillis(100);

    @TempDir
    Path folder;

    @Test
    void nobodyIsLostAmongCallersThatComeAndGo() throws Exception {
        Path gguf = folder.resolve("tiny.gguf");
        TinyModel.write(gguf, SEED);
        long seed = Soak.anySeed();
        StringWriter said = new StringWriter();
        try (Engine engine = Engine.open(gguf, EngineConfig.fromEnvironment(Map.of()))) {
            Soak soak = new Soak(32, Duration.ofSeconds(6), Duration.ofSeconds(2), seed);

            Soak.Result result = soak.run(engine, new SoakRequests("tiny", 20, STAY), new PrintWriter(said));

            Tally tally = result.tally();
            assertThat(result.lost()).as("lost with seed %d%n%s", seed, said).isZero();
            assertThat(tally.failures()).as("failed with seed %d", seed).isEmpty();
            assertThat(tally.count(Outcome.ANSWERED)).as("answered").isPositive();
            assertThat(tally.count(Outcome.CANCELLED)).as("cancelled").isPositive();
            assertThat(result.footprints()).hasSize(3);
            assertThat(said.toString().lines()).as("title and intervals").hasSize(5);
        }
    }

    @Test
    void whatIsAskedIsAMixtureThatItsSeedRepeats() {
        SoakRequests requests = new SoakRequests("m", 5, STAY);

        List<Ask> asked = draw(requests);

        assertThat(draw(requests)).isEqualTo(asked);
        assertThat(asked.stream().filter(Ask::leaves).count()).isBetween(60L, 140L);
        assertThat(asked.stream().map(ask -> ask.request().settings().urgency()))
                .anyMatch(urgency -> urgency.deadline().isPresent())
                .anyMatch(urgency -> urgency.supersedes().isPresent())
                .anyMatch(urgency -> urgency.priority() == Urgency.HIGHEST)
                .contains(Urgency.NONE);
        assertThat(asked.stream().filter(ask -> ask.request().raw()).count()).isBetween(1_200L, 1_800L);
    }

    @Test
    void aRequestWithoutAnOutcomeStaysOpen() {
        Tally tally = new Tally();
        for (int i = 0; i < 5; i++) tally.asked();
        tally.ended(Outcome.ANSWERED);
        tally.broke(new BackendException(Kind.CANCELLED, "left"));
        tally.broke(new BackendException(Kind.TOO_LATE, "late"));
        tally.broke(new IllegalStateException("broken"));

        assertThat(tally.open()).isEqualTo(1);
        assertThat(Stream.of(Outcome.values()).map(tally::count)).containsOnly(1L);
        assertThat(tally.failures()).containsExactly("java.lang.IllegalStateException: broken");
    }

    @Test
    void aSoakIsCleanOnlyIfNothingIsLostFailedOrGrown() {
        Footprint small = new Footprint(400, 0, 8, 23, 150);
        Footprint large = new Footprint(900, 0, 8, 23, 150);
        Tally fine = new Tally();
        Tally failed = new Tally();
        failed.failed("broken");

        assertThat(new Soak.Result(fine, 0, List.of(large, small, small)).isClean())
                .isTrue();
        assertThat(new Soak.Result(fine, 1, List.of(small, small, small)).isClean())
                .isFalse();
        assertThat(new Soak.Result(failed, 0, List.of(small, small, small)).isClean())
                .isFalse();
        assertThat(new Soak.Result(fine, 0, List.of(small, small, large)).isClean())
                .isFalse();
        assertThat(new Soak.Result(fine, 0, List.of(small, large)).isJudged()).isFalse();
    }

    private static List<Ask> draw(SoakRequests requests) {
        Random random = new Random(SEED);
        return Stream.generate(() -> requests.next(random)).limit(2_000).toList();
    }
}
