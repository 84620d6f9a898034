package dev.chasqui.json;

import java.util.ArrayList;
import java.util.List;

/// One of several; without any it allows nothing.
final class AltExpr extends Expr {

    final List<Expr> choices;

    AltExpr(List<Expr> choices) {
        super(weight(choices), size(choices), nullable(choices));
        this.choices = choices;
    }

    @Override
    void write(StringBuilder out) {
        for (Expr choice : choices) {
            if (choice.weight.equals(weight)) {
                choice.write(out);
                return;
            }
        }
        throw new AssertionError("what allows nothing cannot be written");
    }

    @Override
    Expr withoutEmpty() {
        List<Expr> others = new ArrayList<>();
        for (Expr choice : choices) others.add(choice.nullable ? choice.withoutEmpty() : choice);
        return alt(others);
    }

    @Override
    void open(Frame frame, Ways ways) {
        for (Expr choice : choices) ways.open(Frame.start(choice, frame.rest));
    }

    private static Weight weight(List<Expr> choices) {
        Weight least = Weight.ENDLESS;
        for (Expr choice : choices) {
            if (choice.weight.compareTo(least) < 0) least = choice.weight;
        }
        return least;
    }

    private static long size(List<Expr> choices) {
        long sum = 1;
        for (Expr choice : choices) sum += choice.size;
        return sum;
    }

    private static boolean nullable(List<Expr> choices) {
        for (Expr choice : choices) {
            if (choice.nullable) return true;
        }
        return false;
    }
}
