package dev.chasqui.json;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// All that one value must follow at once, without alternatives: the keywords of a schema, or of several that
/// hold together.
///
/// @param values  of `enum` and `const`
/// @param sources the schemas whose own keywords these are
record Constraints(
        Set<Type> types,
        Optional<Set<Json>> values,
        Strings strings,
        Numbers numbers,
        Members members,
        Items items,
        List<Schema> sources) {

    static final Constraints NONE =
            new Constraints(Type.ALL, Optional.empty(), Strings.ANY, Numbers.ANY, Members.ANY, Items.ANY, List.of());

    /// The same for other types, as the keywords of one schema.
    Constraints with(Set<Type> others, Schema source) {
        return new Constraints(others, values, strings, numbers, members, items, List.of(source));
    }

    /// Whether these say nothing.
    boolean isOpen() {
        return types.equals(Type.ALL) && values.isEmpty() && spokenOf().isEmpty();
    }

    /// The types that are written. A schema without `type` allows values of any type, but one that speaks of
    /// properties means an object.
    Set<Type> written() {
        Set<Type> spokenOf = spokenOf();
        return types.equals(Type.ALL) && !spokenOf.isEmpty() ? spokenOf : types;
    }

    private Set<Type> spokenOf() {
        Set<Type> spoken = EnumSet.noneOf(Type.class);
        if (members.isStated()) spoken.add(Type.OBJECT);
        if (items.isStated()) spoken.add(Type.ARRAY);
        if (strings.isStated()) spoken.add(Type.STRING);
        if (numbers.isStated()) spoken.addAll(List.of(Type.NUMBER, Type.INTEGER));
        return spoken;
    }

    /// What both say.
    Constraints and(Constraints other) {
        Set<Type> common = EnumSet.copyOf(Type.ALL);
        common.retainAll(types);
        common.retainAll(other.types);
        Optional<Set<Json>> listed = values.map(mine -> {
                    Set<Json> both = new LinkedHashSet<>(mine);
                    other.values.ifPresent(both::retainAll);
                    return both;
                })
                .or(other::values);
        List<Schema> all = new ArrayList<>(sources);
        all.addAll(other.sources);
        return new Constraints(
                common,
                listed,
                strings.and(other.strings),
                numbers.and(other.numbers),
                members.and(other.members),
                items.and(other.items),
                all);
    }
}
