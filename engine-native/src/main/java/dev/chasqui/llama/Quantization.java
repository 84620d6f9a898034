package dev.chasqui.llama;

/// What [Quantizer] can make of a model's weights.
///
/// @see <a href="https://github.com/ggml-org/llama.cpp/blob/master/include/llama.h">llama.h, `llama_ftype`</a>
public enum Quantization {
    F32(0),
    F16(1),
    Q8_0(7),
    Q4_K_S(14),
    Q4_K_M(15),
    BF16(32);

    final int fileType;

    Quantization(int fileType) {
        this.fileType = fileType;
    }
}
