package dev.chasqui.json;

import java.util.ArrayList;
import java.util.List;

/// What a schema says of an array. Each list of schemas holds at once.
///
/// @param first for the first items, one by one
/// @param rest  for the items behind them; empty if the schema does not say
/// @param max   [Expr#UNLIMITED] for no limit
record Items(List<List<Schema>> first, List<Schema> rest, int min, int max) {

    static final Items ANY = new Items(List.of(), List.of(), 0, Expr.UNLIMITED);

    boolean isStated() {
        return !first.isEmpty() || !rest.isEmpty() || min > 0 || max < Expr.UNLIMITED;
    }

    /// What the item at this place must follow.
    List<Schema> of(int place) {
        return place < first.size() ? first.get(place) : rest;
    }

    /// What both say.
    Items and(Items other) {
        List<List<Schema>> both = new ArrayList<>();
        for (int i = 0; i < Math.max(first.size(), other.first.size()); i++) {
            both.add(Members.joined(of(i), other.of(i)));
        }
        return new Items(both, Members.joined(rest, other.rest), Math.max(min, other.min), Math.min(max, other.max));
    }

    /// Whether no array has a number of items that both allow.
    boolean isApart(Items other) {
        return Math.max(min, other.min) > Math.min(max, other.max);
    }
}
