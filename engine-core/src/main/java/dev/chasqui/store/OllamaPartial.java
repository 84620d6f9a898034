package dev.chasqui.store;

import dev.chasqui.registry.Part;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;

/// What an Ollama left of a download that broke off: `sha256-…-partial`, and beside it a file for each part
/// that says how far it came. It is copied and not taken over, since an Ollama that runs may still write to
/// it, and locks nothing.
record OllamaPartial(Path file, List<Part> parts) {

    private static final Logger LOG = LoggerFactory.getLogger(OllamaPartial.class);
    private static final int MOST_PARTS = 4_096;
    private static final long LONGEST_NOTE = 4 << 10;
    private static final int COPY_BYTES = 1 << 20;

    /// Empty if there is none, or its parts do not make that file.
    static Optional<OllamaPartial> of(Path blob, long size) {
        Path file = blob.resolveSibling(blob.getFileName() + "-partial");
        try {
            List<Object> notes = new ArrayList<>();
            for (int n = 0; n < MOST_PARTS; n++) {
                Path note = file.resolveSibling(file.getFileName() + "-" + n);
                if (!Files.isRegularFile(note) || Files.size(note) > LONGEST_NOTE) break;
                Json.parse(Files.readAllBytes(note)).ifPresent(notes::add);
            }
            if (notes.isEmpty() || !Files.isRegularFile(file)) return Optional.empty();
            return PartialBlob.parts(notes, size, Files.size(file)).map(parts -> new OllamaPartial(file, parts));
        } catch (IOException | JacksonException e) {
            LOG.debug("{} is of no use: {}", file, e.getMessage());
            return Optional.empty();
        }
    }

    /// @return whether all of it was copied; if not, nothing may be said of what is there
    /// @throws InterruptedIOException if the thread is interrupted
    boolean copyTo(Disk.Area area) throws InterruptedIOException {
        byte[] buffer = new byte[COPY_BYTES];
        try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
            for (Part part : parts) {
                long at = part.offset();
                in.seek(at);
                for (long end = at + part.completed(); at < end; ) {
                    if (Thread.interrupted()) throw new InterruptedIOException("interrupted");
                    int read = in.read(buffer, 0, (int) Math.min(buffer.length, end - at));
                    if (read < 0) return false;
                    area.write(buffer, read, at);
                    at += read;
                }
            }
            return true;
        } catch (InterruptedIOException e) {
            throw e;
        } catch (IOException e) {
            LOG.debug("{} cannot be copied: {}", file, e.getMessage());
            return false;
        }
    }
}
