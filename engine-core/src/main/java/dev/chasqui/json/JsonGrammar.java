package dev.chasqui.json;

/// The answers that are written for a schema, as llama.cpp's grammar and as an automaton: both allow exactly
/// the same texts, and every one of them follows the schema. Never changes; safe to use from many threads.
public final class JsonGrammar {

    private final JsonSchema schema;
    private final String gbnf;
    private final State start;

    JsonGrammar(JsonSchema schema, Expr expr) {
        this.schema = schema;
        this.gbnf = Gbnf.of(expr);
        this.start = State.start(expr);
    }

    public JsonSchema schema() {
        return schema;
    }

    /// The grammar in llama.cpp's notation; its start is `root`.
    public String gbnf() {
        return gbnf;
    }

    /// A cursor before the answer's first character.
    public JsonCursor cursor() {
        return new JsonCursor(start);
    }
}
