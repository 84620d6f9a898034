package dev.chasqui.store;

import dev.chasqui.api.ModelSummary;
import dev.chasqui.api.ModelTraits;
import dev.chasqui.api.Version;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/// The list of models as text, for a process that starts: with ten thousand of them it would read twenty thousand
/// files to find out the same. A line says of which state of a file and its folder it speaks.
///
/// @param blobs the state of the blobs' folder in which all models were whole
record ListIndex(Folders.State blobs, List<Line> lines) {

    private static final String END = "end";
    private static final int FIELDS = 16;

    /// @param file    the manifest
    /// @param folder  state of the folder it is in, all of whose files have a line
    /// @param stamp   of the manifest
    record Line(Path file, Folders.State folder, Stamp stamp, ModelSummary summary) {
        Path inFolder() {
            return Objects.requireNonNull(file.getParent());
        }
    }

    /// @param kind what the summaries depend on beside the files
    String write(String kind) {
        StringBuilder text = new StringBuilder(lines.size() * 300);
        text.append(head(kind)).append('\n');
        row(text, blobs.key(), time(blobs.modified()));
        for (Line line : lines) {
            ModelSummary summary = line.summary();
            ModelTraits traits = summary.traits();
            row(
                    text,
                    line.file().toString(),
                    line.folder().key(),
                    time(line.folder().modified()),
                    line.stamp().key(),
                    time(line.stamp().modified()),
                    String.valueOf(line.stamp().bytes()),
                    summary.name(),
                    summary.digest(),
                    String.valueOf(summary.sizeBytes()),
                    traits.format() + '|' + traits.family() + '|' + String.join(",", traits.families()),
                    traits.parameterSize(),
                    traits.quantizationLevel(),
                    String.join(",", summary.capabilities()),
                    traits.parentModel(),
                    text(summary.contextLength()),
                    text(summary.embeddingLength()));
        }
        return text.append(END).append('\n').toString();
    }

    /// Whether it can be put on a line and read again: names in a config can be anything.
    static boolean canHold(ModelSummary summary) {
        ModelTraits traits = summary.traits();
        List<String> all = new ArrayList<>(traits.families());
        all.addAll(summary.capabilities());
        all.addAll(List.of(traits.format(), traits.family(), traits.parameterSize(), traits.quantizationLevel()));
        all.add(traits.parentModel());
        return all.stream().allMatch(text -> text.chars().allMatch(c -> c >= ' ' && c < 0x7f && c != '|' && c != ','))
                && !summary.capabilities().contains("")
                && !traits.families().contains("");
    }

    /// @return empty if that is no whole index, or one of another kind
    static Optional<ListIndex> read(String text, String kind) {
        if (!text.endsWith('\n' + END + '\n')) return Optional.empty();
        String[] rows = text.split("\n");
        if (rows.length < 3 || !rows[0].equals(head(kind))) return Optional.empty();
        try {
            String[] blobs = rows[1].split("\t");
            List<Line> lines = Arrays.stream(rows, 2, rows.length - 1)
                    .parallel()
                    .map(ListIndex::line)
                    .toList();
            return Optional.of(new ListIndex(new Folders.State(blobs[0], time(blobs[1])), lines));
        } catch (DateTimeException | IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
            return Optional.empty();
        }
    }

    private static Line line(String row) {
        String[] fields = row.split("\t", -1);
        if (fields.length != FIELDS) throw new IllegalArgumentException(fields.length + " fields");
        Stamp stamp = new Stamp(fields[3], time(fields[4]), Long.parseLong(fields[5]));
        String[] family = fields[9].split("\\|", -1);
        ModelTraits traits =
                new ModelTraits(fields[13], family[0], family[1], names(family[2]), fields[10], fields[11]);
        ModelSummary summary = new ModelSummary(
                fields[6],
                fields[7],
                Long.parseLong(fields[8]),
                stamp.modified().toInstant(),
                traits,
                number(fields[14]),
                number(fields[15]),
                names(fields[12]));
        Path file = Path.of(fields[0]);
        if (file.getParent() == null) throw new IllegalArgumentException(fields[0]);
        return new Line(file, new Folders.State(fields[1], time(fields[2])), stamp, summary);
    }

    private static List<String> names(String text) {
        return text.isEmpty() ? List.of() : List.of(text.split(","));
    }

    private static String text(OptionalInt number) {
        return number.isPresent() ? String.valueOf(number.getAsInt()) : "";
    }

    private static OptionalInt number(String text) {
        return text.isEmpty() ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(text));
    }

    private static String head(String kind) {
        return "chasqui-list 2 " + Version.current() + " " + kind;
    }

    private static void row(StringBuilder text, String... fields) {
        text.append(String.join("\t", fields)).append('\n');
    }

    /// Seconds and nanoseconds: quicker to read than a date.
    private static String time(FileTime time) {
        Instant instant = time.toInstant();
        return instant.getEpochSecond() + "." + instant.getNano();
    }

    private static FileTime time(String text) {
        int dot = text.indexOf('.');
        if (dot < 0) throw new IllegalArgumentException(text);
        return FileTime.from(
                Instant.ofEpochSecond(Long.parseLong(text.substring(0, dot)), Long.parseLong(text.substring(dot + 1))));
    }
}
