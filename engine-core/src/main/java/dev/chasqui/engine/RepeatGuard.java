package dev.chasqui.engine;

import java.util.Arrays;

/// Notices a model that says the same thing over and over: more than thirty tokens in a row whose texts are equal but
/// for the spaces around them. Blank ones are equal to each other.
final class RepeatGuard {

    private static final int MOST = 30;

    private byte[] last = {};
    private int repeats;

    /// Takes in a token's text.
    ///
    /// @return whether it was said too often
    boolean isStuck(byte[] piece) {
        byte[] word = trimmed(piece);
        repeats = Arrays.equals(word, last) ? repeats + 1 : 0;
        last = word;
        return repeats > MOST;
    }

    private static byte[] trimmed(byte[] piece) {
        int from = 0;
        int to = piece.length;
        while (from < to && isSpace(piece[from])) from++;
        while (to > from && isSpace(piece[to - 1])) to--;
        return from == 0 && to == piece.length ? piece : Arrays.copyOfRange(piece, from, to);
    }

    private static boolean isSpace(byte b) {
        return b == ' ' || b >= '\t' && b <= '\r';
    }
}
