package dev.chasqui.json;

import java.util.ArrayList;
import java.util.List;

/// Turns schemas that hold together into alternatives without further alternatives: `allOf`, `$ref`, `anyOf`
/// and `oneOf` are multiplied out.
final class Alternatives {

    private int merges;

    /// @throws SchemaException if it takes too many steps
    List<Constraints> of(List<Schema> schemas) {
        List<Constraints> found = List.of(Constraints.NONE);
        for (Schema schema : schemas) found = product(found, of(schema), schema);
        return found;
    }

    private List<Constraints> of(Schema schema) {
        List<Constraints> found = List.of(schema.own);
        for (Schema part : schema.all) found = product(found, of(part), schema);
        if (!schema.any.isEmpty()) found = product(found, sum(schema.any), schema);
        if (!schema.one.isEmpty()) {
            new Apart(this).require(schema);
            found = product(found, sum(schema.one), schema);
        }
        return found;
    }

    private List<Constraints> sum(List<Schema> schemas) {
        List<Constraints> found = new ArrayList<>();
        for (Schema schema : schemas) found.addAll(of(schema));
        return found;
    }

    /// One of the first and one of the second, in every combination that leaves a type.
    private List<Constraints> product(List<Constraints> first, List<Constraints> second, Schema schema) {
        List<Constraints> found = new ArrayList<>();
        for (Constraints left : first) {
            for (Constraints right : second) {
                spend(schema);
                Constraints both = left.and(right);
                if (!both.types().isEmpty()) found.add(both);
            }
        }
        return found;
    }

    void spend(Schema schema) {
        if (++merges > Limits.MERGES) {
            throw new SchemaException(
                    schema.path,
                    "the alternatives" + (schema.path.isEmpty() ? "" : " at " + schema.path)
                            + " take too many steps to combine; use fewer of allOf, anyOf, oneOf and $ref together");
        }
    }
}
