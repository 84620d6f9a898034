package dev.chasqui.json;

/// What is still to come on one way through an expression: first the rest of this part of it, then the frames
/// below. Never changes, so ways share what they have in common and copying one costs nothing.
final class Frame {

    /// Nothing more.
    static final Frame END = new Frame();

    final Expr expr;

    /// How far in the expression; each kind has its own meaning for the two numbers.
    final int at;

    final int more;
    final Frame rest;
    private final int hash;

    private Frame() {
        expr = Expr.EMPTY;
        at = 0;
        more = 0;
        rest = this;
        hash = 0;
    }

    private Frame(Expr expr, int at, int more, Frame rest) {
        this.expr = expr;
        this.at = at;
        this.more = more;
        this.rest = rest;
        this.hash = ((System.identityHashCode(expr) * 31 + at) * 31 + more) * 31 + rest.hash;
    }

    /// All of an expression, then the rest.
    static Frame start(Expr expr, Frame rest) {
        return expr instanceof RepeatExpr repeat
                ? new Frame(repeat, repeat.min, repeat.max, rest)
                : new Frame(expr, 0, 0, rest);
    }

    /// The same expression, further on.
    Frame moved(int to, int left) {
        return new Frame(expr, to, left, rest);
    }

    /// Of the shortest text that finishes this and all below.
    Weight weight() {
        Weight sum = Weight.NONE;
        for (Frame frame = this; frame != END; frame = frame.rest) sum = sum.plus(frame.expr.left(frame));
        return sum;
    }

    /// That text.
    String finish() {
        StringBuilder out = new StringBuilder();
        for (Frame frame = this; frame != END; frame = frame.rest) frame.expr.finish(frame, out);
        return out.toString();
    }

    @Override
    public boolean equals(Object other) {
        Frame a = this;
        if (!(other instanceof Frame b)) return false;
        while (a != b) {
            if (a.hash != b.hash || a.expr != b.expr || a.at != b.at || a.more != b.more) return false;
            a = a.rest;
            b = b.rest;
        }
        return true;
    }

    @Override
    public int hashCode() {
        return hash;
    }
}
