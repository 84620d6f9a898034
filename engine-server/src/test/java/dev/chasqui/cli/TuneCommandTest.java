package dev.chasqui.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chasqui.tune.Effort;
import dev.chasqui.tune.Knob;
import dev.chasqui.tune.Knobs;
import dev.chasqui.tune.StoredTuning;
import dev.chasqui.tune.TuneReport;
import dev.chasqui.tune.TuneReport.Compared;
import dev.chasqui.tune.TuneReport.Stage;
import dev.chasqui.tune.TuneReport.Verdict;
import dev.chasqui.tune.Workload;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TuneCommandTest {

    private static final long MIB = 1 << 20;
    private static final Knobs OFF = new Knobs(Map.of(Knob.FLASH_ATTENTION, "off"));
    private static final Compared FASTER =
            new Compared("off", 1350, List.of(1.25, 1.4, 1.35), 130 * MIB, Verdict.BETTER, "");

    private final CommandRun chasqui = new CommandRun();

    @Test
    void aMeasurementIsATableAndIsRemembered() {
        chasqui.tuneReport = report(Map.of(Knob.DECODE_THREADS, "set already"), Optional.of(FASTER), OFF);

        assertThat(chasqui.run("tune", "smollm2:135m", "--quick")).isZero();
        assertThat(chasqui.out().replaceAll(" +\n", "\n")).isEqualTo("""
                smollm2:135m, mixed: a prompt of 512 tokens, then 2 times 24 tokens more and 16 of an answer

                                           TOKENS/S    RATIO    SPREAD          ROUNDS    MEMORY
                flash_attention    auto    1,000                                          110 MiB
                                   off     1,350       1.35     1.25 to 1.40    3         130 MiB    faster
                num_batch          512     1,340                                          130 MiB
                                   256     1,200       0.90     0.90 to 0.90    1         120 MiB
                                   2048                                                   900 MiB    not measured: no room

                Not tried: num_thread, set already.
                Chosen: flash_attention off; together 1.35 times as fast as the defaults, 1.25 to 1.40.
                Remembered in /cache/tuned/file; `chasqui tune --forget smollm2:135m` undoes it.
                """);
        assertThat(chasqui.err()).contains("loading\nmeasuring num_batch\n");
        assertThat(chasqui.done)
                .containsExactly(
                        "measure smollm2:135m mixed QUICK OptionalInt.empty", "keep smollm2:135m flash_attention off");
    }

    @Test
    void aDryRunRemembersNothing() {
        chasqui.tuneReport = report(Map.of(), Optional.empty(), Knobs.NONE);

        assertThat(chasqui.run("tune", "m", "--dry-run", "--workload", "Tail", "--num-ctx", "2048"))
                .isZero();
        assertThat(chasqui.out())
                .contains("Nothing was faster in every round, and by enough: the defaults stay.")
                .doesNotContain("Remembered");
        assertThat(chasqui.done).containsExactly("measure m tail FULL OptionalInt[2048]");
    }

    @Test
    void thatNothingIsFasterIsRememberedToo() {
        Compared chance = new Compared("off", 1000, List.of(1.2, 0.98), 130 * MIB, Verdict.NO_BETTER, "");
        chasqui.tuneReport = report(Map.of(), Optional.of(chance), Knobs.NONE);

        assertThat(chasqui.run("tune", "m")).isZero();
        assertThat(chasqui.out())
                .contains(
                        "Together (off) that was 1.09 times as fast as the defaults, 0.98 to 1.20, which may be chance");
        assertThat(chasqui.done).last().isEqualTo("keep m ");
    }

    @Test
    void inJsonEveryFigureIsThere() {
        chasqui.tuneReport = report(Map.of(Knob.BATCH, "set already"), Optional.of(FASTER), OFF);

        assertThat(chasqui.run("tune", "m", "--json")).isZero();
        assertThat(chasqui.out())
                .contains("\"prompt_tokens\" : 512")
                .contains("\"num_batch\" : \"set already\"")
                .contains("\"ratios\" : [ 1.25, 1.4, 1.35 ]")
                .contains("\"verdict\" : \"not_measured\"")
                .contains("\"memory\" : " + 130 * MIB)
                .contains("\"chosen\" : {\n    \"flash_attention\" : \"off\"\n  }")
                .contains("\"speedup\" : 1.35")
                .contains("\"remembered\" : \"/cache/tuned/file\"");
    }

    @Test
    void whatIsRememberedIsShownAndForgotten() {
        Instant then = Instant.parse("2026-11-25T10:00:00Z");
        chasqui.tuned.put("m", new StoredTuning(OFF, "m", Workload.TAIL, 1.312, then));
        chasqui.tunedElsewhere = 2;

        assertThat(chasqui.run("tune", "m", "--show")).isZero();
        assertThat(chasqui.out()).isEqualTo("""
                m runs with flash_attention off: 1.31 times as fast (tail, measured 2026-11-25T10:00:00Z).
                2 measurements of another machine, number of cores or version of llama.cpp are not used.
                """);
        assertThat(chasqui.run("tune", "m", "--show", "--json")).isZero();
        assertThat(chasqui.out()).contains("\"flash_attention\" : \"off\"").contains("\"not_used\" : 2");

        assertThat(chasqui.run("tune", "m", "--forget")).isZero();
        assertThat(chasqui.out()).contains("m runs by the defaults from its next load on");
        chasqui.tunedElsewhere = 0;
        assertThat(chasqui.run("tune", "m", "--show")).isZero();
        assertThat(chasqui.out()).isEqualTo("Nothing is remembered for m; it runs by the defaults.\n");
        assertThat(chasqui.run("tune", "m", "--forget")).isZero();
        assertThat(chasqui.out()).isEqualTo("Nothing was remembered for m.\n");
        assertThat(chasqui.done).isEmpty();
    }

    @Test
    void defaultsThatWereFastestAreShownAsSuch() {
        chasqui.tuned.put("m", new StoredTuning(Knobs.NONE, "m", Workload.MIXED, 1, Instant.EPOCH));

        chasqui.run("tune", "m", "--show");

        assertThat(chasqui.out()).isEqualTo("m runs fastest by the defaults (mixed, measured 1970-01-01T00:00:00Z).\n");
    }

    @Test
    void whatCannotBeMeantIsRefused() {
        assertThat(chasqui.run("tune", "m", "--workload", "fast")).isEqualTo(1);
        assertThat(chasqui.err()).contains("--workload is \"fast\"; expected prefill, tail, decode or mixed");
        assertThat(chasqui.run("tune", "m", "--num-ctx", "-5")).isEqualTo(1);
        assertThat(chasqui.err()).contains("option \"num_ctx\" is -5; expected in [1, 16777216]");
        assertThat(chasqui.run("tune", "m", "--show", "--forget")).isEqualTo(1);
        assertThat(chasqui.run("tune")).isEqualTo(1);
        assertThat(chasqui.done).isEmpty();
    }

    private static TuneReport report(Map<Knob, String> notTried, Optional<Compared> together, Knobs chosen) {
        return new TuneReport(
                Workload.MIXED,
                Effort.QUICK,
                Workload.MIXED.shape(512, Effort.QUICK),
                notTried,
                new Knobs(Map.of(Knob.FLASH_ATTENTION, "auto", Knob.BATCH, "512")),
                List.of(
                        new Stage(
                                Knob.FLASH_ATTENTION,
                                List.of(new Compared("auto", 1000, List.of(), 110 * MIB, Verdict.STOOD, ""), FASTER)),
                        new Stage(
                                Knob.BATCH,
                                List.of(
                                        new Compared("512", 1340, List.of(), 130 * MIB, Verdict.STOOD, ""),
                                        new Compared("256", 1200, List.of(0.9), 120 * MIB, Verdict.NO_BETTER, ""),
                                        new Compared(
                                                "2048", 0, List.of(), 900 * MIB, Verdict.NOT_MEASURED, "no room")))),
                together,
                chosen);
    }
}
