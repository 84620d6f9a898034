package dev.chasqui.engine;

import dev.chasqui.json.JsonCursor;
import dev.chasqui.llama.TokenConstraint;
import java.util.Arrays;
import java.util.stream.IntStream;

/// Holds an answer to a JSON grammar, token by token, and puts the text that must follow into tokens.
///
/// The last token of such a text might have been a longer one, had the model written it itself: `":"` where it
/// likes `":"/`. Where the vocabulary has one that fits, the last token is only likely, and the model chooses.
final class JsonConstraint implements TokenConstraint {

    /// Characters that are put into tokens at once.
    private static final int LONGEST = 512;

    private final SortedVocabulary words;
    private final JsonCursor cursor;
    private final boolean jumps;
    private int likely = -1;

    /// @param cursor at the beginning
    /// @param jumps  whether text that must follow is told; else the model draws it
    JsonConstraint(SortedVocabulary words, JsonCursor cursor, boolean jumps) {
        this.words = words;
        this.cursor = cursor;
        this.jumps = jumps;
    }

    @Override
    public boolean allows(int token) {
        if (words.ends(token)) return likely < 0 && cursor.isComplete();
        byte[] text = words.text(token);
        if (text.length == 0) return false;
        if (token == likely) return true;
        return (likely < 0 || words.isLonger(token, likely)) && cursor.accepts(text);
    }

    @Override
    public int[] allowed() {
        if (likely >= 0) {
            return IntStream.concat(IntStream.of(likely), IntStream.of(words.longer(likely, cursor)))
                    .sorted()
                    .toArray();
        }
        int[] fitting = words.fitting(cursor);
        if (!cursor.isComplete()) return fitting;
        return IntStream.concat(IntStream.of(words.all(words::ends)), IntStream.of(fitting))
                .sorted()
                .toArray();
    }

    @Override
    public void accept(int token) {
        likely = -1;
        if (words.ends(token)) return;
        if (!cursor.advance(words.text(token))) {
            throw new IllegalStateException("token " + token + " came, which does not fit the answer's format");
        }
    }

    @Override
    public int[] forced(int most) {
        if (!jumps || likely >= 0 || most == 0) return NOTHING;
        String text = cursor.forced(LONGEST);
        if (text.isEmpty()) return NOTHING;
        int[] tokens = words.tokens(text);
        if (tokens.length <= most) return upToTheLast(tokens);
        int[] first = Arrays.copyOf(tokens, most);
        goOn(first);
        return first;
    }

    /// The last one is certain only if no longer one fits. Where it is the only one, nothing is gained by guessing.
    private int[] upToTheLast(int[] tokens) {
        if (tokens.length == 0) return NOTHING;
        int last = tokens[tokens.length - 1];
        JsonCursor before = cursor.copy();
        int[] certain = Arrays.copyOf(tokens, tokens.length - 1);
        for (int token : certain) before.advance(words.text(token));
        if (!words.hasLonger(last, before)) {
            goOn(tokens);
            return tokens;
        }
        if (certain.length == 0) return NOTHING;
        goOn(certain);
        likely = last;
        return certain;
    }

    private void goOn(int[] tokens) {
        for (int token : tokens) accept(token);
    }

    @Override
    public int likely() {
        return likely;
    }

    @Override
    public boolean isOver() {
        return likely < 0 && cursor.isOver();
    }
}
