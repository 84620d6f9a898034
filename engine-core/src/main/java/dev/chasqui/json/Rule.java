package dev.chasqui.json;

import java.util.Optional;

/// A named part of a grammar, written once and referred to from many places. Only the states of an automaton
/// refer back to themselves, and never without a character in between.
final class Rule {

    /// For people; the names of two rules may be the same.
    final String name;

    /// Of the shortest text.
    final Weight weight;

    final boolean nullable;

    private Optional<Expr> body;

    Rule(String name, Expr body) {
        this.name = name;
        this.weight = body.weight;
        this.nullable = body.nullable;
        this.body = Optional.of(body);
    }

    /// One whose body needs it to exist.
    Rule(String name, Weight weight, boolean nullable) {
        this.name = name;
        this.weight = weight;
        this.nullable = nullable;
        this.body = Optional.empty();
    }

    void define(Expr expression) {
        body = Optional.of(expression);
    }

    Expr body() {
        return body.orElseThrow();
    }
}
