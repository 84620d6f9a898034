package dev.chasqui.json;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What a schema says of an object. Each list of schemas holds at once.
///
/// @param properties by name, in the schema's order
/// @param others     for properties with other names; empty if the schema does not say
/// @param required   in the schema's order
record Members(Map<String, List<Schema>> properties, List<Schema> others, Set<String> required) {

    static final Members ANY = new Members(Map.of(), List.of(), Set.of());

    boolean isStated() {
        return !properties.isEmpty() || !others.isEmpty() || !required.isEmpty();
    }

    /// What a property of this name must follow.
    List<Schema> of(String name) {
        return properties.getOrDefault(name, others);
    }

    /// Whether an answer may have a property of this name. One that the schema does not speak of is allowed,
    /// but is only written where the schema says that there are others, or says nothing at all.
    boolean writes(String name) {
        if (of(name).contains(Schema.NEVER)) return false;
        return properties.containsKey(name) || required.contains(name) || !others.isEmpty() || !isStated();
    }

    boolean forbids(String name) {
        return of(name).contains(Schema.NEVER);
    }

    /// What both say; the properties of this one come first.
    Members and(Members other) {
        Set<String> names = new LinkedHashSet<>(properties.keySet());
        names.addAll(other.properties.keySet());
        Map<String, List<Schema>> both = new LinkedHashMap<>();
        names.forEach(name -> both.put(name, joined(of(name), other.of(name))));
        Set<String> must = new LinkedHashSet<>(required);
        must.addAll(other.required);
        return new Members(both, joined(others, other.others), must);
    }

    static List<Schema> joined(List<Schema> first, List<Schema> second) {
        Set<Schema> all = new LinkedHashSet<>(first);
        all.addAll(second);
        return List.copyOf(all);
    }
}
