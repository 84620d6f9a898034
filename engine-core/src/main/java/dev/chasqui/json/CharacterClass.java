package dev.chasqui.json;

/// The classes of characters that patterns have names for, in their ASCII form.
final class CharacterClass {

    static final CodePoints ANY_BUT_LINE_ENDS =
            CodePoints.in("\n\r\u2028\u2029").not();

    private static final CodePoints DIGITS = CodePoints.range('0', '9');
    private static final CodePoints WORD =
            DIGITS.or(CodePoints.range('a', 'z')).or(CodePoints.range('A', 'Z')).or(CodePoints.of('_'));
    private static final CodePoints SPACE = CodePoints.in(" \t\n\u000B\f\r");

    /// What some readers of patterns count as white space too. It is neither in `\s` nor in `\S`, so that
    /// what is written suits all of them.
    private static final CodePoints WIDE_SPACE = SPACE.or(
                    CodePoints.in("\u0085\u00A0\u1680\u2028\u2029\u202F\u205F\u3000\uFEFF"))
            .or(CodePoints.range(0x2000, 0x200A));

    private CharacterClass() {}

    /// @param negated whether the whole set will be turned round
    /// @return [CodePoints#NONE] if the letter names no class
    static CodePoints named(char letter, boolean negated) {
        return switch (letter) {
            case 'd' -> DIGITS;
            case 'D' -> DIGITS.not();
            case 'w' -> WORD;
            case 'W' -> WORD.not();
            case 's' -> negated ? WIDE_SPACE : SPACE;
            case 'S' -> negated ? SPACE.not() : WIDE_SPACE.not();
            default -> CodePoints.NONE;
        };
    }
}
