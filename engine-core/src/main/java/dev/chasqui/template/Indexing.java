package dev.chasqui.template;

import java.util.List;

/// `len`, `index` and `slice`. Texts count in bytes of UTF-8, as in Go.
final class Indexing {

    private static final int CHARS_PER_STEP = 64;

    private Indexing() {}

    /// @throws EvaluationException if it has none
    static int length(Value value, Budget budget) {
        return switch (value) {
            case Value.Nothing _ -> throw new EvaluationException("len of nil pointer");
            case Value.Text text -> {
                budget.spend(text.value().length() / CHARS_PER_STEP);
                yield Utf8.length(text.value());
            }
            case Value.Sequence list -> list.items().size();
            case Value.Dictionary map -> map.entries().size();
            default -> throw new EvaluationException("len of type " + value.type());
        };
    }

    /// The item's item's item …
    ///
    /// @throws EvaluationException if there is no such item
    static Value index(Value value, List<Value> indexes, Budget budget) {
        if (value instanceof Value.Nothing) throw new EvaluationException("index of untyped nil");
        Value item = value;
        for (Value index : indexes) {
            item = switch (item) {
                case Value.Nothing _ -> throw new EvaluationException("index of nil pointer");
                case Value.Sequence list ->
                    list.items().get(place(index, list.items().size() - 1));
                case Value.Dictionary map -> map.entries().getOrDefault(key(index), map.missing());
                case Value.Text text -> {
                    int place = place(index, length(text, budget) - 1);
                    yield Value.Int.byteOf(Utf8.bytes(text.value())[place]);
                }
                default -> throw new EvaluationException("can't index item of type " + item.type());
            };
        }
        return item;
    }

    /// @param indexes up to three: the first item, the one after the last, and Go's capacity, which shows
    ///                nowhere
    /// @throws EvaluationException if there are no such items
    static Value slice(Value value, List<Value> indexes, Budget budget) {
        if (value instanceof Value.Nothing) throw new EvaluationException("slice of untyped nil");
        if (indexes.size() > 3) throw new EvaluationException("too many slice indexes: " + indexes.size());
        if (value instanceof Value.Text && indexes.size() == 3) {
            throw new EvaluationException("cannot 3-index slice a string");
        }
        if (!(value instanceof Value.Text || value instanceof Value.Sequence)) {
            throw new EvaluationException("can't slice item of type " + value.type());
        }
        int length = length(value, budget);
        int from = indexes.isEmpty() ? 0 : place(indexes.getFirst(), length);
        int to = indexes.size() < 2 ? length : place(indexes.get(1), length);
        int most = indexes.size() < 3 ? length : place(indexes.get(2), length);
        requireOrder(from, to);
        requireOrder(to, most);
        return switch (value) {
            case Value.Sequence list ->
                new Value.Sequence(list.type(), list.items().subList(from, to), list.nil());
            default -> Value.of(Utf8.slice(((Value.Text) value).value(), from, to));
        };
    }

    private static void requireOrder(int from, int to) {
        if (from > to) throw new EvaluationException("invalid slice index: " + from + " > " + to);
    }

    private static int place(Value index, int last) {
        if (index instanceof Value.Nothing) throw new EvaluationException("cannot index slice/array with nil");
        if (!(index instanceof Value.Int place)) {
            throw new EvaluationException("cannot index slice/array with type " + index.type());
        }
        if (place.value() < 0 || place.value() > last) {
            throw new EvaluationException("index out of range: " + place.value());
        }
        return (int) place.value();
    }

    private static String key(Value index) {
        if (index instanceof Value.Text text) return text.value();
        if (index instanceof Value.Nothing) throw new EvaluationException("value is nil; should be of type string");
        throw new EvaluationException("value has type " + index.type() + "; should be string");
    }
}
