package dev.chasqui.engine;

import dev.chasqui.llama.TokenConstraint;
import java.util.Arrays;

/// Puts fixed tokens before and behind what another constraint holds; then the text is over.
final class FramedConstraint implements TokenConstraint {

    private final int[] before;
    private final TokenConstraint inner;
    private final int[] after;
    private final boolean jumps;
    private int toldBefore;
    private int toldAfter;

    /// @param inner ends by itself
    /// @param jumps whether the fixed tokens are appended without being drawn
    FramedConstraint(int[] before, TokenConstraint inner, int[] after, boolean jumps) {
        this.before = before;
        this.inner = inner;
        this.after = after;
        this.jumps = jumps;
    }

    @Override
    public boolean allows(int token) {
        if (toldBefore < before.length) return token == before[toldBefore];
        if (inner.isOver()) return toldAfter < after.length && token == after[toldAfter];
        return inner.allows(token);
    }

    @Override
    public int[] allowed() {
        if (toldBefore < before.length) return new int[] {before[toldBefore]};
        if (inner.isOver()) return Arrays.copyOfRange(after, toldAfter, Math.min(after.length, toldAfter + 1));
        return inner.allowed();
    }

    @Override
    public void accept(int token) {
        if (toldBefore < before.length) toldBefore++;
        else if (inner.isOver()) toldAfter++;
        else inner.accept(token);
    }

    @Override
    public int[] forced(int most) {
        if (toldBefore < before.length) {
            if (!jumps) return NOTHING;
            int from = toldBefore;
            toldBefore = Math.min(before.length, from + most);
            return Arrays.copyOfRange(before, from, toldBefore);
        }
        if (!inner.isOver()) return inner.forced(most);
        if (!jumps) return NOTHING;
        int from = toldAfter;
        toldAfter = Math.min(after.length, from + most);
        return Arrays.copyOfRange(after, from, toldAfter);
    }

    @Override
    public int likely() {
        return toldBefore < before.length || inner.isOver() ? -1 : inner.likely();
    }

    @Override
    public boolean isOver() {
        return toldBefore == before.length && inner.isOver() && toldAfter == after.length;
    }
}
