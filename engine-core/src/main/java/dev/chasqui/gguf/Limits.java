package dev.chasqui.gguf;

/// What holds whatever anybody configures: how much of a file is kept in memory, and what the format fixes.
final class Limits {

    /// All strings that are kept in memory, arrays left out: these are read on demand.
    static final int KEPT_BYTES = 64 << 20;

    /// Arrays up to this size are read at once.
    static final int SMALL_ARRAY_BYTES = 16 << 10;
    /// What [GgufArray#values] reads at most.
    static final int ARRAY_BYTES = 256 << 20;

    static final int TENSOR_NAME_BYTES = 63;
    /// Layers of a file that is only described, not run.
    static final int BLOCKS = 4_096;

    private Limits() {}
}
