package dev.chasqui.schedule;

import java.util.Arrays;

/// Guesses an answer's next tokens by looking its last few up in the text so far: prices, names and JSON keys come
/// again. Whoever checks the guesses says how many were right; when few are, guessing pauses, longer each time.
final class Drafts {

    private static final int MATCH = 3;
    private static final int FIRST_PAUSE = 16;
    private static final int LONGEST_PAUSE = 512;

    private final int most;
    private double hitRate = 0.5;
    private int pause = FIRST_PAUSE;
    private int skip;

    /// @param most tokens to guess at once; `0` never guesses
    Drafts(int most) {
        this.most = most;
    }

    /// What followed the last place where the text ended as it does now; nothing if there is none.
    int[] guess(int[] tokens, int length, int room) {
        int wanted = Math.min(most, room);
        if (wanted < 1 || length <= MATCH) return new int[0];
        if (skip > 0) {
            skip--;
            return new int[0];
        }
        for (int end = length - 1; end >= MATCH; end--) {
            if (!Arrays.equals(tokens, end - MATCH, end, tokens, length - MATCH, length)) continue;
            return Arrays.copyOfRange(tokens, end, Math.min(end + wanted, length));
        }
        return new int[0];
    }

    /// @param guessed tokens that were in the batch for nothing but a guess
    /// @param right   how many of them were drawn then
    void checked(int guessed, int right) {
        if (guessed == 0) return;
        hitRate += 0.2 * ((double) right / guessed - hitRate);
        if (hitRate > 0.4) {
            pause = FIRST_PAUSE;
        } else {
            skip = pause;
            pause = Math.min(2 * pause, LONGEST_PAUSE);
            hitRate = 0.5;
        }
    }
}
