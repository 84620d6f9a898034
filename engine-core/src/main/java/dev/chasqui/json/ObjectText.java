package dev.chasqui.json;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Writes objects: the properties in the schema's order, any of those that are not required left out, then
/// those with other names.
final class ObjectText {

    /// @param pair its name and value
    private record Property(Expr pair, boolean required) {}

    private final Compiler values;
    private final Spacing spacing;
    private final int levels;
    private final String path;

    ObjectText(Compiler values, Spacing spacing, int levels, String path) {
        this.values = values;
        this.spacing = spacing;
        this.levels = levels;
        this.path = path;
    }

    Expr write(Members members) {
        Set<String> names = new LinkedHashSet<>(members.properties().keySet());
        names.addAll(members.required());
        List<Property> properties = new ArrayList<>();
        for (String name : names) {
            boolean required = members.required().contains(name);
            Expr value = members.forbids(name) ? Expr.NOTHING : values.value(members.of(name), levels);
            if (value == Expr.NOTHING && required) return Expr.NOTHING;
            if (value != Expr.NOTHING) properties.add(new Property(pair(name, value), required));
        }
        Expr inside = inside(properties, others(members, List.copyOf(names)));
        return Expr.seq(Expr.text("{"), inside, Expr.text("}"));
    }

    private Expr pair(String name, Expr value) {
        return Expr.seq(Expr.text(Json.quoted(name) + spacing.colon()), value);
    }

    /// A property with a name that is not listed.
    private Expr others(Members members, List<String> names) {
        boolean open = !members.others().isEmpty() || !members.isStated();
        if (!open || members.others().contains(Schema.NEVER)) return Expr.NOTHING;
        Expr value = values.value(members.others(), levels);
        Expr name = Literals.noneOf(names);
        Expr pair = Expr.seq(Expr.text("\""), name, Expr.text("\"" + spacing.colon()), value);
        return values.rule("other", pair, path);
    }

    /// From the last to the first: `rest` is what follows when a property is written already, and so begins
    /// with a comma. Up to the first required property, each may be the one that is written first.
    private Expr inside(List<Property> properties, Expr others) {
        Expr comma = Expr.text(spacing.comma());
        Expr rest = Expr.repeat(Expr.seq(comma, others), 0, Expr.UNLIMITED);
        int mayBeFirst = 0;
        while (mayBeFirst < properties.size() && !properties.get(mayBeFirst).required) mayBeFirst++;

        List<Expr> firsts = new ArrayList<>();
        if (mayBeFirst == properties.size()) firsts.add(Expr.optional(Expr.seq(others, rest)));
        for (int i = properties.size() - 1; i >= 0; i--) {
            Property property = properties.get(i);
            if (i <= mayBeFirst) {
                if (mayBeFirst > 0) rest = values.shared("rest", rest, path); // it is written twice
                firsts.addFirst(Expr.seq(property.pair, rest));
            }
            Expr pair = Expr.seq(comma, property.pair);
            rest = Expr.seq(property.required ? pair : Expr.optional(pair), rest);
        }
        return Expr.alt(firsts);
    }
}
