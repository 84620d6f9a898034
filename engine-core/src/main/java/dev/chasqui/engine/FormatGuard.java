package dev.chasqui.engine;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.BackendException.Kind;
import dev.chasqui.api.Chunk;
import dev.chasqui.api.DoneReason;
import dev.chasqui.api.Settings.OnLength;
import dev.chasqui.api.Summary;
import dev.chasqui.json.JsonCursor;
import dev.chasqui.json.JsonGrammar;
import dev.chasqui.json.SchemaException;
import dev.chasqui.json.Violation;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Looks at an answer as its caller has got it, when it ends: one that is cut off is closed or becomes an error, and
/// one that does not keep to its format never ends well, whatever let it through. Used by one thread.
final class FormatGuard {

    /// For answers without a format.
    static final FormatGuard NONE = new FormatGuard(null, OnLength.ERROR, 0);

    private final @Nullable JsonGrammar grammar;
    private final OnLength onLength;
    private final int most;
    private final StringBuilder text = new StringBuilder();
    private boolean calls;

    private FormatGuard(@Nullable JsonGrammar grammar, OnLength onLength, int most) {
        this.grammar = grammar;
        this.onLength = onLength;
        this.most = most;
    }

    /// @param most the answer's most tokens, for the message
    static FormatGuard of(JsonGrammar grammar, OnLength onLength, int most) {
        return new FormatGuard(grammar, onLength, most);
    }

    void take(Chunk chunk) {
        if (grammar == null) return;
        text.append(chunk.text());
        calls |= !chunk.toolCalls().isEmpty();
    }

    /// The end of the answer.
    ///
    /// @param late whether its deadline cut it off
    /// @return what closes it, if something does
    /// @throws BackendException if it is not what it should be
    Optional<Chunk> end(Summary summary, boolean late) {
        if (grammar == null || calls) return Optional.empty();
        Optional<String> closing =
                summary.reason() == DoneReason.LENGTH ? closing(grammar, summary, late) : Optional.empty();
        closing.ifPresent(text::append);
        Optional<Violation> wrong = grammar.schema().check(text.toString());
        if (wrong.isPresent()) throw isBegun(grammar) ? cutOffByStop() : wrong(wrong.get());
        return closing.map(Chunk::ofText);
    }

    private Optional<String> closing(JsonGrammar grammar, Summary summary, boolean late) {
        JsonCursor cursor = grammar.cursor();
        try {
            if (!cursor.advance(text.toString())) throw cutOff(summary, late);
        } catch (SchemaException e) {
            throw Refusals.ofFormat(e);
        }
        if (cursor.isOver()) return Optional.empty();
        if (onLength == OnLength.ERROR) throw cutOff(summary, late);
        return Optional.of(new String(cursor.closing(), StandardCharsets.UTF_8)).filter(rest -> !rest.isEmpty());
    }

    /// Whether what came is how an answer in this format begins.
    private boolean isBegun(JsonGrammar grammar) {
        JsonCursor cursor = grammar.cursor();
        try {
            return cursor.advance(text.toString()) && !cursor.isOver();
        } catch (SchemaException e) {
            throw Refusals.ofFormat(e);
        }
    }

    private static BackendException cutOffByStop() {
        return new BackendException(
                Kind.INCOMPLETE,
                "a stop string ended the answer before its JSON was complete; leave stop out, or choose one that"
                        + " cannot be part of the JSON");
    }

    private BackendException cutOff(Summary summary, boolean late) {
        String why = late
                ? "the deadline passed after " + summary.evalTokens()
                        + " tokens, before the answer's JSON was complete;" + " give it more time"
                : summary.evalTokens() >= most
                        ? "the answer was cut off after " + summary.evalTokens()
                                + " tokens, before its JSON was complete; raise num_predict, bound its texts with maxLength"
                        : "the context was full after " + summary.evalTokens()
                                + " tokens, before the answer's JSON was complete; raise num_ctx";
        return new BackendException(
                late ? Kind.TOO_LATE : Kind.INCOMPLETE, why + ", or set on_length to \"close\" to have it closed");
    }

    /// The grammar should make it impossible.
    private static BackendException wrong(Violation wrong) {
        return new BackendException(
                Kind.FAILED, "the answer does not keep to its format: " + wrong + "; this is a bug of chasqui's");
    }
}
