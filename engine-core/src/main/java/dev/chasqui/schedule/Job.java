package dev.chasqui.schedule;

import dev.chasqui.llama.Sampling;
import java.util.Objects;

/// What one request wants of the model.
///
/// @param prompt        its tokens, at least one and fewer than `contextTokens`
/// @param sampling      how its tokens are drawn
/// @param maxTokens     the answer's most tokens, `>= 0`
/// @param contextTokens tokens of prompt and answer together it may hold in the KV cache
/// @param keep          tokens at the front that survive a context shift
/// @param shift         whether a full context drops its older half instead of ending the answer
public record Job(int[] prompt, Sampling sampling, int maxTokens, int contextTokens, int keep, boolean shift) {

    public Job {
        Objects.requireNonNull(sampling, "sampling");
        if (prompt.length == 0) throw new IllegalArgumentException("prompt is empty; expected at least one token");
        if (prompt.length >= contextTokens) {
            throw new IllegalArgumentException("prompt is " + prompt.length + " tokens; this context holds "
                    + contextTokens + ", one of them for the answer. Shorten it or raise num_ctx");
        }
        if (maxTokens < 0) throw new IllegalArgumentException("maxTokens is " + maxTokens + "; expected >= 0");
    }
}
