package dev.chasqui.json;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A deterministic automaton over characters, for conditions that no expression says directly: two that hold
/// at once, and divisibility. It starts in state 0.
///
/// @param next      for each state, the states that may follow and by which characters
/// @param accepting where a text may end
record Dfa(List<Map<Integer, CodePoints>> next, BitSet accepting) {

    /// The same texts with the fewest states, none of which leads nowhere. States are taken for the same
    /// until something tells them apart: first how far a text may go on from them, then where it may go.
    ///
    /// @return empty if there are too many
    Optional<Dfa> minimal() {
        Dfa alive = withoutDeadEnds();
        int[] classes = alive.longest();
        Map<List<Object>, Integer> found = new HashMap<>();
        int before;
        do {
            before = found.size();
            found.clear();
            int[] finer = new int[classes.length];
            for (int state = 0; state < classes.length; state++) {
                Map<Integer, CodePoints> edges = byClass(alive.next.get(state), classes);
                List<Object> signature = List.of(classes[state], accepting.get(state), edges);
                Integer known = found.putIfAbsent(signature, found.size());
                finer[state] = known == null ? found.size() - 1 : known;
                if (found.size() > Limits.RULE_STATES) return Optional.empty();
            }
            classes = finer;
        } while (found.size() > before);
        return Optional.of(alive.joined(classes)).filter(dfa -> dfa.edges() <= Limits.RULE_EDGES);
    }

    private int edges() {
        return next.stream().mapToInt(Map::size).sum();
    }

    /// For each state, the length of the longest text from it; `-1` if there is no longest.
    private int[] longest() {
        List<List<Integer>> previous = previous();
        int[] open = new int[next.size()];
        int[] longest = new int[next.size()];
        Deque<Integer> ends = new ArrayDeque<>();
        for (int state = 0; state < open.length; state++) {
            open[state] = next.get(state).size();
            longest[state] = -1;
            if (open[state] == 0) ends.add(state);
        }
        while (!ends.isEmpty()) {
            int state = ends.pop();
            for (int target : next.get(state).keySet()) longest[state] = Math.max(longest[state], longest[target]);
            longest[state]++;
            for (int from : previous.get(state)) {
                if (--open[from] == 0) ends.add(from);
            }
        }
        return longest;
    }

    private List<List<Integer>> previous() {
        List<List<Integer>> previous = new ArrayList<>();
        for (int state = 0; state < next.size(); state++) previous.add(new ArrayList<>());
        for (int state = 0; state < next.size(); state++) {
            for (int target : next.get(state).keySet()) previous.get(target).add(state);
        }
        return previous;
    }

    private Dfa joined(int[] classes) {
        List<Map<Integer, CodePoints>> states = new ArrayList<>();
        BitSet ends = new BitSet();
        for (int state = 0; state < classes.length; state++) {
            if (classes[state] < states.size()) continue; // its class is there
            ends.set(states.size(), accepting.get(state));
            states.add(byClass(next.get(state), classes));
        }
        return new Dfa(states, ends);
    }

    private static Map<Integer, CodePoints> byClass(Map<Integer, CodePoints> edges, int[] classes) {
        Map<Integer, CodePoints> merged = new LinkedHashMap<>();
        edges.forEach((target, set) -> merged.merge(classes[target], set, CodePoints::or));
        return merged;
    }

    private Dfa withoutDeadEnds() {
        List<List<Integer>> previous = previous();
        BitSet alive = new BitSet();
        Deque<Integer> open = new ArrayDeque<>(accepting.stream().boxed().toList());
        while (!open.isEmpty()) {
            int state = open.pop();
            if (alive.get(state)) continue;
            alive.set(state);
            open.addAll(previous.get(state));
        }
        List<Map<Integer, CodePoints>> kept = new ArrayList<>();
        for (Map<Integer, CodePoints> edges : next) {
            Map<Integer, CodePoints> some = new LinkedHashMap<>(edges);
            some.keySet().removeIf(target -> !alive.get(target));
            kept.add(some);
        }
        return new Dfa(kept, accepting);
    }

    /// As an expression with a rule for each state that is come to in more than one way.
    ///
    /// @param letters how a character is written
    Expr written(Letters letters, String name) {
        if (accepting.isEmpty()) return Expr.NOTHING;
        return new Writer(letters, name).write();
    }

    private final class Writer {

        private final List<List<Map.Entry<Expr, Integer>>> edges = new ArrayList<>();
        private final Weight[] weights = new Weight[next.size()];
        private final int[] ways = new int[next.size()];
        private final Rule[] rules = new Rule[next.size()];

        Writer(Letters letters, String name) {
            for (Map<Integer, CodePoints> targets : next) {
                List<Map.Entry<Expr, Integer>> written = new ArrayList<>();
                targets.forEach((target, set) -> written.add(Map.entry(letters.of(set), target)));
                written.removeIf(edge -> edge.getKey() == Expr.NOTHING);
                written.forEach(edge -> ways[edge.getValue()]++);
                edges.add(written);
            }
            weigh();
            for (int i = 0; i < rules.length; i++) rules[i] = new Rule(name, weights[i], accepting.get(i));
        }

        Expr write() {
            if (weights[0] == Weight.ENDLESS) return Expr.NOTHING;
            for (int i = 0; i < rules.length; i++) {
                if (i == 0 || ways[i] != 1) rules[i].define(body(i));
            }
            return ways[0] == 0 ? rules[0].body() : Expr.ref(rules[0]);
        }

        private Expr body(int state) {
            List<Expr> choices = new ArrayList<>();
            if (accepting.get(state)) choices.add(Expr.EMPTY);
            for (Map.Entry<Expr, Integer> edge : edges.get(state)) {
                int target = edge.getValue();
                if (weights[target] == Weight.ENDLESS) continue;
                boolean inline =
                        target != 0 && ways[target] == 1 || edges.get(target).isEmpty();
                choices.add(Expr.seq(edge.getKey(), inline ? body(target) : Expr.ref(rules[target])));
            }
            return Expr.alt(choices);
        }

        /// Of the shortest text from each state, by relaxing until nothing changes.
        private void weigh() {
            Arrays.fill(weights, Weight.ENDLESS);
            boolean changed = true;
            while (changed) {
                changed = false;
                for (int state = weights.length - 1; state >= 0; state--) {
                    Weight least = accepting.get(state) ? Weight.NONE : Weight.ENDLESS;
                    for (Map.Entry<Expr, Integer> edge : edges.get(state)) {
                        Weight by = edge.getKey().weight.plus(weights[edge.getValue()]);
                        if (by.compareTo(least) < 0) least = by;
                    }
                    if (least.compareTo(weights[state]) < 0) {
                        weights[state] = least;
                        changed = true;
                    }
                }
            }
        }
    }
}
