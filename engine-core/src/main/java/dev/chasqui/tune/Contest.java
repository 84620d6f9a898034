package dev.chasqui.tune;

import dev.chasqui.llama.LlamaException;
import dev.chasqui.tune.Shape.Part;
import dev.chasqui.tune.TuneReport.Compared;
import dev.chasqui.tune.TuneReport.Verdict;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/// Some ways to run a model against the one that stands, in rounds in which all take turns.
///
/// The load of a machine changes while this goes on, so only figures of one round are compared. A way that loses
/// a round is out: it can no longer be faster in every one, and its time is better spent on the others.
final class Contest {

    private final Probe probe;
    private final Effort effort;
    private final Part part;
    private final List<Double> speeds = new ArrayList<>();
    private final List<Rival> rivals = new ArrayList<>();
    private final Knobs standing;
    private final String standingValue;
    private String distrust = "";

    Contest(Probe probe, Effort effort, Part part, Knobs standing, String standingValue) {
        this.probe = probe;
        this.effort = effort;
        this.part = part;
        this.standing = standing;
        this.standingValue = standingValue;
    }

    private static final class Rival {
        final Knobs knobs;
        final String value;
        final List<Double> speeds = new ArrayList<>();
        final List<Double> ratios = new ArrayList<>();
        Probe.@Nullable Bench bench;
        String note = "";

        Rival(Knobs knobs, String value) {
            this.knobs = knobs;
            this.value = value;
        }

        void leave() {
            if (bench != null) bench.close();
            bench = null;
        }
    }

    void enter(Knobs knobs, String value) {
        rivals.add(new Rival(knobs, value));
    }

    /// @param taken hears of samples, those that need not be taken any more too
    void run(IntConsumer taken) {
        try (Probe.Bench stood = probe.open(standing)) {
            for (Rival rival : rivals) {
                open(rival);
                if (rival.bench == null) taken.accept(effort.rounds());
            }
            for (int round = 0; round < effort.rounds(); round++) {
                if (rivals.stream().allMatch(rival -> rival.bench == null)) {
                    taken.accept(effort.rounds() - round);
                    break;
                }
                round(stood, round, taken);
            }
        } finally {
            rivals.forEach(Rival::leave);
        }
    }

    private void open(Rival rival) {
        if (!rival.knobs.isPossible()) {
            rival.note = "needs flash attention, which is off";
            return;
        }
        try {
            rival.bench = probe.open(rival.knobs);
        } catch (LlamaException e) {
            rival.note = String.valueOf(e.getMessage());
        }
    }

    /// Whoever goes first in one round goes last in the next.
    private void round(Probe.Bench stood, int round, IntConsumer taken) {
        boolean first = round % 2 == 0;
        double speed = first ? speed(stood, taken) : 0;
        for (Rival rival : first ? rivals : rivals.reversed()) {
            if (rival.bench != null) rival.speeds.add(speed(rival.bench, taken));
        }
        if (!first) speed = speed(stood, taken);
        speeds.add(speed);
        for (Rival rival : rivals) {
            if (rival.bench == null) continue;
            double ratio = rival.speeds.getLast() / speed;
            rival.ratios.add(ratio);
            if (ratio > 1) continue;
            rival.leave();
            taken.accept(effort.rounds() - round - 1);
        }
    }

    private double speed(Probe.Bench bench, IntConsumer taken) {
        long nanos = part.nanos(bench.run());
        taken.accept(1);
        return part.tokens(probe.shape()) * 1e9 / Math.max(1, nanos);
    }

    /// Nobody is faster for certain then.
    ///
    /// @param why for people
    void distrust(String why) {
        distrust = why;
    }

    /// The fastest of those that are faster for certain.
    Optional<Knobs> winner() {
        return rivals.stream()
                .filter(this::isBetter)
                .max(Comparator.comparingDouble(rival -> Tuner.median(rival.ratios)))
                .map(rival -> rival.knobs);
    }

    private boolean isBetter(Rival rival) {
        return distrust.isEmpty() && wonAll(rival);
    }

    private boolean wonAll(Rival rival) {
        return rival.ratios.size() == effort.rounds()
                && rival.ratios.getLast() > 1
                && Tuner.median(rival.ratios) >= effort.margin();
    }

    /// The one that stood first.
    List<Compared> results() {
        List<Compared> results = new ArrayList<>();
        results.add(compared(standingValue, standing, speeds, List.of(), Verdict.STOOD, ""));
        for (Rival rival : rivals) {
            Verdict verdict =
                    !rival.note.isEmpty() ? Verdict.NOT_MEASURED : isBetter(rival) ? Verdict.BETTER : Verdict.NO_BETTER;
            String note = wonAll(rival) ? distrust : rival.note;
            results.add(compared(rival.value, rival.knobs, rival.speeds, rival.ratios, verdict, note));
        }
        return results;
    }

    private Compared compared(
            String value, Knobs knobs, List<Double> speeds, List<Double> ratios, Verdict verdict, String note) {
        double speed = speeds.isEmpty() ? 0 : Tuner.median(speeds);
        long memory = knobs.isPossible() ? probe.memoryBytes(knobs) : 0;
        return new Compared(value, speed, ratios, memory, verdict, note);
    }
}
