package dev.chasqui.llama;

/// How texts are embedded.
///
/// @param pooling     how the vectors of a text's tokens become one
/// @param wholeTexts  whether a text must be computed in one step, since its tokens look at those that follow
/// @param context     the first context; longer texts have it made anew. Its micro-batch is the most rows
///                    that several texts have in one step
/// @param longestText tokens of the longest text there will be
public record EmbedderSettings(Pooling pooling, boolean wholeTexts, ContextSettings context, int longestText) {

    /// In steps of at most so many rows, ggml's attention on a CPU computes every row by itself, whatever
    /// else is in the step; from 64 on it goes by tiles, and a text's sums depend on where in the cache it
    /// lies. Where weights are quantised, a last bit that differs grows, layer by layer, to a cosine distance
    /// of 1e-3.
    ///
    /// @see <a href="https://github.com/ggml-org/llama.cpp/blob/master/ggml/src/ggml-cpu/ops.cpp">ops.cpp,
    ///      `ggml_compute_forward_flash_attn_ext_f16`</a>
    public static final int STEADY_ROWS = 63;

    /// @throws IllegalArgumentException if a text could come in pieces although its pooling needs all of it
    public EmbedderSettings {
        if (pooling != Pooling.LAST && !wholeTexts) {
            throw new IllegalArgumentException("pooling " + pooling + " needs whole texts");
        }
        if (context.contextTokens() < 2 || context.batchTokens() < 2 || context.sequences() < 2) {
            throw new IllegalArgumentException("a context of " + context.contextTokens() + " tokens, "
                    + context.batchTokens() + " rows and " + context.sequences() + " sequences; expected 2 of each");
        }
    }

    /// The context for texts of up to so many tokens. It grows by doubling, since each is made from nothing.
    public ContextSettings contextFor(int tokens) {
        int needed = tokens + 1; // a row of ballast, see LlamaEmbedder
        int cells = context.contextTokens();
        if (needed > cells) {
            int doubled = Integer.highestOneBit(needed - 1) << 1;
            cells = Math.max(needed, Math.min(doubled, longestText + 1));
        }
        if (!wholeTexts) {
            return context.withContextTokens(cells).withOutputs(Math.min(context.sequences(), context.batchTokens()));
        }
        int rows = Math.ceilDiv(cells, context.sequences()) * context.sequences(); // llama.cpp averages over no other
        return context.withContextTokens(rows).withBatch(rows, rows).withOutputs(rows);
    }
}
