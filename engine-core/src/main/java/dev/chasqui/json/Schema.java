package dev.chasqui.json;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// One schema of a document: its own keywords and the schemas it points to. They may point back, so it is
/// filled after it is made; then it never changes.
final class Schema {

    /// What is always so, `true`.
    static final Schema ALWAYS = new Schema("");

    /// What is never so, `false`.
    static final Schema NEVER = new Schema("");

    static {
        Constraints none = Constraints.NONE;
        ALWAYS.own = none.with(none.types(), ALWAYS);
        NEVER.own = none.with(Set.of(), NEVER);
    }

    /// JSON pointer into the document.
    final String path;

    /// Without alternatives and what is elsewhere.
    Constraints own = Constraints.NONE;

    /// `allOf` and `$ref`: each holds too.
    List<Schema> all = List.of();

    /// `anyOf`: at least one holds too. Empty if there is none.
    List<Schema> any = List.of();

    /// `oneOf`: exactly one holds too. Empty if there is none.
    List<Schema> one = List.of();

    /// The `default`.
    Optional<Json> fallback = Optional.empty();

    Schema(String path) {
        this.path = path;
    }

    /// The schemas that describe the same value.
    List<Schema> sameValue() {
        List<Schema> same = new ArrayList<>(all);
        same.addAll(any);
        same.addAll(one);
        return same;
    }

    /// All that it points to, and [#ALWAYS] if it may hold what no schema describes.
    List<Schema> children() {
        List<Schema> children = new ArrayList<>(sameValue());
        children.addAll(own.members().others());
        own.members().properties().values().forEach(children::addAll);
        children.addAll(own.items().rest());
        own.items().first().forEach(children::addAll);
        boolean holdsAnything = own.types().contains(Type.OBJECT)
                        && own.members().others().isEmpty()
                || own.types().contains(Type.ARRAY) && own.items().rest().isEmpty();
        if (holdsAnything) children.add(ALWAYS);
        return children;
    }
}
