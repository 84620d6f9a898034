package dev.chasqui.llama;

import dev.chasqui.platform.ChildJvm;
import dev.chasqui.platform.NativeLibraries;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/// Writes a model's weights anew in another type, by llama.cpp's own quantiser, in a process of its own.
public final class Quantizer {

    /// What the process takes beside its mapped source, at most: llama.cpp's buffer, its libraries and the JVM.
    public static final long MEMORY_BYTES = 512L << 20;

    private static final int MOST_OUTPUT = 1 << 16;
    private static final String THROWN = LlamaException.class.getName() + ": ";

    private Quantizer() {}

    /// Waits until it is done. A target that is not whole may be left behind, whatever went wrong.
    ///
    /// @param source  one GGUF file, whose tensors no quantisation has touched yet
    /// @param target  is not there yet
    /// @param threads at least 1
    /// @param begun   hears the name of each tensor as its turn comes, on a thread of ours
    /// @throws LlamaException       saying why it cannot be done
    /// @throws InterruptedException if the thread is interrupted; the process is ended then
    public static void quantize(Path source, Path target, Quantization type, int threads, Consumer<String> begun)
            throws InterruptedException {
        if (threads < 1) throw new IllegalArgumentException("threads is " + threads + "; expected at least 1");
        if (!Files.isRegularFile(source)) throw new LlamaException(source + " is not a file");
        if (Files.exists(target)) throw new LlamaException(target + " is there already");
        NativeLibraries natives = NativeLibraries.load();
        List<String> arguments = List.of(
                natives.folder().toString(),
                natives.cpu().variant().library().toString(),
                source.toAbsolutePath().toString(),
                target.toAbsolutePath().toString(),
                type.name(),
                Integer.toString(threads));
        try (var reading = Executors.newVirtualThreadPerTaskExecutor()) {
            Process process = ChildJvm.start(QuantizeChild.class.getName(), arguments);
            try {
                CompletableFuture<String> output = CompletableFuture.supplyAsync(() -> follow(process, begun), reading);
                int status = process.waitFor();
                String said = output.get();
                if (status != 0) throw new LlamaException(reason(status, said));
            } finally {
                process.destroyForcibly();
                process.onExit().join(); // so that nobody writes to the target any more
            }
        } catch (IOException e) {
            throw new LlamaException("cannot start a process to quantise in: " + e.getMessage(), e);
        } catch (ExecutionException e) {
            throw new LlamaException("the quantiser's output could not be read: " + e.getCause(), e);
        }
    }

    private static String reason(int status, String output) {
        String reason = ChildJvm.reason(status, output);
        return reason.startsWith(THROWN) ? reason.substring(THROWN.length()) : reason;
    }

    /// @return the first of what it says beside its progress
    private static String follow(Process process, Consumer<String> begun) {
        StringBuilder said = new StringBuilder();
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line; (line = lines.readLine()) != null; ) {
                if (line.startsWith(QuantizeChild.TENSOR)) {
                    begun.accept(line.substring(QuantizeChild.TENSOR.length()));
                } else if (said.length() < MOST_OUTPUT) {
                    said.append(line).append('\n');
                }
            }
        } catch (IOException e) {
            return said.toString(); // it was ended; the status says the rest
        }
        return said.toString();
    }
}
