package dev.chasqui.llama.common;

import dev.chasqui.llama.LlamaException;
import java.nio.charset.StandardCharsets;

/// Grammars that make a model answer in JSON.
public final class JsonSchemaGrammar {

    /// Any JSON object, as Ollama's `"format": "json"` asks for.
    public static final String ANY_OBJECT = """
            root   ::= object
            value  ::= object | array | string | number | ("true" | "false" | "null") ws
            object ::= "{" ws ( string ":" ws value ("," ws string ":" ws value)* )? "}" ws
            array  ::= "[" ws ( value ("," ws value)* )? "]" ws
            string ::= "\\"" ( [^"\\\\\\x7F\\x00-\\x1F] | "\\\\" (["\\\\bfnrt/] | "u" [0-9a-fA-F]{4}) )* "\\"" ws
            number ::= "-"? ("0" | [1-9] [0-9]{0,15}) ("." [0-9]{1,16})? ([eE] [-+]? [0-9]{1,3})? ws
            ws     ::= | " " | "\\n" [ \\t]{0,20}
            """;

    private JsonSchemaGrammar() {}

    /// @param schemaJson a JSON schema; what `common` does not know of it is an error, except patterns, which are
    ///     ignored where they are beyond it
    /// @throws IllegalArgumentException if the text is too long, nested too deep or not an object
    /// @throws LlamaException if the schema has no grammar; the message says why
    public static String toGbnf(String schemaJson) {
        JsonText.requireSchema("the JSON schema", schemaJson, '{');
        byte[] schema = schemaJson.getBytes(StandardCharsets.UTF_8);
        return Gbnf.require(Adapter.ask(
                        "turning the JSON schema into a grammar",
                        Adapter.LIMIT,
                        () -> AdapterJni.schema_to_gbnf(schema))
                .next());
    }
}
