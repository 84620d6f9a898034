package dev.chasqui.template;

import java.util.List;
import java.util.OptionalInt;

/// `printf`: text with verbs, each of which takes an argument.
final class Format {

    private static final int LARGEST = 1_000; // Go allows a million

    private final String format;
    private final List<Value> arguments;
    private final Output out;
    private int at;
    private int taken;

    private Format(String format, List<Value> arguments, Output out) {
        this.format = format;
        this.arguments = arguments;
        this.out = out;
    }

    /// Like Go's, it writes into the text what is wrong with an argument, for example `%!d(string=x)`.
    static String of(String format, List<Value> arguments, Budget budget) {
        Output out = new Output(budget);
        new Format(format, arguments, out).write();
        return out.toString();
    }

    private void write() {
        while (at < format.length()) {
            int percent = format.indexOf('%', at);
            int end = percent < 0 ? format.length() : percent;
            out.write(format.substring(at, end));
            at = end;
            if (percent >= 0) verb();
        }
        if (taken < arguments.size()) extra();
    }

    private void verb() {
        int flagsAt = ++at;
        while (at < format.length() && "+-# 0".indexOf(format.charAt(at)) >= 0) at++;
        String flags = format.substring(flagsAt, at);
        OptionalInt width = size();
        OptionalInt precision = OptionalInt.empty();
        if (at < format.length() && format.charAt(at) == '.') {
            at++;
            precision = OptionalInt.of(size().orElse(0));
        }
        if (at == format.length()) {
            out.write("%!(NOVERB)");
            return;
        }
        int letter = format.codePointAt(at);
        at += Character.charCount(letter);
        if (letter == '%') out.write('%');
        else if (taken == arguments.size()) out.write("%!" + Character.toString(letter) + "(MISSING)");
        else if (letter > Character.MAX_VALUE)
            throw new EvaluationException("%" + Character.toString(letter) + " is not supported");
        else write(new Verb((char) letter, flags, width, precision), arguments.get(taken++));
    }

    private void write(Verb verb, Value value) {
        if (verb.letter() == 'T') out.write(verb.typeOf(value));
        else new Printer(out, verb).write(value, true);
    }

    private OptionalInt size() {
        if (at < format.length() && "*[".indexOf(format.charAt(at)) >= 0) {
            throw new EvaluationException("%" + format.charAt(at) + " is not supported");
        }
        int start = at;
        int size = 0;
        for (; at < format.length() && format.charAt(at) >= '0' && format.charAt(at) <= '9'; at++) {
            size = size * 10 + format.charAt(at) - '0';
            if (size > LARGEST) throw new EvaluationException("a width or precision over " + LARGEST);
        }
        return at == start ? OptionalInt.empty() : OptionalInt.of(size);
    }

    private void extra() {
        String before = "%!(EXTRA ";
        for (Value value : arguments.subList(taken, arguments.size())) {
            out.write(before);
            if (!(value instanceof Value.Nothing))
                out.write(value.type().name()).write('=');
            new Printer(out, Verb.PLAIN).write(value, true);
            before = ", ";
        }
        out.write(')');
    }
}
