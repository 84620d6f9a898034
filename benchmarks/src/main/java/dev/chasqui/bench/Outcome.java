package dev.chasqui.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A task, and what every side took for it.
///
/// @param sides in the order in which they took turns; the last one is what the others are compared with
record Outcome(String model, String task, String what, Map<String, Measured> sides) {

    /// @param verdict of a side's time over the reference's
    record Compared(String side, String reference, Verdict verdict) {}

    Outcome {
        sides = new LinkedHashMap<>(sides);
    }

    List<Compared> compared() {
        List<String> names = List.copyOf(sides.keySet());
        List<Compared> all = new ArrayList<>();
        String reference = names.getLast();
        for (String side : names.subList(0, names.size() - 1)) {
            double[] times = measured(side).medians();
            all.add(new Compared(
                    side, reference, Verdict.of(times, measured(reference).medians())));
        }
        return all;
    }

    Measured measured(String side) {
        return sides.getOrDefault(side, Measured.NOTHING);
    }
}
