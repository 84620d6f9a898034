package dev.chasqui.cli;

import dev.chasqui.tune.Knobs;
import dev.chasqui.tune.Shape;
import dev.chasqui.tune.StoredTuning;
import dev.chasqui.tune.TuneReport;
import dev.chasqui.tune.TuneReport.Compared;
import dev.chasqui.tune.TuneReport.Verdict;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// What `tune` prints.
final class TuneTable {

    private static final JsonMapper MAPPER = new JsonMapper();

    private TuneTable() {}

    static void print(String model, TuneReport report, Optional<Path> kept, PrintStream out) {
        out.println(model + ", " + report.workload() + ": " + work(report.shape()));
        out.println();
        Columns table = new Columns("", "", "TOKENS/S", "RATIO", "SPREAD", "ROUNDS", "MEMORY", "");
        for (TuneReport.Stage stage : report.stages()) {
            String name = stage.knob().wire();
            for (Compared way : stage.values()) {
                row(table, name, way);
                name = "";
            }
        }
        table.print(out);
        out.println();
        report.notTried().forEach((knob, why) -> out.println("Not tried: " + knob.wire() + ", " + why + "."));
        out.println(verdict(report));
        kept.ifPresent(
                file -> out.println("Remembered in " + file + "; `chasqui tune --forget " + model + "` undoes it."));
    }

    /// Of the one that stood there is no speed where nobody could be compared with it.
    private static void row(Columns table, String name, Compared way) {
        if (way.verdict() == Verdict.NOT_MEASURED) {
            table.row(name, way.value(), "", "", "", "", mebibytes(way.memoryBytes()), "not measured: " + way.note());
            return;
        }
        boolean stood = way.verdict() == Verdict.STOOD;
        table.row(
                name,
                way.value(),
                way.tokensPerSecond() == 0 ? "" : String.format(Locale.ROOT, "%,.0f", way.tokensPerSecond()),
                stood ? "" : ratio(way.ratio()),
                spread(way),
                stood ? "" : Integer.toString(way.ratios().size()),
                mebibytes(way.memoryBytes()),
                way.verdict() == Verdict.BETTER ? "faster" : way.note());
    }

    static String json(String model, TuneReport report, Optional<Path> kept) {
        ObjectNode root = MAPPER.createObjectNode();
        root.put("model", model);
        root.put("workload", report.workload().toString());
        root.put("effort", report.effort().name().toLowerCase(Locale.ROOT));
        root.putObject("sample")
                .put("prompt_tokens", report.shape().promptTokens())
                .put("prompt_counts", report.shape().promptCounts())
                .put("tails", report.shape().tails())
                .put("tail_tokens", report.shape().tailTokens())
                .put("answer_tokens", report.shape().answerTokens());
        ObjectNode notTried = root.putObject("not_tried");
        report.notTried().forEach((knob, why) -> notTried.put(knob.wire(), why));
        put(root.putObject("default"), report.standard());
        ArrayNode stages = root.putArray("stages");
        for (TuneReport.Stage stage : report.stages()) {
            ArrayNode values =
                    stages.addObject().put("knob", stage.knob().wire()).putArray("values");
            stage.values().forEach(way -> put(values.addObject(), way));
        }
        report.confirmation().ifPresent(way -> put(root.putObject("together"), way));
        put(root.putObject("chosen"), report.chosen());
        root.put("speedup", report.speedup());
        kept.ifPresent(file -> root.put("remembered", file.toString()));
        return text(root);
    }

    /// What is remembered of a model.
    record Remembered(String model, Optional<StoredTuning> here, int elsewhere) {

        String text() {
            String others = elsewhere == 0
                    ? ""
                    : "\n" + elsewhere + (elsewhere == 1 ? " measurement" : " measurements")
                            + " of another machine, number of cores or version of llama.cpp "
                            + (elsewhere == 1 ? "is" : "are") + " not used.";
            return here.map(tuning -> {
                                String measured = " (" + tuning.workload() + ", measured " + tuning.measuredAt() + ")";
                                return tuning.knobs().isEmpty()
                                        ? model + " runs fastest by the defaults" + measured + "."
                                        : model + " runs with " + tuning.knobs() + ": " + ratio(tuning.speedup())
                                                + " times as fast" + measured + ".";
                            })
                            .orElse("Nothing is remembered for " + model + "; it runs by the defaults.")
                    + others;
        }

        String json() {
            ObjectNode root = MAPPER.createObjectNode();
            root.put("model", model);
            here.ifPresent(tuning -> {
                put(root.putObject("chosen"), tuning.knobs());
                root.put("workload", tuning.workload().toString());
                root.put("speedup", tuning.speedup());
                root.put("measured_at", tuning.measuredAt().toString());
            });
            root.put("not_used", elsewhere);
            return TuneTable.text(root);
        }
    }

    private static String work(Shape shape) {
        String prompt = "a prompt of " + shape.promptTokens() + " tokens" + (shape.promptCounts() ? "" : ", cached");
        if (shape.tails() == 0) return prompt;
        String tail = shape.tailTokens() == 0 ? "" : shape.tailTokens() + " tokens more";
        String answer = shape.answerTokens() == 0 ? "" : shape.answerTokens() + " of an answer";
        return prompt + ", then " + shape.tails() + " times " + tail
                + (tail.isEmpty() || answer.isEmpty() ? "" : " and ") + answer;
    }

    private static String verdict(TuneReport report) {
        if (report.confirmation().isEmpty()) {
            return "Nothing was faster in every round, and by enough: the defaults stay.";
        }
        Compared together = report.confirmation().get();
        String figures = ratio(together.ratio()) + " times as fast as the defaults, " + spread(together);
        if (report.chosen().isEmpty()) {
            return "Together (" + together.value() + ") that was " + figures
                    + ", which may be chance: the defaults stay.";
        }
        return "Chosen: " + report.chosen() + "; together " + figures + ".";
    }

    private static void put(ObjectNode node, Knobs knobs) {
        knobs.values().forEach((knob, value) -> node.put(knob.wire(), value));
    }

    private static void put(ObjectNode node, Compared way) {
        node.put("value", way.value());
        node.put("verdict", way.verdict().name().toLowerCase(Locale.ROOT));
        if (!way.note().isEmpty()) node.put("note", way.note());
        if (way.verdict() != Verdict.NOT_MEASURED)
            node.put("tokens_per_second", way.tokensPerSecond()).put("ratio", way.ratio());
        ArrayNode ratios = node.putArray("ratios");
        way.ratios().forEach(ratios::add);
        node.put("memory", way.memoryBytes());
    }

    private static String text(ObjectNode root) {
        return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(root);
    }

    private static String spread(Compared way) {
        if (way.ratios().isEmpty()) return "";
        return ratio(Collections.min(way.ratios())) + " to " + ratio(Collections.max(way.ratios()));
    }

    private static String ratio(double ratio) {
        return String.format(Locale.ROOT, "%.2f", ratio);
    }

    private static String mebibytes(long bytes) {
        return bytes == 0 ? "" : String.format(Locale.ROOT, "%,d MiB", (bytes + (1 << 20) - 1) >> 20);
    }
}
