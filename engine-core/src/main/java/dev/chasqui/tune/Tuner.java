package dev.chasqui.tune;

import dev.chasqui.platform.CpuCores;
import dev.chasqui.tune.Shape.Part;
import dev.chasqui.tune.TuneReport.Compared;
import dev.chasqui.tune.TuneReport.Stage;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Tries one knob after the other, and keeps a value only if it is faster for certain.
///
/// Each knob is tried beside what the ones before it left, since they depend on each other. At the end all that
/// was found is compared with how things were; unless that too is faster for certain, everything stays.
public final class Tuner {

    private static final int[] BATCHES = {128, 256, 512, 1024, 2048};

    private final Probe probe;
    private final Workload workload;
    private final Effort effort;
    private final Knobs standard;
    private final Map<Knob, String> notTried;
    private final Map<Knob, List<String>> candidates = new EnumMap<>(Knob.class);

    /// @param standard how the model runs now: a value for each knob
    /// @param cores    there are for it
    /// @param notTried knobs to leave alone, and why
    public Tuner(
            Probe probe, Workload workload, Effort effort, Knobs standard, CpuCores cores, Map<Knob, String> notTried) {
        this.probe = probe;
        this.workload = workload;
        this.effort = effort;
        this.standard = standard;
        this.notTried = notTried;
        for (Knob knob : workload.knobs()) {
            if (notTried.containsKey(knob)) continue;
            List<String> values = values(knob, cores)
                    .distinct()
                    .filter(value -> !value.equals(standard.values().get(knob)))
                    .toList();
            if (!values.isEmpty()) candidates.put(knob, values);
        }
    }

    /// @throws dev.chasqui.llama.LlamaException if the model cannot even run as it does now
    public TuneReport tune(TuneProgress progress) {
        int samples = 2;
        for (List<String> values : candidates.values()) samples += 1 + values.size();
        int total = samples * effort.rounds();
        int[] done = {0};
        Knobs standing = standard;
        List<Stage> stages = new ArrayList<>();
        for (Map.Entry<Knob, List<String>> each : candidates.entrySet()) {
            Knob knob = each.getKey();
            IntConsumer taken = more -> progress.at("measuring " + knob.wire(), done[0] += more, total);
            Contest contest = new Contest(probe, effort, part(knob), standing, value(standing, knob));
            for (String value : each.getValue()) contest.enter(standing.with(knob, value), value);
            probe.othersWereBusy(); // from here on
            contest.run(taken);
            if (isThreads(knob) && probe.othersWereBusy()) contest.distrust("others used the cores meanwhile");
            stages.add(new Stage(knob, contest.results()));
            standing = contest.winner().orElse(standing);
        }
        Knobs changed = standing.changedFrom(standard);
        if (changed.isEmpty()) {
            progress.at("measured", total, total);
            return report(stages, Optional.empty(), Knobs.NONE);
        }
        Contest last = new Contest(probe, effort, Part.ALL, standard, "as by default");
        last.enter(standing, changed.toString());
        last.run(more -> progress.at("comparing all of it with the defaults", done[0] += more, total));
        Compared together = last.results().getLast();
        return report(stages, Optional.of(together), last.winner().isPresent() ? changed : Knobs.NONE);
    }

    private TuneReport report(List<Stage> stages, Optional<Compared> confirmation, Knobs chosen) {
        return new TuneReport(workload, effort, probe.shape(), notTried, standard, stages, confirmation, chosen);
    }

    private static String value(Knobs knobs, Knob knob) {
        return Objects.requireNonNull(knobs.values().get(knob), knob.wire());
    }

    private Stream<String> values(Knob knob, CpuCores cores) {
        return switch (knob) {
            case PREFILL_THREADS, DECODE_THREADS -> threads(cores);
            case FLASH_ATTENTION -> Stream.of("off");
            case CACHE_TYPE -> Stream.of("q8_0");
            case BATCH ->
                IntStream.of(BATCHES)
                        .filter(batch -> batch <= probe.shape().promptTokens())
                        .mapToObj(String::valueOf);
        };
    }

    /// Every CPU, a core less, three quarters, half, a quarter of the cores.
    private static Stream<String> threads(CpuCores cores) {
        int all = cores.physical();
        return IntStream.of(cores.logical(), all - 1, all * 3 / 4, all / 2, all / 4)
                .filter(threads -> threads >= 1)
                .mapToObj(String::valueOf);
    }

    /// Fewer threads are faster while others use the cores; but then threads adapt by themselves.
    private static boolean isThreads(Knob knob) {
        return knob == Knob.PREFILL_THREADS || knob == Knob.DECODE_THREADS;
    }

    private static Part part(Knob knob) {
        return switch (knob) {
            case PREFILL_THREADS -> Part.PROMPTS;
            case DECODE_THREADS -> Part.ANSWERS;
            default -> Part.ALL;
        };
    }

    static double median(List<Double> values) {
        double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
