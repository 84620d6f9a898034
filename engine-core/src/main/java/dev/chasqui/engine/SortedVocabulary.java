package dev.chasqui.engine;

import dev.chasqui.json.JsonCursor;
import dev.chasqui.llama.Vocabulary;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/// A vocabulary's texts in the order of their bytes, so that all tokens that fit a grammar are found without trying
/// each: what a refused beginning has in common with others refuses them, too.
///
/// Tokens that are no text (signals to the model, and those that end a generation) are not among them. Never changes;
/// safe to use from many threads. Reading all of a large vocabulary takes some 100 ms, so it is made when it is first
/// needed.
final class SortedVocabulary {

    private static final byte[] NONE = {};
    private static final byte[][] SINGLE = new byte[256][];

    static {
        for (int value = 0; value < 256; value++) SINGLE[value] = new byte[] {(byte) value};
    }

    private final Vocabulary vocabulary;
    /// By token; empty where it is no text.
    private final byte[][] texts;
    /// Tokens by their texts.
    private final int[] sorted;
    /// Leading bytes that each has in common with the one before it.
    private final int[] common;

    private final int longest;

    SortedVocabulary(Vocabulary vocabulary) {
        this.vocabulary = vocabulary;
        vocabulary.readPieces();
        this.texts = new byte[vocabulary.size()][];
        for (int token = 0; token < texts.length; token++) {
            texts[token] = isText(token) ? vocabulary.piece(token, false) : NONE;
        }
        this.sorted = IntStream.range(0, texts.length)
                .filter(token -> texts[token].length > 0)
                .boxed()
                .sorted((a, b) -> Arrays.compareUnsigned(texts[a], texts[b]))
                .mapToInt(Integer::intValue)
                .toArray();
        this.common = new int[sorted.length];
        int most = 0;
        for (int i = 0; i < sorted.length; i++) {
            byte[] text = texts[sorted[i]];
            most = Math.max(most, text.length);
            if (i > 0) common[i] = common(texts[sorted[i - 1]], text);
        }
        this.longest = most;
    }

    private boolean isText(int token) {
        return !vocabulary.isControl(token) && !vocabulary.isEndOfGeneration(token);
    }

    int size() {
        return texts.length;
    }

    /// The bytes of a token; empty if it is no text. Not a copy.
    byte[] text(int token) {
        return texts[token];
    }

    /// The bytes of a token as they are written out, signals too.
    byte[] spelled(int token) {
        return vocabulary.piece(token, true);
    }

    boolean ends(int token) {
        return vocabulary.isEndOfGeneration(token);
    }

    /// All tokens of which this is true, by growing id.
    int[] all(IntPredicate wanted) {
        return IntStream.range(0, texts.length).filter(wanted).toArray();
    }

    /// The tokens whose texts fit here, by growing id; none that ends the generation.
    int[] fitting(JsonCursor here) {
        JsonCursor[] walked = new JsonCursor[longest + 1]; // behind so many bytes of the present text
        walked[0] = here;
        int known = 0;
        int refused = Integer.MAX_VALUE; // bytes of the last text that was tried which no text may begin with
        IntStream.Builder fitting = IntStream.builder();
        for (int i = 0; i < sorted.length; i++) {
            if (common[i] >= refused) continue;
            byte[] text = texts[sorted[i]];
            known = Math.min(known, common[i]);
            refused = Integer.MAX_VALUE;
            while (known < text.length && refused == Integer.MAX_VALUE) {
                JsonCursor next = walked[known].copy();
                if (next.advance(SINGLE[text[known] & 0xFF])) walked[++known] = next;
                else refused = known + 1;
            }
            if (refused == Integer.MAX_VALUE) fitting.add(sorted[i]);
        }
        return fitting.build().sorted().toArray();
    }

    /// The tokens that fit here, and begin with the text of this one and go on; by growing id.
    int[] longer(int token, JsonCursor here) {
        return longerRanks(token)
                .map(i -> sorted[i])
                .filter(other -> isLonger(other, token) && here.accepts(texts[other]))
                .sorted()
                .toArray();
    }

    /// Whether there is one.
    boolean hasLonger(int token, JsonCursor here) {
        return longerRanks(token).anyMatch(i -> isLonger(sorted[i], token) && here.accepts(texts[sorted[i]]));
    }

    private IntStream longerRanks(int token) {
        return IntStream.range(behind(texts[token]), sorted.length)
                .takeWhile(i -> startsWith(texts[sorted[i]], texts[token]));
    }

    /// Whether a token's text begins with another's and goes on.
    boolean isLonger(int token, int other) {
        return texts[token].length > texts[other].length && startsWith(texts[token], texts[other]);
    }

    /// A text in tokens that say nothing but this text: as the vocabulary itself would put it, or, where that begins
    /// every text with a space, the longest tokens one after another.
    ///
    /// @return empty if there are no such tokens
    int[] tokens(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int[] own = vocabulary.tokenize(text, false, false);
        return says(own, bytes) ? own : longestTokens(bytes);
    }

    private boolean says(int[] tokens, byte[] bytes) {
        int at = 0;
        for (int token : tokens) {
            byte[] text = texts[token];
            int end = at + text.length;
            if (text.length == 0 || end > bytes.length || !Arrays.equals(text, 0, text.length, bytes, at, end)) {
                return false;
            }
            at = end;
        }
        return at == bytes.length;
    }

    /// The longest token that fits, then the longest that fits behind it, to the end; empty if that leads nowhere.
    int[] longestTokens(byte[] bytes) {
        IntStream.Builder tokens = IntStream.builder();
        int at = 0;
        while (at < bytes.length) {
            int length = Math.min(longest, bytes.length - at);
            int found = -1;
            while (length > 0 && found < 0) {
                byte[] part = Arrays.copyOfRange(bytes, at, at + length);
                int place = behind(part);
                if (place > 0 && Arrays.equals(texts[sorted[place - 1]], part)) found = sorted[place - 1];
                else length--;
            }
            if (found < 0) return new int[0];
            tokens.add(found);
            at += length;
        }
        return tokens.build().toArray();
    }

    /// How many texts are not behind this one.
    private int behind(byte[] text) {
        int low = 0;
        int high = sorted.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (Arrays.compareUnsigned(texts[sorted[middle]], text) <= 0) low = middle + 1;
            else high = middle;
        }
        return low;
    }

    private static boolean startsWith(byte[] text, byte[] beginning) {
        return text.length >= beginning.length && common(text, beginning) == beginning.length;
    }

    private static int common(byte[] one, byte[] other) {
        int different = Arrays.mismatch(one, other);
        return different < 0 ? one.length : different;
    }
}
