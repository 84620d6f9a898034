package dev.chasqui.json;

import java.util.LinkedHashMap;
import java.util.Map;

/// The grammars of the schemas used last. Safe to use from many threads.
public final class JsonGrammars {

    private static final String ANY_OBJECT = "\"json\"";

    private final Spacing spacing;
    private final Map<String, JsonGrammar> kept;

    /// @param most how many grammars are kept; the one that was not used for longest goes first
    public JsonGrammars(Spacing spacing, int most) {
        if (most < 1) throw new IllegalArgumentException("most is " + most + "; expected at least 1");
        this.spacing = spacing;
        this.kept = new LinkedHashMap<>(16, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<String, JsonGrammar> eldest) {
                return size() > most;
            }
        };
    }

    /// The grammar of a request's `format`: a schema as JSON text, or `"json"` in its quotes for any object.
    ///
    /// @throws SchemaException if the schema cannot be used
    public JsonGrammar of(String format) {
        synchronized (kept) {
            JsonGrammar known = kept.get(format);
            if (known != null) return known;
        }
        // Outside of the lock: a hard schema holds nobody up. Two at once build the same.
        JsonSchema schema = format.equals(ANY_OBJECT) ? JsonSchema.ANY_OBJECT : JsonSchema.parse(format);
        JsonGrammar grammar = schema.grammar(spacing);
        synchronized (kept) {
            kept.put(format, grammar);
        }
        return grammar;
    }
}
