package dev.chasqui.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chasqui.api.Options;
import dev.chasqui.engine.ThreadPlan.Share;
import dev.chasqui.platform.CpuCores;
import dev.chasqui.tune.Knob;
import dev.chasqui.tune.Knobs;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ThreadPlanTest {

    /// Two cores with two hyper-threads each.
    private static final CpuCores CORES = new CpuCores(List.of(List.of(0, 2), List.of(1, 3)), 4);

    @Test
    void eachCoreGetsAThreadWhereNobodySaysMore() {
        assertThat(plan(Map.of())).isEqualTo(new ThreadPlan(new Share(2, false), new Share(2, false)));
        assertThat(plan(Map.of("num_thread", 0, "num_thread_batch", 0))).isEqualTo(plan(Map.of()));
    }

    @Test
    void numThreadSetsBothAndNumThreadBatchThePromptsAlone() {
        assertThat(plan(Map.of("num_thread", 1))).isEqualTo(new ThreadPlan(new Share(1, true), new Share(1, true)));
        assertThat(plan(Map.of("num_thread", 1, "num_thread_batch", 4)))
                .isEqualTo(new ThreadPlan(new Share(1, true), new Share(4, true)));
        assertThat(plan(Map.of("num_thread_batch", 3)))
                .isEqualTo(new ThreadPlan(new Share(2, false), new Share(3, true)));
    }

    @Test
    void moreThreadsThanCpusAreCutToThem() {
        assertThat(plan(Map.of("num_thread", 65_536, "num_thread_batch", 5)))
                .isEqualTo(new ThreadPlan(new Share(4, true), new Share(4, true)));
    }

    @Test
    void whatWasTunedIsForWhereOptionsAreSilentAndAdapts() {
        Knobs tuned = new Knobs(Map.of(Knob.DECODE_THREADS, "1", Knob.PREFILL_THREADS, "4"));

        assertThat(plan(Map.of(), tuned)).isEqualTo(new ThreadPlan(new Share(1, false), new Share(4, false)));
        assertThat(plan(Map.of("num_thread", 2), tuned))
                .isEqualTo(new ThreadPlan(new Share(2, true), new Share(2, true)));
        assertThat(plan(Map.of("num_thread_batch", 3), tuned))
                .isEqualTo(new ThreadPlan(new Share(1, false), new Share(3, true)));
        assertThat(plan(Map.of(), new Knobs(Map.of(Knob.DECODE_THREADS, "64"))).decode())
                .isEqualTo(new Share(4, false));
    }

    private static ThreadPlan plan(Map<String, Integer> options) {
        return plan(options, Knobs.NONE);
    }

    private static ThreadPlan plan(Map<String, Integer> options, Knobs tuned) {
        return ThreadPlan.of(Options.parse(options), CORES, tuned);
    }
}
