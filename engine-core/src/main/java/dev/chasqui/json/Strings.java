package dev.chasqui.json;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;

/// What a schema says of a string. Lengths are in Unicode characters.
///
/// @param max      [Expr#UNLIMITED] for no limit
/// @param patterns what it must match, formats included, each with the words for it
record Strings(int min, int max, List<Condition> patterns) {

    /// @param words names the keyword and its value, for messages
    record Condition(String words, Regex regex) {}

    static final Strings ANY = new Strings(0, Expr.UNLIMITED, List.of());

    boolean isStated() {
        return min > 0 || max < Expr.UNLIMITED || !patterns.isEmpty();
    }

    /// What both say.
    Strings and(Strings other) {
        Set<Condition> both = new LinkedHashSet<>(patterns);
        both.addAll(other.patterns);
        return new Strings(Math.max(min, other.min), Math.min(max, other.max), List.copyOf(both));
    }

    /// Whether no string has a length that both allow.
    boolean isApart(Strings other) {
        return Math.max(min, other.min) > Math.min(max, other.max);
    }

    /// @return what is wrong; empty if nothing is
    Optional<String> problem(String value) {
        int length = value.codePointCount(0, value.length());
        if (length < min) return Optional.of("has " + length + " characters; expected at least " + min);
        if (length > max) return Optional.of("has " + length + " characters; expected at most " + max);
        for (Condition condition : patterns) {
            if (!condition.regex.matches(value)) return Optional.of("does not match " + condition.words);
        }
        return Optional.empty();
    }

    /// Between quotes; empty if the conditions together take too many states.
    Optional<Expr> written() {
        Expr quote = Expr.text("\"");
        return inside().map(inside -> Expr.seq(quote, inside, quote));
    }

    private Optional<Expr> inside() {
        if (min > max) return Optional.of(Expr.NOTHING);
        if (patterns.isEmpty()) return Optional.of(Expr.repeat(Expr.ref(Letters.InString.ANY), min, max));
        List<Expr> conditions = new ArrayList<>();
        patterns.forEach(pattern -> conditions.add(pattern.regex.values()));
        if (limitsLength()) conditions.add(Expr.repeat(Expr.one(CodePoints.ALL), min, max));
        if (conditions.size() == 1) return Optional.of(Letters.JSON.spell(conditions.getFirst()));

        Optional<Dfa> both = Intersection.of(conditions.get(0), conditions.get(1));
        for (Expr more : conditions.subList(2, conditions.size())) {
            both = both.flatMap(dfa -> Intersection.of(dfa.written(Letters.PLAIN, "state"), more));
        }
        return both.map(dfa -> dfa.written(Letters.JSON, "state"));
    }

    /// Whether no pattern keeps to `min` and `max` by itself.
    private boolean limitsLength() {
        return patterns.stream()
                .map(pattern -> pattern.regex.values())
                .allMatch(values -> length(values, false) < min || length(values, true) > max);
    }

    /// Of the longest or the shortest text, in characters.
    private static long length(Expr expr, boolean longest) {
        return switch (expr) {
            case TextExpr text -> text.text.codePointCount(0, text.text.length());
            case SeqExpr seq ->
                seq.items.stream().mapToLong(item -> length(item, longest)).sum();
            case AltExpr alt -> {
                LongStream lengths = alt.choices.stream().mapToLong(choice -> length(choice, longest));
                yield (longest ? lengths.max() : lengths.min()).orElse(0);
            }
            case RepeatExpr repeat when longest && repeat.max == Expr.UNLIMITED -> Expr.UNLIMITED;
            case RepeatExpr repeat -> length(repeat.item, longest) * (longest ? repeat.max : repeat.min);
            default -> 1;
        };
    }
}
