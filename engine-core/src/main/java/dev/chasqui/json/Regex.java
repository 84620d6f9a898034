package dev.chasqui.json;

/// A condition on a string's value, by a regular expression.
final class Regex {

    private final String source;
    private final Expr values;
    private final State start;

    Regex(String source) throws PatternException {
        this.source = source;
        this.values = PatternParser.parse(source);
        this.start = State.start(values);
    }

    /// The values it matches, character by character.
    Expr values() {
        return values;
    }

    /// Takes time in proportion to the length of the text, whatever the pattern.
    ///
    /// @throws SchemaException if the pattern is so ambiguous that it takes too long
    boolean matches(String value) {
        State end = start.walk(value);
        return end != null && end.complete;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Regex regex && source.equals(regex.source);
    }

    @Override
    public int hashCode() {
        return source.hashCode();
    }

    @Override
    public String toString() {
        return source;
    }
}
