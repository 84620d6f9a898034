package dev.chasqui.json;

/// The same again and again. A frame's place is how often it must still come, and how often it may.
final class RepeatExpr extends Expr {

    /// Never empty.
    final Expr item;

    final int min;
    final int max;

    RepeatExpr(Expr item, int min, int max) {
        super(
                item.weight.times(min),
                (long) Math.max(item.size, 1) * (max == UNLIMITED ? Math.max(min, 1) : max) + 1,
                min == 0);
        this.item = item;
        this.min = min;
        this.max = max;
    }

    @Override
    void write(StringBuilder out) {
        write(min, out);
    }

    @Override
    Expr withoutEmpty() {
        return repeat(item, 1, max);
    }

    @Override
    void open(Frame frame, Ways ways) {
        if (!ways.isNew(frame)) return;
        int left = frame.more == UNLIMITED ? UNLIMITED : frame.more - 1;
        Frame then = left == 0 ? frame.rest : frame.moved(Math.max(frame.at - 1, 0), left);
        ways.open(Frame.start(item, then));
        if (frame.at == 0) ways.open(frame.rest);
    }

    @Override
    Weight left(Frame frame) {
        return item.weight.times(frame.at);
    }

    @Override
    void finish(Frame frame, StringBuilder out) {
        write(frame.at, out);
    }

    private void write(int times, StringBuilder out) {
        for (int i = 0; i < times; i++) item.write(out);
    }
}
