package dev.chasqui.template;

import java.util.ArrayList;
import java.util.List;

/// The variables of one template, innermost last.
///
/// The parser has seen to it that those asked for are declared, but a declaration inside `or` may not have
/// been reached, and an assignment counts as one for the parser, as in Go.
final class Scope {

    private final List<String> names = new ArrayList<>();
    private final List<Value> values = new ArrayList<>();

    /// @param dot what `$` stands for
    Scope(Value dot) {
        declare("$", dot);
    }

    void declare(String name, Value value) {
        names.add(name);
        values.add(value);
    }

    /// @throws EvaluationException if there is no such variable
    void assign(String name, Value value) {
        values.set(place(name), value);
    }

    /// Sets the one declared last but `fromTop`.
    void assignTop(int fromTop, Value value) {
        values.set(values.size() - 1 - fromTop, value);
    }

    /// @throws EvaluationException if there is no such variable
    Value get(String name) {
        return values.get(place(name));
    }

    private int place(String name) {
        int place = names.lastIndexOf(name);
        if (place < 0) throw new EvaluationException("undefined variable: " + name);
        return place;
    }

    int mark() {
        return names.size();
    }

    void forget(int mark) {
        names.subList(mark, names.size()).clear();
        values.subList(mark, values.size()).clear();
    }
}
