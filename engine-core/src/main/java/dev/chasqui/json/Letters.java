package dev.chasqui.json;

/// How one character of a string's value is written.
@FunctionalInterface
interface Letters {

    /// As it is.
    Letters PLAIN = Expr::one;

    /// Within a JSON string: as it is, or by the short escape of those that have one. The other control
    /// characters are never written.
    Letters JSON = InString::of;

    Expr of(CodePoints set);

    /// The same texts, each character as it is written. Not for rules that refer back to themselves.
    default Expr spell(Expr plain) {
        return switch (plain) {
            case TextExpr text ->
                Expr.seq(text.text
                        .codePoints()
                        .mapToObj(c -> of(CodePoints.of(c)))
                        .toList());
            case CharExpr one -> of(one.set);
            case SeqExpr seq -> Expr.seq(seq.items.stream().map(this::spell).toList());
            case AltExpr alt -> Expr.alt(alt.choices.stream().map(this::spell).toList());
            case RepeatExpr repeat -> Expr.repeat(spell(repeat.item), repeat.min, repeat.max);
            case RefExpr ref -> spell(ref.rule.body());
            case DefaultExpr defaulted -> spell(defaulted.body);
        };
    }

    /// JSON's strings.
    final class InString {

        private static final String ESCAPED = "\"\\\b\f\n\r\t";
        private static final String ESCAPES = "\"\\bfnrt";
        private static final Expr BACKSLASH = Expr.text("\\");
        private static final CodePoints HEX = CodePoints.in("0123456789abcdefABCDEF");

        /// What needs no escape.
        static final CodePoints RAW =
                CodePoints.range(' ', Character.MAX_CODE_POINT).minus(CodePoints.in("\"\\"));

        static final Rule LETTER = new Rule("letter", Expr.one(RAW));

        /// Any one character, in any of the ways JSON has to write it; surrogates only as a pair.
        static final Rule ANY = new Rule(
                "char",
                Expr.alt(
                        Expr.ref(LETTER), Expr.seq(BACKSLASH, Expr.alt(Expr.one(CodePoints.in("\"\\/bfnrt")), hex()))));

        private InString() {}

        static Expr of(CodePoints set) {
            CodePoints letters = CodePoints.NONE;
            for (int i = 0; i < ESCAPED.length(); i++) {
                if (set.contains(ESCAPED.charAt(i))) letters = letters.or(CodePoints.of(ESCAPES.charAt(i)));
            }
            return Expr.alt(Expr.one(set.and(RAW)), Expr.seq(BACKSLASH, Expr.one(letters)));
        }

        /// `u` and four digits, of one unit or a pair.
        private static Expr hex() {
            Expr digit = Expr.one(HEX);
            Expr d = Expr.one(CodePoints.in("dD"));
            Expr alone = Expr.alt(
                    Expr.seq(Expr.one(HEX.minus(CodePoints.in("dD"))), Expr.repeat(digit, 3, 3)),
                    Expr.seq(d, Expr.one('0', '7'), Expr.repeat(digit, 2, 2)));
            Expr pair = Expr.seq(
                    d,
                    Expr.one(CodePoints.in("89abAB")),
                    Expr.repeat(digit, 2, 2),
                    Expr.text("\\u"),
                    d,
                    Expr.one(CodePoints.in("cdefCDEF")),
                    Expr.repeat(digit, 2, 2));
            return Expr.seq(Expr.text("u"), Expr.alt(alone, pair));
        }
    }
}
