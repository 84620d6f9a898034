package dev.chasqui.json;

import java.util.Arrays;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Where a text stands in an expression: every way it may have come, each waiting for its next character.
/// Never changes.
final class State {

    /// Each waits for a character. Empty if nothing may follow.
    final Frame[] heads;

    /// Whether the text may end here.
    final boolean complete;

    State(Frame[] heads, boolean complete) {
        this.heads = heads;
        this.complete = complete;
    }

    static State start(Expr expr) {
        Ways ways = new Ways();
        ways.open(Frame.start(expr, Frame.END));
        return ways.state();
    }

    /// @return null if the character may not follow
    @Nullable
    State step(int codePoint) {
        Ways ways = null;
        for (Frame head : heads) {
            Frame next = head.expr.after(head, codePoint);
            if (next == null) continue;
            if (ways == null) ways = new Ways();
            ways.open(next);
        }
        return ways == null ? null : ways.state();
    }

    /// @return null if the text may not follow
    /// @throws SchemaException if too many ways would have to be followed for too long
    @Nullable
    State walk(String text) {
        State state = this;
        int steps = 0;
        for (int i = 0; i < text.length() && state != null; i += Character.charCount(text.codePointAt(i))) {
            steps += state.heads.length - 1;
            if (steps > Limits.CHECKS) {
                throw new SchemaException("", "a text takes too many steps to follow; make patterns less ambiguous");
            }
            state = state.step(text.codePointAt(i));
        }
        return state;
    }

    /// The smallest character that may follow and is not below the given one; `-1` if there is none.
    int ceiling(int codePoint) {
        int smallest = -1;
        for (Frame head : heads) {
            int next = head.expr.ceiling(head, codePoint);
            if (next >= 0 && (smallest < 0 || next < smallest)) smallest = next;
        }
        return smallest;
    }

    /// The one character that must follow; `-1` if there is a choice, the end being one.
    int forced() {
        if (complete || heads.length == 0) return -1;
        int first = ceiling(0);
        return ceiling(first + 1) < 0 ? first : -1;
    }

    /// The text that finishes this with the least: the defaults the schema declares, and otherwise the
    /// shortest there is.
    String closing() {
        if (complete) return "";
        Frame cheapest = heads[0];
        Weight least = cheapest.weight();
        for (int i = 1; i < heads.length; i++) {
            Weight weight = heads[i].weight();
            if (weight.compareTo(least) >= 0) continue;
            cheapest = heads[i];
            least = weight;
        }
        return cheapest.finish();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof State state
                && complete == state.complete
                && Set.of(heads).equals(Set.of(state.heads));
    }

    @Override
    public int hashCode() {
        return Arrays.stream(heads).mapToInt(Frame::hashCode).sum();
    }
}
