package dev.chasqui.json;

import java.util.ArrayList;
import java.util.List;

/// One after the other. A frame's place is the next item.
final class SeqExpr extends Expr {

    final List<Expr> items;

    SeqExpr(List<Expr> items) {
        super(weight(items), size(items), nullable(items));
        this.items = items;
    }

    @Override
    void write(StringBuilder out) {
        for (Expr item : items) item.write(out);
    }

    /// It begins with an item that is not empty; those before it are.
    @Override
    Expr withoutEmpty() {
        List<Expr> starts = new ArrayList<>();
        for (int i = 0; i < items.size(); i++) {
            List<Expr> from = new ArrayList<>(items.subList(i, items.size()));
            from.set(0, from.getFirst().withoutEmpty());
            starts.add(seq(from));
        }
        return alt(starts);
    }

    @Override
    void open(Frame frame, Ways ways) {
        if (frame.at > 0 && !ways.isNew(frame)) return;
        int next = frame.at + 1;
        Frame then = next == items.size() ? frame.rest : frame.moved(next, 0);
        ways.open(Frame.start(items.get(frame.at), then));
    }

    @Override
    Weight left(Frame frame) {
        return weight(items.subList(frame.at, items.size()));
    }

    @Override
    void finish(Frame frame, StringBuilder out) {
        for (Expr item : items.subList(frame.at, items.size())) item.write(out);
    }

    private static Weight weight(List<Expr> items) {
        Weight sum = Weight.NONE;
        for (Expr item : items) sum = sum.plus(item.weight);
        return sum;
    }

    private static long size(List<Expr> items) {
        long sum = 0;
        for (Expr item : items) sum += item.size;
        return sum;
    }

    private static boolean nullable(List<Expr> items) {
        for (Expr item : items) {
            if (!item.nullable) return false;
        }
        return true;
    }
}
