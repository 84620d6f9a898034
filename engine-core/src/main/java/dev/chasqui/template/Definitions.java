package dev.chasqui.template;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// The templates one text defines, by name. The text itself has the name ``.
final class Definitions {

    static final String MAIN = "";

    private final Map<String, Node.Block> bodies = new HashMap<>();

    /// An empty body gives way to one that is not.
    ///
    /// @return whether the name was free
    boolean add(String name, Node.Block body) {
        Node.Block former = bodies.get(name);
        if (former == null || former.isEmpty()) {
            bodies.put(name, body);
            return true;
        }
        return body.isEmpty();
    }

    Optional<Node.Block> find(String name) {
        return Optional.ofNullable(bodies.get(name));
    }

    Iterable<Node.Block> all() {
        return bodies.values();
    }

    /// These definitions, with another main one.
    Definitions withMain(Node.Block body) {
        Definitions copy = new Definitions();
        copy.bodies.putAll(bodies);
        copy.bodies.put(MAIN, body);
        return copy;
    }

    Node.Block main() {
        return find(MAIN).orElseThrow();
    }
}
