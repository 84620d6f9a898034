package dev.chasqui.template;

import java.util.Iterator;
import java.util.List;
import java.util.Map;

/// Writes values as Go's `fmt.Print` does, that is, with the verb `%v`. What is inside a list, a map or a
/// struct may be written with another verb.
///
/// @see <a href="https://pkg.go.dev/fmt">Package fmt</a>
final class Printer {

    private final Output out;
    private final Verb verb;

    Printer(Output out, Verb verb) {
        this.out = out;
        this.verb = verb;
    }

    /// As an action writes its value.
    static void print(Value value, Output out) {
        boolean nothing = value instanceof Value.Nothing;
        if (nothing) out.write("<no value>");
        else new Printer(out, Verb.PLAIN).write(value, false);
    }

    static String plain(Value value, Budget budget) {
        Output out = new Output(budget);
        new Printer(out, Verb.PLAIN).write(value, false);
        return out.toString();
    }

    /// `print` puts a space between two values that are no texts, `println` everywhere, and a line's end
    /// behind.
    static String joined(List<Value> values, boolean line, Budget budget) {
        Output out = new Output(budget);
        boolean afterText = true;
        for (int i = 0; i < values.size(); i++) {
            boolean text = values.get(i) instanceof Value.Text;
            if (i > 0 && (line || (!text && !afterText))) out.write(' ');
            new Printer(out, Verb.PLAIN).write(values.get(i), true);
            afterText = text;
        }
        if (line) out.write('\n');
        return out.toString();
    }

    /// @param pointers whether a pointer shows as one, with `&`
    void write(Value value, boolean pointers) {
        if (value.type().hasString() && verb.takesText()) {
            out.write(verb.text(ownText(value, out.budget())));
            return;
        }
        switch (value) {
            case Value.Nothing _ -> out.write(verb.nothing());
            case Value.Bool bool -> out.write(verb.bool(bool.value()));
            case Value.Int integer -> out.write(verb.integer(integer));
            case Value.Float number -> out.write(verb.number(number.value()));
            case Value.Text text -> out.write(verb.text(text.value()));
            case Value.Sequence list -> list(list.items());
            case Value.Dictionary map -> map(map);
            case Value.Struct struct -> {
                if (pointers && struct.shape().pointer()) out.write('&');
                struct(struct);
            }
        }
    }

    /// What its type's own method `String` returns.
    static String ownText(Value value, Budget budget) {
        if (value instanceof Value.Dictionary map && map.nil()) {
            return map.type().equals(GoType.INNER_PROPERTIES) ? "<nil>" : "{}"; // the one is a pointer
        }
        if (value.type().prints() == GoType.Prints.JSON) return GoJson.of(value, budget);
        List<Value> names = ((Value.Sequence) value).items();
        if (names.size() == 1) return ((Value.Text) names.getFirst()).value();
        return names.isEmpty() ? "" : plain(Value.Sequence.of(GoType.STRINGS, names), budget);
    }

    private void list(List<Value> items) {
        out.write('[');
        String between = "";
        for (Value item : items) {
            out.write(between);
            inner(item);
            between = " ";
        }
        out.write(']');
    }

    private void map(Value.Dictionary map) {
        out.write("map[");
        String between = "";
        for (Map.Entry<String, Value> entry : map.entries().entrySet()) {
            out.write(between).write(verb.text(entry.getKey())).write(':');
            inner(entry.getValue());
            between = " ";
        }
        out.write(']');
    }

    private void struct(Value.Struct struct) {
        out.write('{');
        String between = "";
        Iterator<Value> values = struct.fields().iterator();
        for (Shape.Field field : struct.shape().fields()) {
            out.write(between);
            if (verb.namesFields()) out.write(field.name()).write(':');
            inner(values.next());
            between = " ";
        }
        out.write('}');
    }

    private void inner(Value value) {
        if (value instanceof Value.Nothing) {
            out.write("<nil>");
        } else if (value instanceof Value.Struct struct && struct.shape().pointer()) {
            throw new EvaluationException("would print the address of a " + value.type());
        } else {
            write(value, false);
        }
    }
}
