package dev.chasqui.llama;

import dev.chasqui.platform.ChildJvm;
import dev.chasqui.platform.NativeLibraries;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Writes a model anew in another type. A process of its own runs this: llama.cpp aborts on some files that look
/// right, cannot be told to stop, and gives its memory back for certain only when it ends.
final class QuantizeChild {

    /// What comes before a tensor's name when its turn has come.
    static final String TENSOR = "chasqui: tensor ";

    private static final long STACK_BYTES = 16 << 20;
    /// Rows llama.cpp keeps in memory at once, read and written ones together.
    private static final long BUFFER_BYTES = 256 << 20;

    private static final Pattern PROGRESS = Pattern.compile("\\[ *\\d+/ *\\d+] (\\S+) +- \\[.*", Pattern.DOTALL);

    private QuantizeChild() {}

    /// @param args the folder of the libraries, the CPU library's file, the source, the target, the type's name,
    ///             the number of threads
    public static void main(String[] args) {
        if (args.length != 6) throw new IllegalArgumentException("expected six arguments");
        ChildJvm.endWithParent();
        NativeLibraries.loadUnproven(Path.of(args[0]), Path.of(args[1]));
        Llama.load();
        LlamaLog.follow(QuantizeChild::tell);
        Quantization type = Quantization.valueOf(args[4]);
        int threads = Integer.parseInt(args[5]);
        DeepStack.call(STACK_BYTES, () -> {
            quantize(args[2], args[3], type, threads);
            return type;
        });
    }

    private static void tell(String line) {
        Matcher progress = PROGRESS.matcher(line);
        if (progress.matches()) System.out.println(TENSOR + progress.group(1));
    }

    private static void quantize(String source, String target, Quantization type, int threads) {
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment params = QuantizeH.modelQuantizeDefaultParams(scratch);
            Structs.set(params, Structs.QUANTIZE_PARAMS, "nthread", threads);
            Structs.set(params, Structs.QUANTIZE_PARAMS, "ftype", type.fileType);
            Structs.set(params, Structs.QUANTIZE_PARAMS, "max_buf_size", BUFFER_BYTES);
            LlamaLog.clear();
            int failed = QuantizeH.modelQuantize(scratch.allocateFrom(source), scratch.allocateFrom(target), params);
            if (failed != 0) throw new LlamaException("llama.cpp gave up" + LlamaLog.because());
        }
    }
}
