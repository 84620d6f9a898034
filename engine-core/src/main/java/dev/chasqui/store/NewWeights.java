package dev.chasqui.store;

import dev.chasqui.api.Digest;
import dev.chasqui.api.Progress;
import dev.chasqui.api.ProgressLine;
import dev.chasqui.gguf.GgufFile;
import dev.chasqui.gguf.GgufGate;
import dev.chasqui.gguf.JoinedGguf;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/// Weights that had to be written anew before a model can be made of them: a split model's parts in one file, or
/// another type. That takes long, so it happens while others may write to the store.
///
/// @param incoming holds them until they get their place
/// @param facts    what they say of themselves
record NewWeights(Blobs.Incoming incoming, Digest digest, GgufFile facts) implements AutoCloseable {

    /// What Ollama's line about a file names that has no digest yet.
    private static final String NO_DIGEST = "sha256:" + "0".repeat(64);

    private static final int DEFAULT_ALIGNMENT = 32;

    /// The parts in one file.
    static NewWeights joined(ModelStore store, JoinedGguf parts, Progress progress) throws IOException {
        return of(join(store, parts, progress));
    }

    /// @param from what the weights are now, for people
    static NewWeights quantized(
            ModelStore store, JoinedGguf parts, String from, Quantization to, Quantizer quantizer, Progress progress)
            throws IOException, InterruptedException {
        // llama.cpp's quantiser finds no parts under our files' names, and knows one alignment only.
        boolean rewritten = parts.first().isPart()
                || parts.first().integer("general.alignment").orElse(DEFAULT_ALIGNMENT) != DEFAULT_ALIGNMENT;
        try (WorkFolder folder = WorkFolder.make(store.ownFolder())) {
            if (!rewritten) {
                Path source = folder.keep(parts.first().path());
                return quantized(store, source, folder, from, to, quantizer, progress);
            }
            try (Blobs.Incoming whole = join(store, parts, progress)) {
                return quantized(store, whole.file(), folder, from, to, quantizer, progress);
            }
        }
    }

    /// One at a time, among all processes: each takes the memory and the cores it was promised.
    private static NewWeights quantized(
            ModelStore store,
            Path file,
            WorkFolder folder,
            String from,
            Quantization to,
            Quantizer quantizer,
            Progress progress)
            throws IOException, InterruptedException {
        GgufFile source = GgufGate.standard().judge(file);
        Path target = folder.file("quantized.gguf");
        String status = "quantizing " + from + " model to " + to;
        long total = source.weightsBytes();
        try (FolderLock _ = FolderLock.hold(store.ownFolder().resolve("quantize.lock"))) {
            store.requireRoom(to.mostBytes(source));
            progress.report(new ProgressLine(status, NO_DIGEST, 0, total));
            quantizer.quantize(
                    source, target, to, done -> progress.report(new ProgressLine(status, NO_DIGEST, done, total)));
            progress.report(new ProgressLine(status, NO_DIGEST, total, total));
        }
        progress.status("verifying conversion");
        GgufFile.read(target);
        return of(copy(store, target));
    }

    private static Blobs.Incoming join(ModelStore store, JoinedGguf parts, Progress progress) throws IOException {
        long total = parts.bytes();
        store.requireRoom(total);
        Blobs.Incoming incoming = store.blobs().upload();
        try {
            parts.writeTo(
                    incoming.stream(written -> progress.report(new ProgressLine("merging parts", "", written, total))));
            return incoming;
        } catch (IOException | RuntimeException e) {
            incoming.close();
            throw e;
        }
    }

    private static Blobs.Incoming copy(ModelStore store, Path file) throws IOException {
        store.requireRoom(Files.size(file));
        Blobs.Incoming incoming = store.blobs().upload();
        try (InputStream in = Files.newInputStream(file)) {
            incoming.writeAll(in, written -> {});
            return incoming;
        } catch (IOException | RuntimeException e) {
            incoming.close();
            throw e;
        }
    }

    private static NewWeights of(Blobs.Incoming incoming) throws IOException {
        try {
            return new NewWeights(
                    incoming, incoming.digest(), GgufGate.standard().judgeWithWeights(incoming.file(), read -> {}));
        } catch (RuntimeException e) {
            incoming.close();
            throw e;
        }
    }

    /// Removes them, unless they got their place.
    @Override
    public void close() throws IOException {
        incoming.close();
    }
}
