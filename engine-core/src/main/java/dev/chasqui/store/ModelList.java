package dev.chasqui.store;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.ModelName;
import dev.chasqui.api.ModelSummary;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What there is to say about each model in a line. Of what did not change nothing is read again, by this process or
/// another.
final class ModelList {

    private static final Logger LOG = LoggerFactory.getLogger(ModelList.class);
    private static final String NOTE = "list";

    /// Fewer are read as quickly as a note about them is.
    private static final int WORTH_A_NOTE = 20;

    private static final long NOTED_EVERY_NANOS = Duration.ofMinutes(5).toNanos();

    private static final Comparator<Row> NEWEST_FIRST = Comparator.comparing(
                    (Row row) -> row.summary().modifiedAt())
            .reversed()
            .thenComparing(row -> row.name().longForm());

    private final Manifests manifests;
    private final Folders folders;
    private final Path blobs;
    private final Opener opener;
    private final Notes notes;
    private final String kind;

    private final Map<Path, Known> known = new ConcurrentHashMap<>();
    private final Map<Path, String> told = new ConcurrentHashMap<>();
    private final AtomicInteger news = new AtomicInteger();
    private boolean noteRead; // guarded by this
    private long notedAt; // guarded by this

    /// @param whole the state of the blobs' folder in which all the model's files were there
    private record Known(Stamp stamp, ModelSummary summary, Optional<Folders.State> whole) {}

    private record Row(ModelName name, ModelSummary summary) {}

    /// @param blobs the folder of the files
    /// @param kind  what a summary depends on beside the files
    ModelList(Manifests manifests, Folders folders, Path blobs, Opener opener, Notes notes, String kind) {
        this.manifests = manifests;
        this.folders = folders;
        this.blobs = blobs;
        this.opener = opener;
        this.notes = notes;
        this.kind = kind;
    }

    /// Of the models that are whole, newest first. What is wrong with another is logged once.
    List<ModelSummary> summaries() {
        readNote();
        Look look = Look.at(folders.state(blobs));
        List<Manifests.Entry> entries = manifests.known();
        Stream<Manifests.Entry> each = entries.size() < Manifests.MANY ? entries.stream() : entries.parallelStream();
        List<ModelSummary> summaries = each.flatMap(entry -> row(entry, look).stream())
                .sorted(NEWEST_FIRST)
                .map(Row::summary)
                .toList();
        forgetAllBut(entries);
        look.state().ifPresent(whole -> writeNote(entries, whole));
        return summaries;
    }

    /// One that cannot be read spoils only itself, whatever is wrong with it.
    private Optional<Row> row(Manifests.Entry entry, Look look) {
        try {
            Optional<ModelSummary> summary = summary(entry, look);
            told.remove(entry.file());
            return summary.map(its -> new Row(entry.name(), its));
        } catch (RuntimeException e) {
            String why = e instanceof BackendException ? String.valueOf(e.getMessage()) : entry.name() + ": " + e;
            if (!why.equals(told.put(entry.file(), why))) LOG.warn("left out of the list: {}", why);
            return Optional.empty();
        }
    }

    private Optional<ModelSummary> summary(Manifests.Entry entry, Look look) {
        Stamp stamp;
        try {
            stamp = Stamp.of(entry.file());
        } catch (NoSuchFileException e) {
            return Optional.empty(); // deleted just now
        } catch (IOException e) {
            throw BackendException.failed(entry.file() + " cannot be read: " + e.getMessage(), e);
        }
        Optional<Known> before = Optional.ofNullable(known.get(entry.file()))
                .filter(it -> it.stamp().equals(stamp));
        if (look.state().isPresent()
                && before.filter(it -> it.whole().equals(look.state())).isPresent()) {
            return before.map(Known::summary);
        }
        Optional<StoredModel> model = opener.open(entry, look);
        if (model.isEmpty()) return Optional.empty();
        ModelSummary summary = before.map(Known::summary).orElseGet(model.get()::summary);
        // Of one whose weights could not be read, more may be said the next time.
        boolean complete = summary.capabilities().contains("completion")
                || summary.capabilities().contains("embedding");
        if (complete) known.put(entry.file(), new Known(stamp, summary, look.state()));
        if (complete && look.state().isPresent()) news.incrementAndGet();
        return Optional.of(summary);
    }

    private void forgetAllBut(List<Manifests.Entry> entries) {
        if (known.size() + told.size() <= entries.size()) return;
        HashSet<Path> there = new HashSet<>();
        entries.forEach(entry -> there.add(entry.file()));
        known.keySet().retainAll(there);
        told.keySet().retainAll(there);
    }

    private synchronized void readNote() {
        if (noteRead) return;
        noteRead = true;
        notes.read(NOTE).flatMap(text -> ListIndex.read(text, kind)).ifPresent(this::learn);
    }

    private void learn(ListIndex index) {
        List<Path> files = new ArrayList<>();
        for (int i = 0; i < index.lines().size(); i++) {
            ListIndex.Line line = index.lines().get(i);
            known.put(line.file(), new Known(line.stamp(), line.summary(), Optional.of(index.blobs())));
            files.add(line.file());
            Path folder = line.inFolder();
            boolean last = i + 1 == index.lines().size()
                    || !index.lines().get(i + 1).file().startsWith(folder);
            if (!last) continue;
            folders.learn(folder, new Folders.Known(line.folder(), new Folders.Contents(List.of(), files, true)));
            files = new ArrayList<>();
        }
    }

    /// Folders of which all is known, for those who start next.
    private synchronized void writeNote(List<Manifests.Entry> entries, Folders.State whole) {
        boolean lately = notedAt != 0 && System.nanoTime() - notedAt < NOTED_EVERY_NANOS;
        if (news.get() < WORTH_A_NOTE || lately) return;
        news.set(0);
        notedAt = System.nanoTime();
        List<ListIndex.Line> lines = new ArrayList<>();
        Path done = null;
        for (Manifests.Entry entry : entries) {
            Path folder = Manifests.modelFolder(entry);
            if (folder.equals(done)) continue;
            done = folder;
            folders.known(folder).ifPresent(is -> lines.addAll(lines(is, whole)));
        }
        if (!lines.isEmpty()) notes.write(NOTE, new ListIndex(whole, lines).write(kind));
    }

    /// None, unless there is one for each of the folder's files.
    private List<ListIndex.Line> lines(Folders.Known folder, Folders.State whole) {
        List<ListIndex.Line> lines = new ArrayList<>();
        if (!folder.contents().folders().isEmpty()) return lines;
        for (Path file : folder.contents().files()) {
            Known its = known.get(file);
            if (its == null || !its.whole().equals(Optional.of(whole)) || !ListIndex.canHold(its.summary())) {
                return List.of();
            }
            lines.add(new ListIndex.Line(file, folder.state(), its.stamp(), its.summary()));
        }
        return lines;
    }
}
