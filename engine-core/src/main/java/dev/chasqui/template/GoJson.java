package dev.chasqui.template;

import java.util.Base64;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/// Writes values as Go's `encoding/json` does: no spaces, keys in the map's order, `<`, `>` and `&` escaped.
final class GoJson {

    private final Output out;

    GoJson(Output out) {
        this.out = out;
    }

    static String of(Value value, Budget budget) {
        Output out = new Output(budget);
        new GoJson(out).write(value);
        return out.toString();
    }

    void write(Value value) {
        switch (value) {
            case Value.Nothing _ -> out.write("null");
            case Value.Bool bool -> out.write(String.valueOf(bool.value()));
            case Value.Int integer -> out.write(String.valueOf(integer.value()));
            case Value.Float number -> out.write(Numbers.json(number.value()));
            case Value.Text text -> string(text.value());
            case Value.Sequence list -> list(list);
            case Value.Dictionary map -> map(map);
            case Value.Struct struct -> struct(struct);
        }
    }

    private void list(Value.Sequence list) {
        if (list.type().equals(GoType.PROPERTY_TYPE) && list.items().size() == 1) {
            write(list.items().getFirst());
        } else if (list.nil()) {
            out.write("null");
        } else if (list.type().equals(GoType.IMAGE)) {
            string(Base64.getEncoder().encodeToString(bytes(list.items())));
        } else {
            String before = "[";
            for (Value item : list.items()) {
                out.write(before);
                write(item);
                before = ",";
            }
            out.write(list.items().isEmpty() ? "[]" : "]");
        }
    }

    private void map(Value.Dictionary map) {
        if (map.nil()) {
            out.write("null");
            return;
        }
        String before = "{";
        for (Map.Entry<String, Value> entry : map.entries().entrySet()) {
            out.write(before);
            string(entry.getKey());
            out.write(':');
            write(entry.getValue());
            before = ",";
        }
        out.write(map.entries().isEmpty() ? "{}" : "}");
    }

    private void struct(Value.Struct struct) {
        String before = "{";
        Iterator<Value> values = struct.fields().iterator();
        for (Shape.Field field : struct.shape().fields()) {
            Value value = values.next();
            if (field.omitEmpty() && isEmpty(value)) continue;
            out.write(before);
            string(field.json());
            out.write(':');
            write(value);
            before = ",";
        }
        out.write(before.equals("{") ? "{}" : "}");
    }

    private static boolean isEmpty(Value value) {
        return value instanceof Value.Dictionary map ? map.nil() : !value.truth();
    }

    private void string(String text) {
        out.write('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"', '\\' -> out.write('\\').write(c);
                case '\b' -> out.write("\\b");
                case '\f' -> out.write("\\f");
                case '\n' -> out.write("\\n");
                case '\r' -> out.write("\\r");
                case '\t' -> out.write("\\t");
                case '<', '>', '&', '\u2028', '\u2029' -> escape(c);
                default -> {
                    if (c < ' ') escape(c);
                    else if (isLoneSurrogate(text, i)) out.write("\\ufffd");
                    else out.write(c);
                }
            }
        }
        out.write('"');
    }

    private void escape(char c) {
        out.write("\\u").write(HexFormat.of().toHexDigits(c));
    }

    private static boolean isLoneSurrogate(String text, int at) {
        char c = text.charAt(at);
        if (!Character.isSurrogate(c)) return false;
        if (Character.isHighSurrogate(c))
            return at + 1 == text.length() || !Character.isLowSurrogate(text.charAt(at + 1));
        return at == 0 || !Character.isHighSurrogate(text.charAt(at - 1));
    }

    private static byte[] bytes(List<Value> items) {
        byte[] bytes = new byte[items.size()];
        for (int i = 0; i < bytes.length; i++) bytes[i] = (byte) ((Value.Int) items.get(i)).value();
        return bytes;
    }
}
