package dev.chasqui.llama;

/// How the vectors of a text's tokens become one. The number is llama.cpp's.
public enum Pooling {
    /// Their average.
    MEAN(1),
    /// The first token's, which some models are trained to sum a text up in.
    CLS(2),
    /// The last token's: in a model that reads forwards, the only one that has seen the whole text.
    LAST(3);

    final int code;

    Pooling(int code) {
        this.code = code;
    }
}
