package dev.chasqui.engine;

import dev.chasqui.llama.TokenConstraint;
import dev.chasqui.llama.Vocabulary;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/// Ends a thought that takes too long: what closes it must come then, and the answer follows. Until then it is not
/// the end of the answer either.
final class ThoughtLimit implements TokenConstraint {

    private enum Phase {
        /// Nothing but spaces came, or the beginning of what opens a thought.
        BEGIN,
        THOUGHT,
        /// The tokens that close it are coming.
        CLOSING,
        OVER
    }

    private final Vocabulary vocabulary;
    private final Optional<TokenConstraint> rest;
    private final List<String> opens;
    private final List<String> closes;
    private final int[] closing;
    private final int most;
    private final int lastStart;
    private final boolean jumps;
    private Phase phase;
    private String said = "";
    private int tokens;
    private int thought;
    private int closed;

    /// @param preamble the tags; it has one that closes
    /// @param rest     what else the answer is held to
    /// @param most     tokens a thought may have, `>= 0`
    /// @param before   of the answer's tokens, the number by which the thought must be closed
    /// @param jumps    whether the closing tokens are appended without being drawn
    ThoughtLimit(
            Vocabulary vocabulary,
            Preamble preamble,
            Optional<TokenConstraint> rest,
            int most,
            int before,
            boolean jumps) {
        this.vocabulary = vocabulary;
        this.rest = rest;
        this.opens = ByteText.of(preamble.opens());
        this.closes = ByteText.of(preamble.closes());
        this.closing = vocabulary.tokenize(closing(preamble.closes().getFirst(), rest.isEmpty()), false, true);
        this.most = most;
        this.lastStart = Math.max(0, before - closing.length);
        this.jumps = jumps;
        this.phase = preamble.thinking() ? Phase.THOUGHT : Phase.BEGIN;
    }

    /// A tag in angle brackets stands in a line of its own; what an answer is held to begins right behind it.
    private static String closing(String tag, boolean free) {
        return !tag.startsWith("</") ? tag : "\n" + tag + (free ? "\n\n" : "");
    }

    @Override
    public boolean allows(int token) {
        return switch (phaseNow()) {
            case CLOSING -> token == closing[closed];
            case THOUGHT -> !vocabulary.isEndOfGeneration(token) && restAllows(token);
            case BEGIN, OVER -> restAllows(token);
        };
    }

    private boolean restAllows(int token) {
        return rest.isEmpty() || rest.get().allows(token);
    }

    @Override
    public int[] allowed() {
        Phase now = phaseNow();
        if (now == Phase.CLOSING) return new int[] {closing[closed]};
        if (now != Phase.THOUGHT && rest.isPresent()) return rest.get().allowed();
        return IntStream.range(0, vocabulary.size()).filter(this::allows).toArray();
    }

    @Override
    public void accept(int token) {
        Phase now = phaseNow();
        rest.ifPresent(constraint -> constraint.accept(token));
        tokens++;
        switch (now) {
            case CLOSING -> phase = ++closed == closing.length ? Phase.OVER : Phase.CLOSING;
            case THOUGHT -> think(said + spelled(token));
            case BEGIN -> begin(said + spelled(token));
            case OVER -> {}
        }
    }

    @Override
    public int[] forced(int most) {
        return switch (phaseNow()) {
            case CLOSING -> jumps ? close(most) : NOTHING;
            case OVER -> rest.isPresent() ? rest.get().forced(most) : NOTHING;
            case BEGIN, THOUGHT -> NOTHING;
        };
    }

    private int[] close(int most) {
        int[] next = Arrays.copyOfRange(closing, closed, Math.min(closing.length, closed + most));
        for (int token : next) accept(token);
        return next;
    }

    @Override
    public int likely() {
        return phaseNow() == Phase.OVER && rest.isPresent() ? rest.get().likely() : -1;
    }

    @Override
    public boolean isOver() {
        return phase == Phase.OVER && rest.isPresent() && rest.get().isOver();
    }

    private Phase phaseNow() {
        if (phase == Phase.THOUGHT && (thought >= most || tokens >= lastStart)) phase = Phase.CLOSING;
        return phase;
    }

    private void begin(String text) {
        String begun = text.stripLeading();
        for (String open : opens) {
            if (!begun.startsWith(open)) continue;
            phase = Phase.THOUGHT;
            said = "";
            look(begun.substring(open.length()));
            return;
        }
        said = text;
        if (opens.stream().noneMatch(open -> open.startsWith(begun))) phase = Phase.OVER;
    }

    private void think(String text) {
        thought++;
        look(text);
    }

    private void look(String text) {
        if (ByteText.containsAny(text, closes)) phase = Phase.OVER;
        else said = ByteText.end(text, closes);
    }

    private String spelled(int token) {
        return ByteText.of(vocabulary.piece(token, true));
    }
}
