package dev.chasqui.template;

/// What `.Name` is, of a map, a struct, or of a value whose type has such a method.
final class Fields {

    private Fields() {}

    /// @throws EvaluationException if it has no such field
    static Value get(Value of, String name, Budget budget) {
        if (of == Value.Nothing.ABSENT) return of;
        if (of == Value.Nothing.NIL) {
            throw new EvaluationException("nil pointer evaluating " + of.type() + "." + name);
        }
        if (name.equals("String") && of.type().hasString()) return Value.of(Printer.ownText(of, budget));
        if (of instanceof Value.Dictionary map) return map.entries().getOrDefault(name, map.missing());
        if (of instanceof Value.Struct struct) {
            int place = struct.shape().indexOf(name);
            if (place >= 0) return struct.fields().get(place);
            boolean isProperty = struct.shape().equals(Shape.PROPERTY);
            if (isProperty && name.equals("ToTypeScriptType")) return Value.of(TypeScript.of(struct));
        }
        throw new EvaluationException("can't evaluate field " + name + " in type " + of.type());
    }
}
