package dev.chasqui.json;

import org.jspecify.annotations.Nullable;

/// Exactly one text.
final class TextExpr extends Expr {

    final String text;

    TextExpr(String text) {
        super(Weight.of(text.length()), text.length(), text.isEmpty());
        this.text = text;
    }

    @Override
    void write(StringBuilder out) {
        out.append(text);
    }

    @Override
    Expr withoutEmpty() {
        return NOTHING;
    }

    @Override
    void open(Frame frame, Ways ways) {
        if (nullable) ways.open(frame.rest);
        else ways.waits(frame);
    }

    @Override
    @Nullable
    Frame after(Frame frame, int codePoint) {
        return after(text, frame, codePoint);
    }

    @Override
    int ceiling(Frame frame, int codePoint) {
        int only = text.codePointAt(frame.at);
        return only >= codePoint ? only : -1;
    }

    @Override
    CodePoints awaited(Frame frame) {
        return CodePoints.of(text.codePointAt(frame.at));
    }

    @Override
    Weight left(Frame frame) {
        return Weight.of(text.length() - frame.at);
    }

    @Override
    void finish(Frame frame, StringBuilder out) {
        out.append(text, frame.at, text.length());
    }

    static @Nullable Frame after(String text, Frame frame, int codePoint) {
        if (text.codePointAt(frame.at) != codePoint) return null;
        int next = frame.at + Character.charCount(codePoint);
        return next == text.length() ? frame.rest : frame.moved(next, frame.more);
    }
}
