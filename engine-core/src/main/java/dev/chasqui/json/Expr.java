package dev.chasqui.json;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A set of texts, built from smaller ones: the one form from which the grammar's text, the automaton and the
/// shortest endings are made, so that all three mean the same texts.
///
/// Always simplified: a part that allows no text at all is [#NOTHING] and takes what needs it along; what is
/// repeated is never empty, so that nothing can be repeated for ever.
abstract sealed class Expr permits TextExpr, CharExpr, SeqExpr, AltExpr, RepeatExpr, RefExpr, DefaultExpr {

    static final int UNLIMITED = Integer.MAX_VALUE;

    /// Allows no text.
    static final Expr NOTHING = new AltExpr(List.of());

    /// Allows the empty text only.
    static final Expr EMPTY = new TextExpr("");

    /// Of the shortest text.
    final Weight weight;

    /// Places when repetitions are written out; a rule that is referred to counts as one.
    final int size;

    /// Whether the empty text is allowed.
    final boolean nullable;

    Expr(Weight weight, long size, boolean nullable) {
        this.weight = weight;
        this.size = (int) Math.min(size, Integer.MAX_VALUE / 2);
        this.nullable = nullable;
    }

    /// Writes the shortest text.
    abstract void write(StringBuilder out);

    /// The same texts but the empty one; only asked where the empty one is allowed.
    abstract Expr withoutEmpty();

    // A frame is a place in an expression; these say what the place means.

    /// Takes a frame to the places where it waits for a character.
    abstract void open(Frame frame, Ways ways);

    /// What follows when a frame that waits here gets a character.
    ///
    /// @return null if it is not the one
    @Nullable
    Frame after(Frame frame, int codePoint) {
        throw notWaiting();
    }

    /// The smallest character a frame waits for that is not below the given one; `-1` if there is none.
    int ceiling(Frame frame, int codePoint) {
        throw notWaiting();
    }

    /// What a frame waits for.
    CodePoints awaited(Frame frame) {
        throw notWaiting();
    }

    /// Of the shortest text that finishes a frame, without those below.
    Weight left(Frame frame) {
        return weight;
    }

    /// Writes that text.
    void finish(Frame frame, StringBuilder out) {
        write(out);
    }

    private AssertionError notWaiting() {
        return new AssertionError("no frame waits in " + getClass().getSimpleName());
    }

    static Expr text(String text) {
        return text.isEmpty() ? EMPTY : new TextExpr(text);
    }

    static Expr one(CodePoints set) {
        if (set.isEmpty()) return NOTHING;
        return set.isSingle() ? text(Character.toString(set.first(0))) : new CharExpr(set);
    }

    static Expr one(int first, int last) {
        return one(CodePoints.range(first, last));
    }

    static Expr ref(Rule rule) {
        return new RefExpr(rule);
    }

    static Expr seq(Expr... items) {
        return seq(Arrays.asList(items));
    }

    /// One after the other. Texts that touch become one.
    static Expr seq(List<Expr> items) {
        List<Expr> flat = new ArrayList<>();
        for (Expr item : items) {
            if (item == NOTHING) return NOTHING;
            for (Expr part : item instanceof SeqExpr seq ? seq.items : List.of(item)) {
                if (part == EMPTY) continue;
                if (part instanceof TextExpr after && !flat.isEmpty() && flat.getLast() instanceof TextExpr before) {
                    flat.set(flat.size() - 1, new TextExpr(before.text + after.text));
                } else {
                    flat.add(part);
                }
            }
        }
        if (flat.isEmpty()) return EMPTY;
        return flat.size() == 1 ? flat.getFirst() : new SeqExpr(List.copyOf(flat));
    }

    static Expr alt(Expr... choices) {
        return alt(Arrays.asList(choices));
    }

    static Expr alt(List<Expr> choices) {
        List<Expr> flat = new ArrayList<>();
        boolean empty = false;
        for (Expr choice : choices) {
            for (Expr part : choice instanceof AltExpr alt ? alt.choices : List.of(choice)) {
                if (part == EMPTY) empty = true;
                else if (!flat.contains(part)) flat.add(part);
            }
        }
        if (flat.isEmpty()) return empty ? EMPTY : NOTHING;
        Expr all = flat.size() == 1 ? flat.getFirst() : new AltExpr(List.copyOf(flat));
        return empty ? optional(all) : all;
    }

    static Expr optional(Expr item) {
        return item.nullable ? item : repeat(item, 0, 1);
    }

    /// @param max [#UNLIMITED] for no end
    static Expr repeat(Expr item, int min, int max) {
        if (max == 0 || item == EMPTY) return EMPTY;
        if (item == NOTHING) return min == 0 ? EMPTY : NOTHING;
        if (item.nullable) return repeat(item.withoutEmpty(), 0, max);
        return min == 1 && max == 1 ? item : new RepeatExpr(item, min, max);
    }

    /// The same texts where nothing else is chosen; ends with this one where nothing else of it is there yet.
    static Expr defaulted(String text, Expr body) {
        Expr inner = body instanceof RefExpr ref ? ref.rule.body() : body;
        return new DefaultExpr(text, inner instanceof DefaultExpr other ? other.body : body);
    }
}
