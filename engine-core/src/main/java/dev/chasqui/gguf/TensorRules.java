package dev.chasqui.gguf;

import java.util.EnumSet;
import java.util.Set;

/// Whether llama.cpp can compute with a file's tensors as they are stored: rules V7 and V8. A type it has no
/// kernel for ends the process at the first token.
final class TensorRules {

    /// Of the CPU's buffers; GPUs ask for no more.
    private static final int LEAST_ALIGNMENT = 32;

    /// No kernel multiplies with these: whole numbers, doubles, and the two forms activations are turned into.
    private static final Set<TensorType> NO_WEIGHTS = EnumSet.of(
            TensorType.I8,
            TensorType.I16,
            TensorType.I32,
            TensorType.I64,
            TensorType.F64,
            TensorType.Q8_1,
            TensorType.Q8_K);

    private final GgufFile file;

    TensorRules(GgufFile file) {
        this.file = file;
    }

    void check() {
        long alignment = file.integer("general.alignment").orElse(LEAST_ALIGNMENT);
        if (alignment < LEAST_ALIGNMENT) {
            throw new GgufException(
                    "V7",
                    file.path() + ": key general.alignment is " + alignment + "; expected at least " + LEAST_ALIGNMENT
                            + ", where buffers begin");
        }
        boolean isProjector =
                file.kind().equals("mmproj") || file.architecture().equals("clip");
        for (TensorInfo tensor : file.tensors()) {
            if (NO_WEIGHTS.contains(tensor.type()) && !isTable(tensor)) throw wrong(tensor, "a type of weights");
            if (!isProjector && isAdded(tensor) && tensor.type() != TensorType.F32)
                throw wrong(tensor, "F32, as for every norm and bias");
        }
    }

    /// Maps from tokens to other ids, which some drafting models have.
    private static boolean isTable(TensorInfo tensor) {
        return tensor.name().contains("d2t") || tensor.name().contains("tid2eid");
    }

    /// What is added to or multiplied with activations element by element. Parts for images are left out: other
    /// programs read them.
    private static boolean isAdded(TensorInfo tensor) {
        String name = tensor.name();
        if (name.startsWith("v.") || name.startsWith("mm.") || name.startsWith("a.") || isTable(tensor)) return false;
        return name.endsWith("_norm.weight")
                || name.endsWith(".bias")
                || tensor.shape().size() == 1;
    }

    private GgufException wrong(TensorInfo tensor, String expected) {
        return new GgufException(
                "V8",
                file.path() + ": tensor " + tensor.name() + " is of type " + tensor.type() + "; expected " + expected);
    }
}
