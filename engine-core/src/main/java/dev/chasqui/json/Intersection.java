package dev.chasqui.json;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/// The texts that two expressions both allow, found by walking both at once.
final class Intersection {

    private record Pair(State first, State second) {}

    private final Map<Pair, Integer> numbers = new HashMap<>();
    private final List<Pair> pairs = new ArrayList<>();
    private final List<Map<Integer, CodePoints>> next = new ArrayList<>();
    private final BitSet accepting = new BitSet();
    private int steps;

    private Intersection() {}

    /// @return empty if it takes too many states
    static Optional<Dfa> of(Expr first, Expr second) {
        return new Intersection().walk(new Pair(State.start(first), State.start(second)));
    }

    private Optional<Dfa> walk(Pair start) {
        number(start);
        for (int i = 0; i < pairs.size(); i++) {
            if (i == Limits.STATES || steps > Limits.STEPS) return Optional.empty();
            Pair pair = pairs.get(i);
            accepting.set(i, pair.first.complete && pair.second.complete);
            next.add(follow(pair));
        }
        return new Dfa(next, accepting).minimal();
    }

    private Map<Integer, CodePoints> follow(Pair pair) {
        Map<Integer, CodePoints> targets = new LinkedHashMap<>();
        Integer[] borders = borders(pair).toArray(Integer[]::new);
        steps += borders.length * (pair.first.heads.length + pair.second.heads.length);
        for (int i = 0; i + 1 < borders.length; i++) {
            State first = pair.first.step(borders[i]);
            State second = first == null ? null : pair.second.step(borders[i]);
            if (first == null || second == null) continue;
            CodePoints between = CodePoints.range(borders[i], borders[i + 1] - 1);
            targets.merge(number(new Pair(first, second)), between, CodePoints::or);
        }
        return targets;
    }

    /// Between two of these, all characters lead to the same states.
    private static TreeSet<Integer> borders(Pair pair) {
        TreeSet<Integer> borders = new TreeSet<>();
        for (State state : List.of(pair.first, pair.second)) {
            for (Frame head : state.heads) {
                CodePoints set = head.expr.awaited(head);
                for (int i = 0; i < set.ranges(); i++) {
                    borders.add(set.first(i));
                    borders.add(set.last(i) + 1);
                }
            }
        }
        return borders;
    }

    private int number(Pair pair) {
        Integer known = numbers.putIfAbsent(pair, pairs.size());
        if (known != null) return known;
        pairs.add(pair);
        return pairs.size() - 1;
    }
}
