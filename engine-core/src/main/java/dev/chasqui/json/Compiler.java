package dev.chasqui.json;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/// Turns schemas into the texts that are written for them.
///
/// What contains itself is written out level by level, so the texts are nested as deep as [Limits#RECURSION]
/// and no deeper; where a level more would be needed, nothing is allowed.
final class Compiler {

    /// Larger parts get a rule of their own; otherwise what holds the same part many times would grow with
    /// it.
    private static final int INLINE = 16;

    /// @param levels that may still be written inside
    private record Key(List<Schema> schemas, int levels) {}

    private final Spacing spacing;
    private final Loops loops;
    private final Alternatives alternatives = new Alternatives();
    private final Map<Key, Expr> values = new HashMap<>();

    private record Integers(Numbers numbers) {}

    /// Strings and numbers, which are the same wherever they stand.
    private final Map<Object, Expr> leaves = new HashMap<>();

    private Optional<String> impossible = Optional.empty();
    private int nesting;
    private int size;

    private Compiler(Spacing spacing, Loops loops) {
        this.spacing = spacing;
        this.loops = loops;
    }

    /// @throws SchemaException if the schema allows nothing, or more than may be built
    static Expr compile(Schema root, Spacing spacing) {
        Compiler compiler = new Compiler(spacing, Loops.from(root));
        Expr expr = compiler.value(List.of(root), Limits.RECURSION);
        if (expr != Expr.NOTHING) return compiler.measured(expr, root.path);
        String path = compiler.impossible.orElse(root.path);
        throw new SchemaException(path, "no value can follow the schema" + (path.isEmpty() ? "" : "; look at " + path));
    }

    /// The values that follow all of the schemas; any value if there are none.
    Expr value(List<Schema> schemas, int levels) {
        if (schemas.isEmpty()) return value(List.of(Schema.ALWAYS), levels);
        Key key = new Key(schemas, loops.leadsFrom(schemas) ? levels : 0);
        Expr known = values.get(key);
        if (known != null) return known;

        String path = schemas.getFirst().path;
        if (nesting == Limits.NESTING) {
            throw new SchemaException(path, "the schema nests deeper than " + Limits.NESTING + " values at " + path);
        }
        nesting++;
        Expr expr = withDefault(schemas, texts(schemas, levels));
        nesting--;
        expr = shared("value", expr, path);
        values.put(key, expr);
        return expr;
    }

    private Expr texts(List<Schema> schemas, int levels) {
        Schema first = schemas.getFirst();
        if (schemas.size() == 1 && first.own.isOpen() && !first.sameValue().isEmpty()) {
            boolean refers = first.all.size() == 1 && first.any.isEmpty() && first.one.isEmpty();
            if (refers) return value(first.all, levels);
            if (first.all.isEmpty() && first.one.isEmpty()) return oneOf(first.any, levels);
            if (first.all.isEmpty() && first.any.isEmpty()) {
                new Apart(alternatives).require(first);
                return oneOf(first.one, levels);
            }
        }
        return Expr.alt(alternatives.of(schemas).stream()
                .map(each -> following(each, levels))
                .toList());
    }

    private Expr oneOf(List<Schema> schemas, int levels) {
        return Expr.alt(
                schemas.stream().map(each -> value(List.of(each), levels)).toList());
    }

    private Expr withDefault(List<Schema> schemas, Expr expr) {
        Optional<String> text = schemas.stream()
                .flatMap(schema -> schema.fallback.stream())
                .map(json -> json.text(spacing))
                .findFirst();
        if (text.isEmpty() || expr == Expr.NOTHING) return expr;
        State end = State.start(expr).walk(text.get());
        return end != null && end.complete ? Expr.defaulted(text.get(), expr) : expr;
    }

    private Expr following(Constraints constraints, int levels) {
        boolean contained = loops.holds(constraints.sources());
        int inside = contained ? levels - 1 : levels;
        List<Expr> kinds = new ArrayList<>();
        if (constraints.values().isPresent()) {
            kinds.add(Literals.oneOf(constraints.values().get().stream()
                    .filter(value -> Checker.fits(constraints.sources(), value))
                    .map(value -> value.text(spacing))
                    .toList()));
        } else {
            for (Type type : Type.values()) {
                if (constraints.written().contains(type)) kinds.add(ofType(type, constraints, inside));
            }
        }
        Expr all = Expr.alt(kinds);
        if (all == Expr.NOTHING && inside >= 0 && impossible.isEmpty()) {
            impossible =
                    constraints.sources().stream().map(schema -> schema.path).findFirst();
        }
        return all;
    }

    private Expr ofType(Type type, Constraints constraints, int levels) {
        String path = constraints.sources().getFirst().path;
        return switch (type) {
            case OBJECT ->
                levels < 0 ? Expr.NOTHING : new ObjectText(this, spacing, levels, path).write(constraints.members());
            case ARRAY ->
                levels < 0 ? Expr.NOTHING : new ArrayText(this, spacing, levels, path).write(constraints.items());
            case STRING ->
                leaf(constraints.strings(), path, () -> constraints.strings().written());
            case NUMBER -> leaf(constraints.numbers(), path, () -> NumberText.of(constraints.numbers(), false));
            case INTEGER ->
                constraints.written().contains(Type.NUMBER)
                        ? Expr.NOTHING // every integer is a number
                        : leaf(
                                new Integers(constraints.numbers()),
                                path,
                                () -> NumberText.of(constraints.numbers(), true));
            case BOOLEAN -> Expr.alt(Expr.text("true"), Expr.text("false"));
            case NULL -> Expr.text("null");
        };
    }

    private Expr leaf(Object key, String path, Supplier<Optional<Expr>> written) {
        Expr known = leaves.get(key);
        if (known != null) return known;
        Expr expr = written.get()
                .orElseThrow(() -> new SchemaException(
                        path,
                        key instanceof Strings
                                ? "the patterns and lengths" + place(path)
                                        + " take too many states together; leave out what is not needed"
                                : "\"multipleOf\"" + place(path) + " takes too many states; use a divisor like 0.05, 25"
                                        + " or 100, or set minimum and maximum closer together"));
        expr = shared(key instanceof Strings ? "string" : "number", expr, path);
        leaves.put(key, expr);
        return expr;
    }

    /// The expression, or a reference to it where it is large.
    Expr shared(String name, Expr expr, String path) {
        return expr.size > INLINE ? rule(name, expr, path) : expr;
    }

    /// A reference to the expression, unless it is as short itself.
    Expr rule(String name, Expr expr, String path) {
        boolean atom =
                expr instanceof CharExpr || expr instanceof RefExpr || expr instanceof TextExpr && expr.size <= INLINE;
        return atom || expr == Expr.NOTHING ? expr : Expr.ref(new Rule(name, measured(expr, path)));
    }

    private Expr measured(Expr expr, String path) {
        size += expr.size;
        if (size > Limits.SIZE) {
            throw new SchemaException(
                    path,
                    "the schema is too large" + place(path) + ": it has more than " + Limits.SIZE
                            + " places when its repetitions are written out; lower maxLength and maxItems");
        }
        if (expr.weight.length() > Limits.SHORTEST) {
            throw new SchemaException(
                    path, "the shortest value" + place(path) + " is longer than " + Limits.SHORTEST + " characters");
        }
        return expr;
    }

    private static String place(String path) {
        return path.isEmpty() ? "" : " at " + path;
    }
}
