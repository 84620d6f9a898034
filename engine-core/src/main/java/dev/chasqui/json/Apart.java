package dev.chasqui.json;

import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Shows that no answer can follow two schemas of a `oneOf` at once. What it cannot show is an error: a
/// grammar has no other way to keep to exactly one.
final class Apart {

    /// How far into objects it looks.
    private static final int DEEPEST = 3;

    private final Alternatives alternatives;

    Apart(Alternatives alternatives) {
        this.alternatives = alternatives;
    }

    /// @throws SchemaException if an answer might follow two of the schemas
    void require(Schema schema) {
        List<List<Constraints>> one =
                schema.one.stream().map(each -> alternatives.of(List.of(each))).toList();
        for (int i = 0; i < one.size(); i++) {
            for (int j = 0; j < one.size(); j++) {
                if (i == j || apart(one.get(i), one.get(j), schema, 0)) continue;
                throw SchemaException.at(
                        schema.path,
                        "oneOf",
                        "might be followed twice: what schema " + i + " writes may follow schema " + j
                                + "; use anyOf, or give each a required property with a const of its own");
            }
        }
    }

    /// Whether nothing that is written by the first follows the second.
    private boolean apart(List<Constraints> written, List<Constraints> others, Schema schema, int depth) {
        for (Constraints from : written) {
            for (Constraints to : others) {
                alternatives.spend(schema);
                if (!apart(from, to, schema, depth)) return false;
            }
        }
        return true;
    }

    private boolean apart(Constraints from, Constraints to, Schema schema, int depth) {
        Optional<Set<Json>> values = from.values().or(to::values);
        if (values.isPresent()) {
            return values.get().stream()
                    .noneMatch(value -> Checker.fits(from.sources(), value) && Checker.fits(to.sources(), value));
        }
        Set<Type> common = EnumSet.copyOf(Type.ALL);
        common.retainAll(from.written());
        common.retainAll(to.types());
        return common.stream().allMatch(type -> switch (type) {
            case NUMBER, INTEGER -> from.numbers().isApart(to.numbers());
            case STRING -> from.strings().isApart(to.strings());
            case ARRAY -> from.items().isApart(to.items());
            case OBJECT -> objectsApart(from.members(), to.members(), schema, depth);
            case BOOLEAN, NULL -> false;
        });
    }

    private boolean objectsApart(Members from, Members to, Schema schema, int depth) {
        if (to.required().stream().anyMatch(name -> !from.writes(name))) return true;
        for (String name : from.required()) {
            if (to.forbids(name)) return true;
            List<Schema> mine = from.of(name);
            List<Schema> its = to.of(name);
            if (depth == DEEPEST || mine.isEmpty() || its.isEmpty()) continue;
            if (apart(alternatives.of(mine), alternatives.of(its), schema, depth + 1)) return true;
        }
        return false;
    }
}
