package dev.chasqui.store;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.Digest;
import dev.chasqui.registry.Part;
import dev.chasqui.registry.PartPlan;
import dev.chasqui.registry.Parts;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import tools.jackson.core.JacksonException;

/// A file that comes from a registry, over more than one process's life if need be: its bytes, and beside
/// them a note of which are there. The note never says more than the disk holds, for the bytes are forced out
/// before it is written; so what it says need not come again, and only the whole file's digest is taken anew.
///
/// One process has it at a time: whoever holds the lock of [Transfer].
final class PartialBlob implements Parts, AutoCloseable {

    private static final Duration ABANDONED_AFTER = Duration.ofDays(7);
    private static final long LONGEST_NOTE = 1 << 20;

    private final ModelStore store;
    private final Layer layer;
    private final Path file;
    private final Path note;
    private final PartPlan plan;
    private final Disk disk;
    private final Disk.Area area;
    private volatile List<Part> parts;
    private final ReentrantLock noting = new ReentrantLock();
    private volatile long notedAt = System.nanoTime();
    private boolean closed;

    private PartialBlob(ModelStore store, Layer layer, PartPlan plan) throws IOException {
        this.store = store;
        this.layer = layer;
        this.plan = plan;
        this.disk = store.blobs().disk();
        disk.folders(store.blobs().partials());
        this.file = file(store, layer);
        this.note = note(store, layer);
        Optional<List<Part>> noted = noted(store, layer);
        if (noted.isEmpty()) disk.delete(file);
        this.area = disk.open(file);
        this.parts = noted.isPresent() ? noted.get() : begun();
    }

    /// What an Ollama left of it, or nothing yet.
    private List<Part> begun() throws IOException {
        Optional<OllamaPartial> ollamas = OllamaPartial.of(store.blobs().path(layer.digest()), layer.size());
        try {
            if (ollamas.isPresent() && ollamas.get().copyTo(area))
                return ollamas.get().parts();
            return plan.parts(layer.size());
        } catch (IOException e) {
            area.close();
            throw e;
        }
    }

    /// What there is of the file already, or nothing yet.
    static PartialBlob open(ModelStore store, Layer layer, PartPlan plan) throws IOException {
        return new PartialBlob(store, layer, plan);
    }

    /// Bytes of that file that came already and need not come again.
    static long there(ModelStore store, Layer layer) throws IOException {
        return noted(store, layer).stream()
                .flatMap(List::stream)
                .mapToLong(Part::completed)
                .sum();
    }

    /// Removes what nobody went on with for long.
    static void clearAbandoned(ModelStore store) throws IOException {
        store.blobs().clearOlder(store.blobs().partials(), ABANDONED_AFTER);
    }

    private static Path file(ModelStore store, Layer layer) {
        return store.blobs().partials().resolve(layer.digest().fileName());
    }

    private static Path note(ModelStore store, Layer layer) {
        return store.blobs().partials().resolve(layer.digest().fileName() + ".parts");
    }

    @Override
    public List<Part> parts() {
        return parts;
    }

    long completed() {
        return parts.stream().mapToLong(Part::completed).sum();
    }

    @Override
    public void write(long offset, ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        try {
            area.write(copy, copy.length, offset);
        } catch (IOException e) {
            throw store.cannotWrite(e);
        }
    }

    /// One of the threads does it when it is time, and no other waits for that.
    @Override
    public void note() {
        if (!isTime() || !noting.tryLock()) return;
        try {
            if (isTime()) writeNote();
        } catch (IOException e) {
            throw store.cannotWrite(e);
        } finally {
            noting.unlock();
        }
    }

    private boolean isTime() {
        return System.nanoTime() - notedAt >= plan.notedEvery().toNanos();
    }

    private void writeNote() throws IOException {
        notedAt = System.nanoTime();
        byte[] json = json(parts); // first the counts, then the bytes they count
        area.force();
        Path temporary = note.resolveSibling(note.getFileName() + ".tmp");
        disk.delete(temporary);
        disk.write(temporary, json);
        disk.rename(temporary, note);
    }

    @Override
    public void restart() {
        begin(List.of(new Part(0, layer.size(), 0)));
    }

    private void begin(List<Part> fresh) {
        parts = fresh;
        try {
            disk.delete(note);
        } catch (IOException e) {
            throw store.cannotWrite(e);
        }
    }

    /// The digest of what is there, read anew.
    ///
    /// @throws BackendException of kind `CANCELLED` if the thread is interrupted
    Digest digest() throws IOException {
        return FileDigest.of(file, read -> {
            if (Thread.currentThread().isInterrupted()) {
                throw new BackendException(BackendException.Kind.CANCELLED, "interrupted");
            }
        });
    }

    /// Nothing of what is there is of use.
    void discard() {
        begin(plan.parts(layer.size()));
    }

    /// Puts the verified file where models look for it.
    void keep() throws IOException {
        writeNote();
        closed = true;
        area.close(); // some systems rename no open file
        store.writing(() -> {
            store.blobs().place(file, layer.digest());
            return file;
        });
        disk.delete(note);
    }

    /// Notes what is there, for the next time; also on a thread that was interrupted.
    void leave() throws IOException {
        if (closed) return; // all is noted
        boolean interrupted = Thread.interrupted(); // a channel that is used by such a thread closes
        try {
            if (completed() > 0) {
                writeNote();
            } else {
                disk.delete(note);
                disk.delete(file);
            }
        } finally {
            if (interrupted) Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() throws IOException {
        area.close();
    }

    /// In the words in which Ollama notes its parts.
    private static byte[] json(List<Part> parts) {
        List<Map<String, Object>> array = new ArrayList<>();
        for (Part part : parts) {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("N", array.size());
            json.put("Offset", part.offset());
            json.put("Size", part.size());
            json.put("Completed", part.completed());
            array.add(json);
        }
        return Json.bytes(array);
    }

    /// The parts of an earlier time, if there is a note of them that fits this file.
    private static Optional<List<Part>> noted(ModelStore store, Layer layer) throws IOException {
        Path note = note(store, layer);
        try {
            if (Files.size(note) > LONGEST_NOTE) return Optional.empty();
            Object notes = Json.parse(Files.readAllBytes(note)).orElse(List.of());
            return parts(
                    notes instanceof List<?> list ? list : List.of(), layer.size(), Files.size(file(store, layer)));
        } catch (NoSuchFileException | JacksonException e) {
            return Optional.empty();
        }
    }

    /// Reads what [#json] wrote, or Ollama did.
    ///
    /// @param size  of the whole file
    /// @param there how long the unfinished one is
    /// @return empty if these are no parts that make that file
    static Optional<List<Part>> parts(List<?> notes, long size, long there) {
        List<Part> parts = new ArrayList<>();
        long end = 0;
        long reaches = 0;
        try {
            for (Object each : notes) {
                Map<String, Object> json = Json.asObject(each);
                Part part = new Part(number(json, "Offset"), number(json, "Size"), number(json, "Completed"));
                if (part.offset() != end) return Optional.empty();
                end = Math.addExact(end, part.size());
                if (part.completed() > 0) reaches = part.offset() + part.completed();
                parts.add(part);
            }
        } catch (IllegalArgumentException | ArithmeticException e) {
            return Optional.empty();
        }
        return end == size && there >= reaches ? Optional.of(List.copyOf(parts)) : Optional.empty();
    }

    private static long number(Map<String, Object> json, String field) {
        return json.get(field) instanceof Long number ? number : -1;
    }
}
