package dev.chasqui.gguf;

/// Whether llama.cpp can read a LoRA adapter: rule V10. It asks for the keys' values without looking at their
/// types, and multiplies with whatever shapes there are.
final class AdapterRules {

    private final GgufFile file;

    AdapterRules(GgufFile file) {
        this.file = file;
    }

    void check() {
        requireText("general.architecture");
        requireText("adapter.type");
        file.type("adapter.lora.alpha")
                .filter(type -> type != ValueType.FLOAT32)
                .ifPresent(type -> {
                    throw wrong("key adapter.lora.alpha is of type " + type, "FLOAT32");
                });
        file.decimal("adapter.lora.alpha").ifPresent(alpha -> {
            if (!Double.isFinite(alpha)) throw wrong("key adapter.lora.alpha is " + alpha, "a finite number");
        });
        for (TensorInfo tensor : file.tensors()) {
            boolean ofExperts = tensor.name().contains("_exps.");
            if (tensor.shape().size() > (ofExperts ? 3 : 2)) {
                throw wrong("tensor " + tensor.name() + " has the shape " + tensor.shape(), "a matrix");
            }
        }
    }

    /// One that is missing llama.cpp notices itself.
    private void requireText(String key) {
        file.type(key).filter(type -> type != ValueType.STRING).ifPresent(type -> {
            throw wrong("key " + key + " is of type " + type, "STRING");
        });
    }

    private GgufException wrong(String what, String expected) {
        return new GgufException("V10", file.path() + ": " + what + "; expected " + expected);
    }
}
