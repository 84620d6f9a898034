package dev.chasqui.gguf;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// The one file that a split model's parts make: the keys of the first, the tensors of all, at multiples of 32
/// bytes. One whole file is joined too: it only gets that alignment.
public final class JoinedGguf {

    private static final int ALIGNMENT = 32;
    private static final int VERSION = 3;
    private static final int COPY_BYTES = 1 << 20;
    /// What is said of parts, and is wrong of the whole; or holds only for where the tensors were.
    private static final Set<String> LEFT_OUT =
            Set.of("split.no", "split.count", "split.tensors.count", "general.alignment");

    private final List<GgufFile> parts;

    private JoinedGguf(List<GgufFile> parts) {
        this.parts = List.copyOf(parts);
    }

    /// In their order.
    public List<GgufFile> parts() {
        return parts;
    }

    /// @param parts in any order
    /// @throws GgufException if one is missing, there twice, or of another model
    public static JoinedGguf of(List<GgufFile> parts) {
        GgufFile any = parts.getFirst();
        if (parts.size() == 1 && !any.isPart()) return new JoinedGguf(parts);
        long count = any.integer("split.count").orElse(1);
        List<GgufFile> ordered = parts.stream()
                .sorted(Comparator.comparingLong(JoinedGguf::number))
                .toList();
        for (int i = 0; i < ordered.size(); i++) {
            GgufFile part = ordered.get(i);
            long claimed = part.integer("split.count").orElse(1);
            if (claimed != count) {
                throw new GgufException(part.path() + " is of a model in " + claimed + " parts and " + any.path()
                        + " of one in " + count + "; give the parts of one model");
            }
            if (number(part) < i) {
                throw new GgufException(part.path() + " and "
                        + ordered.get(i - 1).path() + " are the same part of the model; give each part once");
            }
            if (number(part) > i) throw missing(i, count);
        }
        if (ordered.size() < count) throw missing(ordered.size(), count);
        if (ordered.size() > count) {
            throw new GgufException(ordered.getLast().path() + " is part " + (number(ordered.getLast()) + 1) + " of "
                    + count + "; its key split.no is wrong");
        }
        requireUniqueTensors(ordered);
        return new JoinedGguf(ordered);
    }

    private static long number(GgufFile part) {
        return part.integer("split.no").orElse(0);
    }

    private static GgufException missing(long number, long count) {
        return new GgufException("part " + (number + 1) + " of " + count + " of the split model is missing; give all "
                + count + " parts");
    }

    private static void requireUniqueTensors(List<GgufFile> parts) {
        Set<String> names = new HashSet<>();
        for (GgufFile part : parts) {
            for (TensorInfo tensor : part.tensors()) {
                if (!names.add(tensor.name())) {
                    throw new GgufException(part.path() + ": tensor " + tensor.name() + " is in another part too");
                }
            }
        }
        long expected = parts.getFirst().integer("split.tensors.count").orElse(names.size());
        if (expected != names.size()) {
            throw new GgufException(parts.getFirst().path() + " claims " + expected
                    + " tensors in all parts together; they hold " + names.size());
        }
    }

    /// The first part; the keys are its.
    public GgufFile first() {
        return parts.getFirst();
    }

    /// Size of the whole.
    public long bytes() {
        long head = padded(headBytes());
        return tensors().stream().mapToLong(tensor -> padded(tensor.bytes())).reduce(head, Math::addExact);
    }

    private long headBytes() {
        long keys = entries().stream()
                .mapToLong(entry -> entry.end() - entry.start())
                .sum();
        long infos =
                tensors().stream().mapToLong(tensor -> info(tensor, 0).length).sum();
        return 4 + 4 + 8 + 8 + keys + infos;
    }

    /// @throws IOException if a part cannot be read, or the whole not written
    public void writeTo(OutputStream out) throws IOException {
        ByteBuffer start = little(24).putInt(GgufParser.MAGIC).putInt(VERSION);
        out.write(start.putLong(tensors().size()).putLong(entries().size()).array());
        try (FileChannel channel = FileChannel.open(first().path(), StandardOpenOption.READ)) {
            for (GgufFile.Entry entry : entries()) {
                copy(first().path(), channel, entry.start(), entry.end() - entry.start(), out);
            }
        }
        long offset = 0;
        for (TensorInfo tensor : tensors()) {
            out.write(info(tensor, offset));
            offset += padded(tensor.bytes());
        }
        pad(headBytes(), out);
        for (GgufFile part : parts) {
            try (FileChannel channel = FileChannel.open(part.path(), StandardOpenOption.READ)) {
                for (TensorInfo tensor : part.tensors()) {
                    copy(part.path(), channel, tensor.offset(), tensor.bytes(), out);
                    pad(tensor.bytes(), out);
                }
            }
        }
    }

    private List<GgufFile.Entry> entries() {
        return first().entries().stream()
                .filter(entry -> !LEFT_OUT.contains(entry.key()))
                .toList();
    }

    private List<TensorInfo> tensors() {
        return parts.stream().flatMap(part -> part.tensors().stream()).toList();
    }

    private static byte[] info(TensorInfo tensor, long offset) {
        byte[] name = tensor.name().getBytes(StandardCharsets.UTF_8);
        int dimensions = tensor.shape().size();
        ByteBuffer info = little(8 + name.length + 4 + 8 * dimensions + 4 + 8);
        info.putLong(name.length).put(name).putInt(dimensions);
        tensor.shape().forEach(info::putLong);
        return info.putInt(tensor.type().id()).putLong(offset).array();
    }

    private static void copy(Path file, FileChannel from, long start, long bytes, OutputStream out) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(bytes, COPY_BYTES));
        for (long done = 0; done < bytes; ) {
            buffer.clear().limit((int) Math.min(buffer.capacity(), bytes - done));
            int read = from.read(buffer, start + done);
            if (read < 0) throw new IOException(file + " ends at byte " + (start + done) + "; was it changed?");
            out.write(buffer.array(), 0, read);
            done += read;
        }
    }

    private static void pad(long bytes, OutputStream out) throws IOException {
        out.write(new byte[(int) (padded(bytes) - bytes)]);
    }

    private static long padded(long bytes) {
        return (bytes + ALIGNMENT - 1) & -ALIGNMENT;
    }

    private static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
