package dev.chasqui.store;

import dev.chasqui.api.BackendException;
import dev.chasqui.gguf.GgufFile;
import dev.chasqui.gguf.TensorInfo;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// What weights can be made into when a model is created.
public enum Quantization {
    F32,
    F16,
    Q4_K_S,
    Q4_K_M,
    Q8_0,
    BF16;

    private static final Set<String> PLAIN = Set.of("F32", "F16", "BF16");
    private static final int K_BLOCK = 256;

    /// Reads a name in any case; `Q4_K` is [#Q4_K_M].
    ///
    /// @throws BackendException in Ollama's words
    static Quantization parse(String text) {
        String name = text.toUpperCase(Locale.ROOT);
        if (name.equals("Q4_K")) return Q4_K_M;
        return Arrays.stream(values())
                .filter(type -> type.name().equals(name))
                .findFirst()
                .orElseThrow(() -> BackendException.invalid("unsupported quantization type " + text
                        + " - supported types are "
                        + Arrays.stream(values()).map(Enum::name).collect(Collectors.joining(", "))));
    }

    /// @throws BackendException in Ollama's words, if a tensor is quantised already
    static void requirePlain(GgufFile weights) {
        for (TensorInfo tensor : weights.tensors()) {
            if (tensor.type().blockElements() > 1) {
                throw BackendException.invalid("quantization is only supported for F16, BF16 and F32 models; tensor "
                        + tensor.name() + " is " + tensor.type() + " already");
            }
        }
    }

    /// What weights are that passed [#requirePlain]: the type the file's head names, else that of most bytes.
    static String plainTypeOf(GgufFile weights) {
        String named = weights.quantizationLevel();
        if (PLAIN.contains(named)) return named;
        return weights.tensors().stream()
                .collect(Collectors.groupingBy(TensorInfo::type, Collectors.summingLong(TensorInfo::bytes)))
                .entrySet()
                .stream()
                .max(Map.Entry.comparingByValue())
                .map(most -> most.getKey().name())
                .orElse("F16");
    }

    /// How much a file takes at most once its matrices are of this type.
    long mostBytes(GgufFile weights) {
        long head = weights.fileBytes() - weights.weightsBytes();
        return weights.tensors().stream().mapToLong(this::mostBytes).reduce(head, Math::addExact);
    }

    private long mostBytes(TensorInfo tensor) {
        if (tensor.shape().size() < 2) return tensor.bytes();
        long elements = tensor.elements();
        boolean wholeBlocks = tensor.shape().getFirst() % K_BLOCK == 0;
        return switch (this) {
            case F32 -> Math.multiplyExact(elements, 4);
            case F16, BF16 -> Math.multiplyExact(elements, 2);
            case Q8_0 -> Math.multiplyExact(elements, 34) / 32;
            // Some layers get 6 bits; where columns are no whole blocks, llama.cpp falls back to larger types.
            case Q4_K_S, Q4_K_M -> wholeBlocks ? elements / K_BLOCK * 210 : Math.multiplyExact(elements, 2);
        };
    }
}
