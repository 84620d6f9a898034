package dev.chasqui.bench;

import dev.chasqui.bench.Tally.Outcome;
import java.io.PrintWriter;
import java.util.EnumMap;
import java.util.Map;

/// What a soak prints as it goes: what was done since the line before, and what is held.
final class SoakTable {

    private final PrintWriter out;
    private final Tally tally;
    private final Map<Outcome, Long> before = new EnumMap<>(Outcome.class);

    SoakTable(PrintWriter out, Tally tally) {
        this.out = out;
        this.tally = tally;
        out.println(
                "| interval | answered | cancelled | refused | failed | RSS MiB | cold MiB | heap MiB | threads | mapped files |");
        out.println("|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
        out.flush();
    }

    void row(int number, Footprint footprint) {
        out.printf(
                "| %d | %d | %d | %d | %d | %d | %d | %d | %d | %d |%n",
                number,
                sinceLast(Outcome.ANSWERED),
                sinceLast(Outcome.CANCELLED),
                sinceLast(Outcome.REFUSED),
                sinceLast(Outcome.FAILED),
                footprint.rssMib(),
                footprint.coldMib(),
                footprint.heapMib(),
                footprint.threads(),
                footprint.mappedFiles());
        out.flush();
    }

    private long sinceLast(Outcome outcome) {
        long now = tally.count(outcome);
        Long earlier = before.put(outcome, now);
        return earlier == null ? now : now - earlier;
    }
}
