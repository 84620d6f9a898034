package dev.chasqui.engine;

import dev.chasqui.api.BackendException;
import dev.chasqui.llama.Vocabulary;
import java.util.Arrays;

/// Turns texts into the tokens a model makes vectors of: with what the model wants around them, and special
/// tokens read as such, as llama-server does.
final class EmbeddingTexts {

    private final Vocabulary vocabulary;
    private final int most;
    private final boolean truncate;
    private int cut;

    /// @param most     tokens a text may have
    /// @param truncate whether a longer one is cut
    EmbeddingTexts(Vocabulary vocabulary, int most, boolean truncate) {
        this.vocabulary = vocabulary;
        this.most = most;
        this.truncate = truncate;
    }

    /// @param index its place among the request's texts
    /// @throws BackendException if it is empty or too long
    int[] tokens(String text, int index) {
        int[] tokens;
        try {
            tokens = vocabulary.tokenize(text, true, true);
        } catch (IllegalArgumentException e) {
            throw new BackendException(BackendException.Kind.INVALID, "input[" + index + "]: " + e.getMessage(), e);
        }
        if (tokens.length == 0) {
            throw BackendException.invalid("input[" + index + "] has no tokens; leave it out, or send some text");
        }
        if (tokens.length <= most) return tokens;
        if (!truncate) throw BackendException.invalid("the input length exceeds the context length");
        cut++;
        return cut(text, tokens);
    }

    /// Texts that were cut.
    int cut() {
        return cut;
    }

    /// The end of the words goes; what the model wants before and after them stays.
    private int[] cut(String text, int[] tokens) {
        int[] words = vocabulary.tokenize(text, false, true);
        int around = tokens.length - words.length;
        int left = most - around;
        if (left <= 0) throw BackendException.invalid("input after truncation exceeds maximum context length");
        int before = indexOf(words, tokens);
        int[] shorter = new int[most];
        System.arraycopy(tokens, 0, shorter, 0, before + left);
        System.arraycopy(tokens, before + words.length, shorter, before + left, around - before);
        return shorter;
    }

    private static int indexOf(int[] words, int[] tokens) {
        for (int i = 0; i + words.length <= tokens.length; i++) {
            if (Arrays.equals(tokens, i, i + words.length, words, 0, words.length)) return i;
        }
        return 0; // a tokeniser that reads words otherwise when they stand alone: what is before them is cut with them
    }
}
