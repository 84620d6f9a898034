package dev.chasqui.gguf;

/// The most a file may ask for. Real models stay far below; what is above is an attack or damage.
final class Limits {

    static final int KEYS = 65_536;
    static final int TENSORS = 65_536;
    static final int KEY_BYTES = 65_535;
    static final int STRING_BYTES = 16 << 20;
    /// All strings that are kept in memory, arrays left out: these are read on demand.
    static final int KEPT_BYTES = 64 << 20;

    static final int ARRAY_ELEMENTS = 64 << 20;
    /// Arrays up to this size are read at once.
    static final int SMALL_ARRAY_BYTES = 16 << 10;
    /// What [GgufArray#values] reads at most.
    static final int ARRAY_BYTES = 256 << 20;

    static final int TENSOR_NAME_BYTES = 63;
    static final int ALIGNMENT = 65_536;
    static final int BLOCKS = 4_096;

    private Limits() {}
}
