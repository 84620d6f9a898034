package dev.chasqui.tune;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// What was measured and what follows from it.
///
/// @param workload     what was measured
/// @param effort       how thoroughly
/// @param shape        of each sample
/// @param notTried     knobs that were left alone, and why
/// @param standard     how the model ran before
/// @param stages       one knob after the other, each beside what the ones before it left
/// @param confirmation all that was found better, together, against `standard`; empty if nothing was
/// @param chosen       what is to be set otherwise; nothing unless the confirmation went well
public record TuneReport(
        Workload workload,
        Effort effort,
        Shape shape,
        Map<Knob, String> notTried,
        Knobs standard,
        List<Stage> stages,
        Optional<Compared> confirmation,
        Knobs chosen) {

    public TuneReport {
        notTried = Collections.unmodifiableMap(new TreeMap<>(notTried));
        stages = List.copyOf(stages);
    }

    /// How many times as fast the chosen way was, in the median; `1` if nothing was chosen.
    public double speedup() {
        return chosen.isEmpty() ? 1 : confirmation.map(Compared::ratio).orElse(1.0);
    }

    /// One knob's values. The first is the one that stood.
    public record Stage(Knob knob, List<Compared> values) {

        public Stage {
            values = List.copyOf(values);
        }
    }

    /// One way beside the one that stood.
    ///
    /// @param value           what was tried
    /// @param tokensPerSecond in the median round, of what this knob can change; `0` where nothing was measured
    /// @param ratios          its speed over the other's, round by round; it is out after a round it lost
    /// @param memoryBytes     KV cache and buffers; `0` for what cannot be
    /// @param verdict         what became of it
    /// @param note            why it was not measured, or does not count; else empty
    public record Compared(
            String value, double tokensPerSecond, List<Double> ratios, long memoryBytes, Verdict verdict, String note) {

        public Compared {
            ratios = List.copyOf(ratios);
        }

        /// The median; `1` for the one that stood, `0` if it was not measured.
        public double ratio() {
            if (verdict == Verdict.STOOD) return 1;
            return ratios.isEmpty() ? 0 : Tuner.median(ratios);
        }
    }

    /// What became of a way.
    public enum Verdict {
        /// The others are compared with it.
        STOOD,
        /// Faster in every round, and by enough.
        BETTER,
        /// Not faster, or by so little that it may be chance.
        NO_BETTER,
        NOT_MEASURED
    }
}
