package dev.chasqui.json;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Schemas that lead back to themselves.
final class Loops {

    /// From which a schema that contains itself can be reached.
    private final Set<Schema> leading;

    /// Which contain themselves, or lie between two that do.
    private final Set<Schema> inside;

    private Loops(Set<Schema> leading, Set<Schema> inside) {
        this.leading = leading;
        this.inside = inside;
    }

    static Loops from(Schema root) {
        Map<Schema, List<Schema>> edges = new HashMap<>();
        Map<Schema, List<Schema>> back = new HashMap<>();
        Deque<Schema> open = new ArrayDeque<>(List.of(root));
        while (!open.isEmpty()) {
            Schema schema = open.pop();
            if (edges.containsKey(schema)) continue;
            edges.put(schema, schema.children());
            open.addAll(schema.children());
            back.putIfAbsent(schema, new ArrayList<>());
            for (Schema child : schema.children()) {
                back.computeIfAbsent(child, key -> new ArrayList<>()).add(schema);
            }
        }
        Set<Schema> inside = withoutEnds(back, edges);
        Set<Schema> leading = withoutEnds(edges, back);
        inside.retainAll(leading);
        return new Loops(leading, inside);
    }

    boolean leadsFrom(Collection<Schema> schemas) {
        return !Collections.disjoint(leading, schemas);
    }

    boolean holds(Collection<Schema> schemas) {
        return !Collections.disjoint(inside, schemas);
    }

    /// @throws SchemaException if a schema says of a value that it follows the same schema, or takes too many
    ///     steps to say anything
    static void requireProgress(Collection<Schema> schemas) {
        Map<Schema, Integer> steps = new HashMap<>();
        for (Schema schema : schemas) measure(schema, steps, new ArrayDeque<>());
    }

    private static int measure(Schema schema, Map<Schema, Integer> steps, Deque<Schema> path) {
        Integer known = steps.get(schema);
        if (known != null) return known;
        if (path.contains(schema)) {
            throw new SchemaException(schema.path, place(schema) + " refers to itself without anything in between");
        }
        if (path.size() == Limits.CHAIN) throw tooFar(schema);
        path.push(schema);
        int longest = 0;
        for (Schema next : schema.sameValue()) longest = Math.max(longest, 1 + measure(next, steps, path));
        path.pop();
        if (longest > Limits.CHAIN) throw tooFar(schema);
        steps.put(schema, longest);
        return longest;
    }

    private static SchemaException tooFar(Schema schema) {
        return new SchemaException(
                schema.path, place(schema) + " refers to one value through more than " + Limits.CHAIN + " schemas");
    }

    private static String place(Schema schema) {
        return "the schema" + (schema.path.isEmpty() ? "" : " at " + schema.path);
    }

    /// Takes away what has no edge left, until nothing of that kind is there.
    private static Set<Schema> withoutEnds(Map<Schema, List<Schema>> edges, Map<Schema, List<Schema>> back) {
        Map<Schema, Integer> left = new HashMap<>();
        edges.forEach((schema, targets) -> left.put(schema, targets.size()));
        Deque<Schema> ends = new ArrayDeque<>();
        left.forEach((schema, targets) -> {
            if (targets == 0) ends.add(schema);
        });
        while (!ends.isEmpty()) {
            Schema end = ends.pop();
            left.remove(end);
            for (Schema from : back.getOrDefault(end, List.of())) {
                if (left.merge(from, -1, Integer::sum) == 0) ends.add(from);
            }
        }
        return new HashSet<>(left.keySet());
    }
}
