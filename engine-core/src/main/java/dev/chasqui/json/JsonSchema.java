package dev.chasqui.json;

import java.util.Optional;

/// A JSON schema of the subset that answers can be held to; see `docs/structured-output.md`. Never changes;
/// safe to use from many threads.
public final class JsonSchema {

    /// Any JSON object, as Ollama's `"format": "json"` asks for.
    public static final JsonSchema ANY_OBJECT = parse("{\"type\":\"object\"}");

    private final Schema root;

    private JsonSchema(Schema root) {
        this.root = root;
    }

    /// @param text a schema as JSON text, at most 262,144 characters
    /// @throws SchemaException if it is no JSON, goes beyond the subset or its limits
    public static JsonSchema parse(String text) {
        try {
            return new JsonSchema(SchemaReader.read(JsonReader.read(text, Limits.SCHEMA_LENGTH, Limits.DEPTH)));
        } catch (NotJsonException e) {
            throw new SchemaException("", "the schema " + e.problem);
        }
    }

    /// Builds the grammar for answers of this form; takes milliseconds, so keep it: [JsonGrammars] does.
    ///
    /// @throws SchemaException if no answer can follow the schema, or it takes a grammar beyond the limits
    public JsonGrammar grammar(Spacing spacing) {
        return new JsonGrammar(this, Compiler.compile(root, spacing));
    }

    /// Checks a finished text: whether it is one JSON value that follows the schema, in whatever order and
    /// with whatever white space.
    ///
    /// @return the first thing that is wrong; empty if nothing is
    public Optional<Violation> check(String text) {
        try {
            return Checker.check(root, JsonReader.read(text, Limits.ANSWER_LENGTH, Limits.ANSWER_DEPTH));
        } catch (NotJsonException e) {
            return Optional.of(new Violation("", e.problem));
        } catch (SchemaException e) {
            return Optional.of(new Violation("", "cannot be checked: " + e.getMessage()));
        }
    }
}
