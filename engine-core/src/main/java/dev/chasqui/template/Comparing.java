package dev.chasqui.template;

import java.util.List;

/// `eq`, `lt` and what is made of them.
final class Comparing {

    /// What can be compared with what.
    private enum Kind {
        BOOL,
        INT,
        FLOAT,
        TEXT,
        OTHER
    }

    private Comparing() {}

    /// Whether the value equals at least one of the others.
    ///
    /// @throws EvaluationException if two cannot be compared
    static boolean equal(Value value, List<Value> others) {
        if (others.isEmpty()) throw new EvaluationException("missing argument for comparison");
        return others.stream().anyMatch(other -> equal(value, other));
    }

    private static boolean equal(Value a, Value b) {
        boolean nothing = a instanceof Value.Nothing || b instanceof Value.Nothing;
        if (nothing) return isNil(a) && isNil(b);
        if (kind(a) != kind(b)) throw incompatible(a, b);
        return switch (a) {
            case Value.Int integer -> integer.value() == ((Value.Int) b).value(); // bytes as well
            case Value.Float number -> number.value() == ((Value.Float) b).value();
            case Value.Bool _, Value.Text _ -> a.equals(b);
            default -> others(a, b);
        };
    }

    private static boolean others(Value a, Value b) {
        if (!a.getClass().equals(b.getClass())) {
            throw new EvaluationException("non-comparable types " + a.type() + " and " + b.type());
        }
        if (isNil(a) || isNil(b)) return isNil(a) && isNil(b);
        if (b instanceof Value.Struct struct && struct.shape().pointer()) return isSame(a, b);
        throw new EvaluationException("non-comparable type " + b.type());
    }

    @SuppressWarnings("ReferenceEquality") // two pointers are equal if they point to the same
    private static boolean isSame(Value a, Value b) {
        return a == b;
    }

    static boolean less(Value a, Value b) {
        if (kind(a) == Kind.OTHER || kind(b) == Kind.OTHER)
            throw new EvaluationException("invalid type for comparison");
        if (kind(a) != kind(b)) throw incompatible(a, b);
        return switch (a) {
            case Value.Int integer -> integer.value() < ((Value.Int) b).value();
            case Value.Float number -> number.value() < ((Value.Float) b).value();
            case Value.Text text -> Utf8.ORDER.compare(text.value(), ((Value.Text) b).value()) < 0;
            default -> throw new EvaluationException("invalid type for comparison");
        };
    }

    static boolean lessOrEqual(Value a, Value b) {
        return less(a, b) || equal(a, b);
    }

    private static EvaluationException incompatible(Value a, Value b) {
        return new EvaluationException("incompatible types for comparison: " + a.type() + " and " + b.type());
    }

    private static boolean isNil(Value value) {
        return switch (value) {
            case Value.Nothing _ -> true;
            case Value.Sequence list -> list.nil();
            case Value.Dictionary map -> map.nil();
            default -> false;
        };
    }

    private static Kind kind(Value value) {
        return switch (value) {
            case Value.Bool _ -> Kind.BOOL;
            case Value.Int _ -> Kind.INT;
            case Value.Float _ -> Kind.FLOAT;
            case Value.Text _ -> Kind.TEXT;
            default -> Kind.OTHER;
        };
    }
}
