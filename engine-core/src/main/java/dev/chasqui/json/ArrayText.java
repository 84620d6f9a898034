package dev.chasqui.json;

import java.util.List;

/// Writes arrays: the items that the schema lists, then any number of the others.
final class ArrayText {

    private final Compiler values;
    private final Spacing spacing;
    private final int levels;
    private final String path;

    ArrayText(Compiler values, Spacing spacing, int levels, String path) {
        this.values = values;
        this.spacing = spacing;
        this.levels = levels;
        this.path = path;
    }

    Expr write(Items items) {
        if (items.min() > items.max()) return Expr.NOTHING;
        return Expr.seq(Expr.text("["), from(0, items), Expr.text("]"));
    }

    /// The items from a place on, each behind its comma.
    private Expr from(int place, Items items) {
        if (place == items.first().size()) return rest(place, items);
        if (place == items.max()) return Expr.EMPTY;
        Expr item = values.value(items.first().get(place), levels);
        Expr all = Expr.seq(place == 0 ? Expr.EMPTY : Expr.text(spacing.comma()), item, from(place + 1, items));
        return place < items.min() ? all : Expr.optional(all);
    }

    private Expr rest(int place, Items items) {
        int min = Math.max(items.min() - place, 0);
        int max = items.max() == Expr.UNLIMITED ? Expr.UNLIMITED : items.max() - place;
        Expr item = Expr.NOTHING;
        if (max > 0 && others(place, items)) item = values.rule("item", values.value(items.rest(), levels), path);
        Expr more = Expr.seq(Expr.text(spacing.comma()), item);
        if (place > 0 || max == 0) return Expr.repeat(more, min, max);
        int left = max == Expr.UNLIMITED ? max : max - 1;
        Expr all = Expr.seq(item, Expr.repeat(more, Math.max(min - 1, 0), left));
        return min > 0 ? all : Expr.optional(all);
    }

    /// Whether items that are not listed are written: where the schema speaks of them, lists none, or needs
    /// them.
    private static boolean others(int listed, Items items) {
        List<Schema> rest = items.rest();
        if (rest.contains(Schema.NEVER)) return false;
        return !rest.isEmpty() || listed == 0 || items.min() > listed;
    }
}
