package dev.chasqui.engine;

import dev.chasqui.llama.TokenConstraint;
import java.util.List;
import java.util.stream.Stream;

/// Lets a model think first, or call a tool instead, and holds only its answer to the constraint: that sleeps until
/// the thought is closed.
final class AfterPreamble implements TokenConstraint {

    private enum Phase {
        /// Nothing of the answer is there yet.
        BEGIN,
        THOUGHT,
        ANSWER,
        CALL
    }

    private final SortedVocabulary words;
    private final TokenConstraint answer;
    private final List<String> closes;
    private final List<String> calls;
    private List<String> opens;
    private Phase phase;
    /// What was said since the phase began; of a thought only as much as a tag is long.
    private String said = "";

    private AfterPreamble(SortedVocabulary words, Preamble preamble, TokenConstraint answer) {
        this.words = words;
        this.answer = answer;
        this.opens = ByteText.of(preamble.opens());
        this.closes = ByteText.of(preamble.closes());
        this.calls = ByteText.of(preamble.calls());
        this.phase = preamble.thinking() ? Phase.THOUGHT : Phase.BEGIN;
    }

    /// @param answer what holds the answer proper
    static TokenConstraint of(SortedVocabulary words, Preamble preamble, TokenConstraint answer) {
        return preamble.isEmpty() ? answer : new AfterPreamble(words, preamble, answer);
    }

    @Override
    public boolean allows(int token) {
        return switch (phase) {
            case ANSWER -> answer.allows(token);
            case CALL -> true;
            case THOUGHT -> !words.ends(token) && closesCleanly(said + spelled(token));
            case BEGIN ->
                (said.isEmpty() && answer.allows(token)) || mayBegin(said + spelled(token), words.ends(token));
        };
    }

    @Override
    public int[] allowed() {
        return phase == Phase.ANSWER ? answer.allowed() : words.all(this::allows);
    }

    @Override
    public void accept(int token) {
        switch (phase) {
            case ANSWER -> answer.accept(token);
            case CALL -> {}
            case THOUGHT -> think(said + spelled(token));
            case BEGIN -> begin(token);
        }
    }

    @Override
    public int[] forced(int most) {
        return phase == Phase.ANSWER ? answer.forced(most) : NOTHING;
    }

    @Override
    public int likely() {
        return phase == Phase.ANSWER ? answer.likely() : -1;
    }

    @Override
    public boolean isOver() {
        return phase == Phase.ANSWER && answer.isOver();
    }

    private void begin(int token) {
        if (said.isEmpty() && answer.allows(token)) {
            phase = Phase.ANSWER;
            answer.accept(token);
            return;
        }
        said += spelled(token);
        for (String open : opens) {
            if (!said.startsWith(open)) continue;
            phase = Phase.THOUGHT;
            think(said.substring(open.length()));
            return;
        }
        if (calls.stream().anyMatch(said::startsWith)) phase = Phase.CALL;
    }

    private void think(String text) {
        if (ByteText.containsAny(text, closes)) {
            said = "";
            opens = List.of(); // one thought is enough
            phase = calls.isEmpty() ? Phase.ANSWER : Phase.BEGIN;
        } else {
            said = ByteText.end(text, closes);
        }
    }

    /// Behind the tag that closes the thought its token has nothing but white space: the answer begins with its own.
    private boolean closesCleanly(String text) {
        for (String close : closes) {
            int at = text.indexOf(close);
            if (at >= 0 && !text.substring(at + close.length()).isBlank()) return false;
        }
        return true;
    }

    private boolean mayBegin(String text, boolean ends) {
        return !ends
                && !text.equals(said)
                && Stream.concat(opens.stream(), calls.stream())
                        .anyMatch(known -> known.startsWith(text) || text.startsWith(known));
    }

    private String spelled(int token) {
        return ByteText.of(words.spelled(token));
    }
}
