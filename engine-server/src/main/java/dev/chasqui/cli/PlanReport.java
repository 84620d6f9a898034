package dev.chasqui.cli;

import dev.chasqui.engine.LoadPlan;
import dev.chasqui.engine.MemoryPlan;
import dev.chasqui.engine.MemoryPlan.DevicePlan;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.stream.Stream;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// A plan as a table: a column for the host and one for each GPU.
final class PlanReport {

    private PlanReport() {}

    static void print(LoadPlan plan, OptionalInt asked, PrintStream out) {
        MemoryPlan memory = plan.memory();
        List<DevicePlan> gpus = memory.devices();
        String cut = asked.orElse(0) > plan.contextTokens() ? ", all it was trained for" : "";
        out.println(plan.model() + ", num_ctx " + plan.contextTokens() + cut + ", " + plan.gpuLayers() + " of "
                + plan.layers() + " layers on GPUs");
        out.println();

        List<String> titles = new ArrayList<>(List.of("", "HOST"));
        gpus.forEach(gpu -> titles.add(gpu.name()));
        Columns table = new Columns(titles.toArray(String[]::new));
        row(table, "weights", memory.weightsBytes(), gpus.stream().map(DevicePlan::weightsBytes));
        row(table, "repacked", memory.repackedBytes(), gpus.stream().map(gpu -> 0L));
        row(table, "KV cache", memory.kvBytes(), gpus.stream().map(DevicePlan::kvBytes));
        row(table, "buffers", memory.computeBytes(), gpus.stream().map(DevicePlan::computeBytes));
        row(table, "total", memory.totalBytes(), gpus.stream().map(DevicePlan::usedBytes));
        row(table, "needed", memory.neededBytes(), gpus.stream().map(DevicePlan::usedBytes));
        row(table, "available", plan.machine().availableBytes(), gpus.stream().map(DevicePlan::freeBytes));
        table.print(out);
        out.println();

        if (memory.replacedBytes() > 0) {
            out.println(mebibytes(memory.replacedBytes())
                    + " of the weights are not read again once they are repacked, so they are not needed.");
        }
        plan.machine()
                .limitBytes()
                .ifPresent(limit -> out.println("The control group's limit is " + mebibytes(limit) + "."));
        plan.notes().forEach(out::println);
        out.println(verdict(plan));
    }

    static String json(LoadPlan plan) {
        JsonMapper mapper = new JsonMapper();
        ObjectNode root = mapper.createObjectNode();
        MemoryPlan memory = plan.memory();
        root.put("model", plan.model());
        root.put("fits", plan.fits());
        root.put("num_ctx", plan.contextTokens());
        root.put("largest_num_ctx", plan.largestTokens());
        root.put("trained_num_ctx", plan.trainedTokens());
        root.put("layers", plan.layers());
        root.put("gpu_layers", plan.gpuLayers());
        ObjectNode host = root.putObject("host");
        host.put("weights", memory.weightsBytes());
        host.put("weights_mapped", memory.mapped());
        host.put("repacked", memory.repackedBytes());
        host.put("kv_cache", memory.kvBytes());
        host.put("buffers", memory.computeBytes());
        host.put("total", memory.totalBytes());
        host.put("needed", memory.neededBytes());
        host.put("spare", plan.spareBytes());
        host.put("available", plan.machine().availableBytes());
        host.put("memory", plan.machine().totalBytes());
        plan.machine().limitBytes().ifPresent(limit -> host.put("control_group_limit", limit));
        ArrayNode gpus = root.putArray("gpus");
        for (DevicePlan gpu : memory.devices()) {
            gpus.addObject()
                    .put("name", gpu.name())
                    .put("weights", gpu.weightsBytes())
                    .put("kv_cache", gpu.kvBytes())
                    .put("buffers", gpu.computeBytes())
                    .put("total", gpu.usedBytes())
                    .put("available", gpu.freeBytes())
                    .put("memory", gpu.totalBytes());
        }
        ArrayNode notes = root.putArray("notes");
        plan.notes().forEach(notes::add);
        return mapper.writerWithDefaultPrettyPrinter().writeValueAsString(root);
    }

    private static String verdict(LoadPlan plan) {
        if (plan.fits()) {
            return "It fits, with " + mebibytes(plan.spareBytes()) + " spare; the largest num_ctx that does is "
                    + plan.largestTokens() + ".";
        }
        String remedy = plan.largestTokens() > 0
                ? "the largest num_ctx that does is " + plan.largestTokens() + "."
                : "no num_ctx does. Unload other models, or use a smaller one.";
        return "It does not fit, with " + mebibytes(plan.spareBytes()) + " spare; " + remedy;
    }

    private static void row(Columns table, String name, long host, Stream<Long> gpus) {
        List<String> cells = new ArrayList<>(List.of(name, mebibytes(host)));
        gpus.forEach(bytes -> cells.add(mebibytes(bytes)));
        table.row(cells.toArray(String[]::new));
    }

    /// Rounded up: what is needed is never less than it says.
    private static String mebibytes(long bytes) {
        return String.format(Locale.ROOT, "%,d MiB", (bytes + (1 << 20) - 1) >> 20);
    }
}
