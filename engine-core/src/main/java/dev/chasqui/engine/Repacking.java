package dev.chasqui.engine;

import dev.chasqui.gguf.GgufFile;
import dev.chasqui.gguf.TensorInfo;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/// Which weights llama.cpp keeps a second time, in the layout this CPU computes fastest with.
///
/// @param features of the CPU code in use, by ggml's names: `AVX2`, `AMX_INT8`
/// @see <a href="https://github.com/ggml-org/llama.cpp/blob/master/ggml/src/ggml-cpu/repack.cpp">repack.cpp</a>
/// @see <a href="https://github.com/ggml-org/llama.cpp/blob/master/ggml/src/ggml-cpu/amx/amx.cpp">amx.cpp</a>
record Repacking(Set<String> features) {

    static final Repacking NONE = new Repacking(Set.of());

    /// @param bytes         of the copy
    /// @param replacedBytes of the originals nobody reads any more
    record Copy(long bytes, long replacedBytes) {}

    Repacking {
        features = Set.copyOf(features);
    }

    /// @param systemInfo llama.cpp's own words: `CPU : SSE3 = 1 | AVX2 = 1 | …`
    static Repacking parse(String systemInfo) {
        Set<String> features = new HashSet<>();
        for (String part : systemInfo.split("[|:]")) {
            String[] pair = part.strip().split("\\s*=\\s*");
            if (pair.length == 2 && pair[1].equals("1")) features.add(pair[0].toUpperCase(Locale.ROOT));
        }
        return new Repacking(features);
    }

    Copy of(GgufFile facts) {
        boolean tied =
                facts.tensors().stream().noneMatch(tensor -> tensor.name().equals("output.weight"));
        long copied = 0;
        long replaced = 0;
        for (TensorInfo tensor : facts.tensors()) {
            boolean input = tensor.name().equals("token_embd.weight");
            if (!multiplied(tensor) || (input && !tied)) continue;
            long bytes = copyOf(tensor);
            copied += bytes;
            // Rows of the input's embeddings are still looked up in the original.
            if (bytes > 0 && !input) replaced += tensor.bytes();
        }
        return new Copy(copied, replaced);
    }

    private static boolean multiplied(TensorInfo tensor) {
        String name = tensor.name();
        return tensor.shape().size() >= 2
                && tensor.shape().get(1) > 1
                && name.endsWith(".weight")
                && !name.contains("_norm.")
                && !name.contains("conv1d")
                && !name.equals("per_layer_token_embd.weight")
                && !name.equals("position_embd.weight")
                && !name.equals("token_types.weight");
    }

    private long copyOf(TensorInfo tensor) {
        long columns = tensor.shape().get(0);
        long rows = tensor.shape().get(1);
        boolean experts = tensor.shape().size() > 2 && tensor.shape().get(2) > 1;
        if (!experts && features.contains("AMX_INT8") && rows % 32 == 0 && columns % amxAlignment(tensor) == 0) {
            return tensor.bytes() + tensor.elements() / tensor.type().blockElements() * amxExtra(tensor);
        }
        return rows % repackedRows(tensor) == 0 ? tensor.bytes() : 0;
    }

    private static long amxAlignment(TensorInfo tensor) {
        return switch (tensor.type()) {
            case Q4_0, Q4_1, Q8_0 -> 32;
            case Q4_K, Q5_K, Q6_K, IQ4_XS -> 256;
            case F16 -> 16;
            default -> Long.MAX_VALUE;
        };
    }

    /// Bytes it adds to each block.
    private static int amxExtra(TensorInfo tensor) {
        return switch (tensor.type()) {
            case Q8_0, Q4_K, Q5_K -> 4;
            case IQ4_XS -> 2;
            default -> 0;
        };
    }

    /// Rows that are interleaved; a tensor with another number of rows stays as it is.
    private long repackedRows(TensorInfo tensor) {
        boolean avx2 = features.contains("AVX2");
        boolean avx512 = features.contains("AVX512");
        boolean dot = features.contains("NEON") && features.contains("DOTPROD");
        boolean matrix = features.contains("NEON") && features.contains("MATMUL_INT8");
        return switch (tensor.type()) {
            case Q4_0, IQ4_NL, MXFP4 -> avx2 ? 8 : dot || matrix ? 4 : Long.MAX_VALUE;
            case Q4_K -> avx2 || dot || matrix ? 8 : Long.MAX_VALUE;
            case Q2_K -> avx512 ? 8 : Long.MAX_VALUE;
            case Q5_K, Q6_K -> dot || matrix ? 8 : Long.MAX_VALUE;
            case Q8_0, Q1_0 -> dot || matrix ? 4 : Long.MAX_VALUE;
            default -> Long.MAX_VALUE;
        };
    }
}
