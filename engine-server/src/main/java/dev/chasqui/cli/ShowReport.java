package dev.chasqui.cli;

import dev.chasqui.api.ModelDetails;
import dev.chasqui.gguf.GgufFile;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What `show` prints: sections of two or three columns, as Ollama lays them out.
final class ShowReport {

    private static final int LINES_OF_TEXT = 2;
    private static final int ENTRIES_OF_LIST = 5;

    private ShowReport() {}

    static void print(ModelDetails details, boolean verbose, PrintStream out) {
        section("Model", model(details), out);
        section("Capabilities", details.capabilities().stream().map(List::of).toList(), out);
        section("Projector", projector(details.projectorInfo()), out);
        section("Parameters", parameters(details), out);
        if (verbose) {
            section("Metadata", metadata(details), out);
            section("Tensors", tensors(details), out);
        }
        section("System", head(details.system().orElse("")), out);
        section("License", head(String.join("\n", details.licenses())), out);
    }

    private static void section(String title, List<List<String>> rows, PrintStream out) {
        if (rows.isEmpty()) return;
        Columns table = new Columns();
        for (List<String> row : rows) {
            List<String> indented = new ArrayList<>(List.of(""));
            indented.addAll(row);
            table.row(indented.toArray(String[]::new));
        }
        out.println("  " + title);
        table.print(out);
        out.println();
    }

    private static List<List<String>> model(ModelDetails details) {
        List<List<String>> rows = new ArrayList<>();
        String architecture =
                info(details, "general.architecture").orElse(details.traits().family());
        rows.add(List.of("architecture", architecture));
        rows.add(List.of("parameters", details.traits().parameterSize()));
        info(details, architecture + ".context_length").ifPresent(value -> rows.add(List.of("context length", value)));
        info(details, architecture + ".embedding_length")
                .ifPresent(value -> rows.add(List.of("embedding length", value)));
        rows.add(List.of("quantization", details.traits().quantizationLevel()));
        details.requires().ifPresent(version -> rows.add(List.of("requires", version)));
        return rows;
    }

    /// Of the file that reads images for the model.
    private static List<List<String>> projector(Map<String, Object> info) {
        List<List<String>> rows = new ArrayList<>();
        String architecture = String.valueOf(info.getOrDefault("general.architecture", "clip"));
        if (!info.isEmpty()) rows.add(List.of("architecture", architecture));
        if (info.get("general.parameter_count") instanceof Number count) {
            rows.add(List.of("parameters", GgufFile.humanCount(count.longValue())));
        }
        row(rows, "embedding length", info.get(architecture + ".vision.embedding_length"));
        row(rows, "dimensions", info.get(architecture + ".vision.projection_dim"));
        return rows;
    }

    private static void row(List<List<String>> rows, String title, @Nullable Object value) {
        if (value != null) rows.add(List.of(title, value.toString()));
    }

    private static List<List<String>> parameters(ModelDetails details) {
        return details.parameters()
                .lines()
                .filter(line -> !line.isBlank())
                .map(line -> List.of(line.strip().split("\\s+")))
                .toList();
    }

    private static List<List<String>> metadata(ModelDetails details) {
        return new TreeMap<>(details.modelInfo())
                .entrySet().stream()
                        .map(entry -> List.of(entry.getKey(), value(entry.getValue())))
                        .toList();
    }

    private static List<List<String>> tensors(ModelDetails details) {
        return details.tensors().stream()
                .map(tensor -> List.of(
                        tensor.name(),
                        tensor.type(),
                        tensor.shape().stream().map(String::valueOf).collect(Collectors.joining(" ", "[", "]"))))
                .toList();
    }

    private static String value(Object value) {
        if (!(value instanceof List<?> list)) return value.toString();
        String first = list.stream().limit(ENTRIES_OF_LIST).map(String::valueOf).collect(Collectors.joining(", "));
        int more = list.size() - ENTRIES_OF_LIST;
        return "[" + first + (more > 0 ? ", ...+" + more + " more" : "") + "]";
    }

    /// The first lines that say something.
    private static List<List<String>> head(String text) {
        List<String> lines =
                text.lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
        List<List<String>> rows = new ArrayList<>();
        lines.stream().limit(LINES_OF_TEXT).forEach(line -> rows.add(List.of(line)));
        if (lines.size() > LINES_OF_TEXT) rows.add(List.of("..."));
        return rows;
    }

    private static Optional<String> info(ModelDetails details, String key) {
        return Optional.ofNullable(details.modelInfo().get(key)).map(Object::toString);
    }
}
