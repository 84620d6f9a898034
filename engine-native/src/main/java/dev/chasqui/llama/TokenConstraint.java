package dev.chasqui.llama;

/// What one request's text may be, token by token, and what it must be. It follows the text: each token that comes
/// is handed to it once, in order. Belongs to its request; used by one thread at a time.
public interface TokenConstraint {

    int[] NOTHING = {};

    /// Whether this token may come next. One that ends the generation may where the text may end.
    boolean allows(int token);

    /// Every token that may come next, by growing id. Takes longer than [#allows], so it is asked last.
    int[] allowed();

    /// This token came; [#allows] says it may.
    void accept(int token);

    /// The tokens that must come next whatever the model would say, and goes on by them: they are not drawn.
    ///
    /// @param most how many at the most, `>= 0`; what is left is asked for later
    default int[] forced(int most) {
        return NOTHING;
    }

    /// The token that comes next unless a longer one brings the same text, so that it pays to have the logits behind
    /// it, too; negative if there is none. As long as there is one, [#allows] knows only it and those longer ones.
    default int likely() {
        return -1;
    }

    /// Whether the text is complete and nothing may follow.
    default boolean isOver() {
        return false;
    }
}
