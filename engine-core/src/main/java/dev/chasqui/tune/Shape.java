package dev.chasqui.tune;

/// What one sample does: a prompt, then some times more text after it and an answer, each time from the same
/// place.
///
/// @param promptTokens of the prompt
/// @param promptCounts whether its time counts; if not, it is computed once and kept
/// @param tails        times that more text or an answer follows
/// @param tailTokens   of the text, each time
/// @param answerTokens of the answer, each time; computed one by one
public record Shape(int promptTokens, boolean promptCounts, int tails, int tailTokens, int answerTokens) {

    /// Most tokens the KV cache holds meanwhile.
    public int contextTokens() {
        return promptTokens + tailTokens + answerTokens;
    }

    /// What of a sample is looked at.
    enum Part {
        ALL,
        /// The prompt, and what follows it but the answers.
        PROMPTS,
        ANSWERS;

        long nanos(Sample sample) {
            return (this == ANSWERS ? 0 : sample.promptNanos()) + (this == PROMPTS ? 0 : sample.answerNanos());
        }

        int tokens(Shape shape) {
            int prompts = (shape.promptCounts ? shape.promptTokens : 0) + shape.tails * shape.tailTokens;
            return (this == ANSWERS ? 0 : prompts) + (this == PROMPTS ? 0 : shape.tails * shape.answerTokens);
        }
    }

    /// How long a sample took.
    ///
    /// @param promptNanos for the prompt, if that counts, and all tails
    /// @param answerNanos for all answers
    public record Sample(long promptNanos, long answerNanos) {}
}
