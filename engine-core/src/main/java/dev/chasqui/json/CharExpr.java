package dev.chasqui.json;

import org.jspecify.annotations.Nullable;

/// One character of a set.
final class CharExpr extends Expr {

    final CodePoints set;

    CharExpr(CodePoints set) {
        super(Weight.of(1), 1, false);
        this.set = set;
    }

    @Override
    void write(StringBuilder out) {
        out.appendCodePoint(set.typical());
    }

    @Override
    Expr withoutEmpty() {
        return this;
    }

    @Override
    void open(Frame frame, Ways ways) {
        ways.waits(frame);
    }

    @Override
    @Nullable
    Frame after(Frame frame, int codePoint) {
        return set.contains(codePoint) ? frame.rest : null;
    }

    @Override
    int ceiling(Frame frame, int codePoint) {
        return set.ceiling(codePoint);
    }

    @Override
    CodePoints awaited(Frame frame) {
        return set;
    }
}
