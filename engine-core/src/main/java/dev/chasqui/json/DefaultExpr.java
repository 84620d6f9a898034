package dev.chasqui.json;

import org.jspecify.annotations.Nullable;

/// The same texts as its body. One of them is the default, which ends a value of which nothing else is there;
/// it costs nothing to choose.
final class DefaultExpr extends Expr {

    /// Of a frame that is on the way of the default's own text.
    private static final int LITERAL = 1;

    final String text;
    final Expr body;

    DefaultExpr(String text, Expr body) {
        super(new Weight(0, text.length()), body.size, body.nullable);
        this.text = text;
        this.body = body;
    }

    @Override
    void write(StringBuilder out) {
        out.append(text);
    }

    @Override
    Expr withoutEmpty() {
        return body.withoutEmpty();
    }

    @Override
    void open(Frame frame, Ways ways) {
        if (frame.more == LITERAL) {
            ways.waits(frame);
        } else {
            ways.open(frame.moved(0, LITERAL));
            ways.open(Frame.start(body, frame.rest));
        }
    }

    @Override
    @Nullable
    Frame after(Frame frame, int codePoint) {
        return TextExpr.after(text, frame, codePoint);
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
        return new Weight(0, text.length() - frame.at);
    }

    @Override
    void finish(Frame frame, StringBuilder out) {
        out.append(text, frame.at, text.length());
    }
}
