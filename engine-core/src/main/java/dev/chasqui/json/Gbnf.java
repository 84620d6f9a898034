package dev.chasqui.json;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;

/// Writes an expression in llama.cpp's grammar notation, within what its parser takes.
///
/// @see <a href="https://github.com/ggml-org/llama.cpp/blob/master/grammars/README.md">GBNF Guide</a>
final class Gbnf {

    /// Parentheses in parentheses; what is deeper becomes a rule.
    private static final int DEEPEST = 16;

    /// llama.cpp multiplies a repetition with what was created inside of it and refuses more than 2,000.
    private static final int REPEATED = 500;

    private final StringBuilder out = new StringBuilder();
    private final Map<Rule, String> names = new HashMap<>();
    private final Map<String, Integer> used = new HashMap<>();
    private final Deque<Rule> open = new ArrayDeque<>();
    private int alternatives;

    private Gbnf() {}

    /// @throws SchemaException if it takes too many rules or alternatives
    static String of(Expr root) {
        Gbnf gbnf = new Gbnf();
        gbnf.name(new Rule("root", root instanceof RefExpr ref ? ref.rule.body() : root));
        while (!gbnf.open.isEmpty()) gbnf.write(gbnf.open.poll());
        return gbnf.out.toString();
    }

    private void write(Rule rule) {
        out.append(name(rule)).append(" ::= ");
        choices(rule.body(), 0);
        out.append('\n');
        limit(out.length(), Limits.GRAMMAR_LENGTH, "characters");
    }

    private String name(Rule rule) {
        String known = names.get(rule);
        if (known != null) return known;
        int number = used.merge(rule.name, 1, Integer::sum);
        String name = number == 1 ? rule.name : rule.name + "-" + number;
        names.put(rule, name);
        open.add(rule);
        limit(names.size(), Limits.RULES, "rules");
        return name;
    }

    /// Alternatives, where nothing else stands beside them.
    private void choices(Expr expr, int depth) {
        switch (expr) {
            case AltExpr alt -> {
                alternatives += alt.choices.size();
                limit(alternatives, Limits.ALTERNATIVES, "alternatives");
                Iterator<Expr> each = alt.choices.iterator();
                sequence(each.next(), depth);
                while (each.hasNext()) {
                    out.append(" | ");
                    sequence(each.next(), depth);
                }
            }
            case DefaultExpr defaulted -> choices(defaulted.body, depth);
            default -> sequence(expr, depth);
        }
    }

    private void sequence(Expr expr, int depth) {
        switch (expr) {
            case SeqExpr seq -> {
                String before = "";
                for (Expr item : seq.items) {
                    out.append(before);
                    item(item, depth);
                    before = " ";
                }
            }
            case DefaultExpr defaulted -> sequence(defaulted.body, depth);
            default -> item(expr, depth);
        }
    }

    private void item(Expr expr, int depth) {
        switch (expr) {
            case TextExpr text -> literal(text.text);
            case CharExpr one -> set(one.set);
            case RefExpr ref -> out.append(name(ref.rule));
            case RepeatExpr repeat -> repeat(repeat, depth);
            case DefaultExpr defaulted -> item(defaulted.body, depth);
            case SeqExpr seq -> group(seq, depth);
            case AltExpr alt -> group(alt, depth);
        }
    }

    private void group(Expr expr, int depth) {
        if (depth == DEEPEST) {
            part(expr);
            return;
        }
        out.append('(');
        choices(expr, depth + 1);
        out.append(')');
    }

    private void repeat(RepeatExpr repeat, int depth) {
        boolean many = repeat.min > 1 || repeat.max > 1 && repeat.max != Expr.UNLIMITED;
        if (repeat.item instanceof RepeatExpr || repeat.item.size > REPEATED || many && !isFlat(repeat.item)) {
            part(repeat.item);
        } else {
            item(repeat.item, depth);
        }
        out.append(times(repeat.min, repeat.max));
    }

    private static String times(int min, int max) {
        if (max == Expr.UNLIMITED) return min == 0 ? "*" : min == 1 ? "+" : "{" + min + ",}";
        if (min == 0 && max == 1) return "?";
        return min == max ? "{" + min + "}" : "{" + min + "," + max + "}";
    }

    /// Whether no rules are created for what is inside.
    private static boolean isFlat(Expr expr) {
        return switch (expr) {
            case SeqExpr seq -> seq.items.stream().allMatch(Gbnf::isAtom);
            default -> isAtom(expr);
        };
    }

    private static boolean isAtom(Expr expr) {
        return expr instanceof TextExpr || expr instanceof CharExpr || expr instanceof RefExpr;
    }

    /// As a rule of its own.
    private void part(Expr expr) {
        out.append(name(new Rule("part", expr)));
    }

    private void literal(String text) {
        out.append('"');
        text.codePoints().forEach(c -> {
            switch (c) {
                case '"', '\\' -> out.append('\\').append((char) c);
                case '\n' -> out.append("\\n");
                default -> {
                    if (c >= ' ' && c < 127) out.append((char) c);
                    else code(c);
                }
            }
        });
        out.append('"');
    }

    private void set(CodePoints set) {
        out.append('[');
        for (int i = 0; i < set.ranges(); i++) {
            member(set.first(i));
            if (set.last(i) == set.first(i)) continue;
            if (set.last(i) > set.first(i) + 1) out.append('-');
            member(set.last(i));
        }
        out.append(']');
    }

    private void member(int c) {
        if (c < 128 && Character.isLetterOrDigit(c)) out.append((char) c);
        else code(c);
    }

    private void code(int c) {
        out.append(c < 0x80 ? "\\x%02X".formatted(c) : c < 0x10000 ? "\\u%04X".formatted(c) : "\\U%08X".formatted(c));
    }

    private static void limit(int count, int most, String what) {
        if (count > most) {
            throw new SchemaException("", "the schema takes more than " + most + " " + what + "; make it simpler");
        }
    }
}
