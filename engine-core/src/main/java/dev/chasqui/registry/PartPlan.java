package dev.chasqui.registry;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Into which parts a file is cut: Ollama's numbers, a sixteenth of it within 100 to 1,000 megabytes.
///
/// @param atOnce     parts that come at the same time, `>= 1`
/// @param smallest   bytes of a part, unless the file has fewer
/// @param largest    bytes of a part, `>= smallest`
/// @param notedEvery how much of a download's time a killed process may lose
public record PartPlan(int atOnce, long smallest, long largest, Duration notedEvery) {

    public static final PartPlan DEFAULT = new PartPlan(16, 100_000_000, 1_000_000_000, Duration.ofSeconds(2));

    public PartPlan {
        if (atOnce < 1 || smallest < 1 || largest < smallest) {
            throw new IllegalArgumentException("a plan has " + atOnce + " parts at once, of " + smallest + " to "
                    + largest + " bytes; expected 1 <= smallest <= largest");
        }
    }

    /// Nothing of them is there yet.
    ///
    /// @param size of the file, in bytes; none for `0`
    public List<Part> parts(long size) {
        long each = Math.clamp(size / atOnce, smallest, largest);
        List<Part> parts = new ArrayList<>();
        for (long offset = 0; offset < size; offset += each) {
            parts.add(new Part(offset, Math.min(each, size - offset), 0));
        }
        return parts;
    }
}
