package dev.chasqui.bench;

import dev.chasqui.bench.Outcome.Compared;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// The suite's outcomes as Markdown: who is faster, then all that was measured.
final class OutcomeTables {

    private static final double MEBI = 1 << 20;

    private OutcomeTables() {}

    static String markdown(List<Outcome> outcomes) {
        if (outcomes.isEmpty()) return "";
        return comparisons(outcomes) + "\n" + details(outcomes);
    }

    private static String comparisons(List<Outcome> outcomes) {
        StringBuilder text = new StringBuilder("""
                A ratio is a side's time over the other's, its interval 95 % by Student's t over the rounds; where that holds 1, \
                no difference was shown.

                | workload | model | side | compared with | ratio | interval | |
                |---|---|---|---|---:|---:|---|
                """);
        for (Outcome outcome : outcomes) {
            for (Compared each : outcome.compared()) {
                Verdict verdict = each.verdict();
                text.append(String.format(
                        Locale.ROOT,
                        "| %s | %s | %s | %s | %.2f | %.2f to %.2f | %s |\n",
                        outcome.task(),
                        outcome.model(),
                        each.side(),
                        each.reference(),
                        verdict.ratio(),
                        verdict.low(),
                        verdict.high(),
                        verdict.call().words));
            }
        }
        return text.toString();
    }

    private static String details(List<Outcome> outcomes) {
        StringBuilder text = new StringBuilder("""
                Milliseconds; the spread is from the least to the most median of a round. Tokens are per measurement, \
                calls over all of them. The heap is the asking JVM's.

                | workload | side | median | p95 | most | spread | rounds x shots | prompt tokens | cached | answer tokens \
                | calls | silent | late | refused | left | heap, MiB |
                |---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|
                """);
        for (Outcome outcome : outcomes) {
            for (Map.Entry<String, Measured> side : outcome.sides().entrySet()) {
                text.append(row(outcome.task(), side.getKey(), side.getValue()));
            }
        }
        return text.toString();
    }

    private static String row(String task, String side, Measured measured) {
        double[] medians = measured.medians();
        Counts counts = measured.counts();
        int shots = measured.shots();
        return String.format(
                Locale.ROOT,
                "| %s | %s | %.1f | %.1f | %.1f | %.1f to %.1f | %d x %d | %d | %d | %d | %d | %d | %d | %d | %d | %.1f |\n",
                task,
                side,
                Rounds.median(medians),
                measured.percentile(0.95),
                measured.percentile(1),
                java.util.Arrays.stream(medians).min().orElse(0),
                java.util.Arrays.stream(medians).max().orElse(0),
                medians.length,
                shots / medians.length,
                counts.promptTokens() / shots,
                counts.cachedTokens() / shots,
                counts.answerTokens() / shots,
                counts.calls(),
                counts.silent(),
                counts.late(),
                counts.refused(),
                counts.left(),
                measured.allocatedBytes() / MEBI);
    }
}
