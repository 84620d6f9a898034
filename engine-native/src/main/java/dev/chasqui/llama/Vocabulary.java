package dev.chasqui.llama;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;

/// A model's tokens: text to ids and back. Lives as long as its model; safe to use from many threads.
public final class Vocabulary {

    /// The longest text that is tokenised, in UTF-8 bytes; llama.cpp counts tokens in 32 bits.
    public static final int LONGEST_TEXT_BYTES = 32 << 20;

    /// The longest line that is tokenised, in characters; it bounds the stack below.
    public static final int LONGEST_LINE = 1 << 20;

    /// Some models' words are found by C++'s recursive `std::regex`, measured at up to 512 bytes of stack a
    /// character: on a common stack of 1 MiB, 4,000 letters without a space end the process. So all but short
    /// texts get a thread with this much for each; what is not touched costs nothing.
    private static final long STACK_PER_CHARACTER = 1024;

    private static final int SHORT = 256;

    private final Gate gate;
    private final MemorySegment vocab;
    private final int size;
    private final int bos;
    private final int eos;
    private final int eot;
    private final boolean addsBos;
    private final boolean addsEos;
    private final Pieces pieces;
    private final int[] suppressed;

    Vocabulary(Gate gate, MemorySegment vocab) {
        this.gate = gate;
        this.vocab = vocab;
        this.size = VocabH.vocabNTokens(vocab);
        this.pieces = new Pieces(gate, vocab, size);
        this.bos = VocabH.vocabBos(vocab);
        this.eos = VocabH.vocabEos(vocab);
        this.eot = VocabH.vocabEot(vocab);
        this.addsBos = VocabH.vocabGetAddBos(vocab);
        this.addsEos = VocabH.vocabGetAddEos(vocab);
        this.suppressed = suppressed(vocab);
    }

    private static int[] suppressed(MemorySegment vocab) {
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment count = scratch.allocate(JAVA_INT);
            MemorySegment tokens = VocabH.vocabGetSuppressTokens(vocab, count);
            return tokens.reinterpret(count.get(JAVA_INT, 0) * 4L).toArray(JAVA_INT);
        }
    }

    /// Token ids are below this.
    public int size() {
        return size;
    }

    /// The token that begins a text.
    public OptionalInt bos() {
        return known(bos);
    }

    /// The token that ends a text.
    public OptionalInt eos() {
        return known(eos);
    }

    /// The token that ends a turn of a chat.
    public OptionalInt eot() {
        return known(eot);
    }

    /// Whether the model wants its texts to begin with [#bos].
    public boolean addsBos() {
        return addsBos;
    }

    /// Whether the model wants its texts to end with [#eos].
    public boolean addsEos() {
        return addsEos;
    }

    /// @param addSpecial   adds what the model wants around a text, such as [#bos]
    /// @param parseSpecial reads special tokens spelled out in the text as such; never for a user's words
    /// @throws IllegalArgumentException if the text is over [#LONGEST_TEXT_BYTES], or a line over [#LONGEST_LINE]
    public int[] tokenize(String text, boolean addSpecial, boolean parseSpecial) {
        // Unpaired surrogates become replacement characters here, so native code sees valid UTF-8 only.
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        if (utf8.length > LONGEST_TEXT_BYTES) {
            throw new IllegalArgumentException(
                    "text is " + utf8.length + " bytes; at most " + LONGEST_TEXT_BYTES + " can be tokenised at once");
        }
        if (text.length() <= SHORT) return gate.use(() -> tokens(utf8, addSpecial, parseSpecial));
        long stack = (1L << 20) + STACK_PER_CHARACTER * longestRun(text);
        return gate.use(() -> DeepStack.call(stack, () -> tokens(utf8, addSpecial, parseSpecial)));
    }

    private int[] tokens(byte[] utf8, boolean addSpecial, boolean parseSpecial) {
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment bytes = scratch.allocate(utf8.length + 1L);
            MemorySegment.copy(utf8, 0, bytes, JAVA_BYTE, 0, utf8.length);
            int capacity = utf8.length / 2 + 16;
            MemorySegment tokens = scratch.allocate(JAVA_INT, capacity);
            int count = VocabH.tokenize(vocab, bytes, utf8.length, tokens, capacity, addSpecial, parseSpecial);
            if (count < 0 && count != Integer.MIN_VALUE) {
                tokens = scratch.allocate(JAVA_INT, -count);
                count = VocabH.tokenize(vocab, bytes, utf8.length, tokens, -count, addSpecial, parseSpecial);
            }
            if (count < 0) throw new LlamaException("a text of " + utf8.length + " bytes cannot be tokenised");
            return tokens.asSlice(0, count * 4L).toArray(JAVA_INT);
        }
    }

    /// The most characters a tokeniser's pattern can match at once: the whole of a short text, or of a long one
    /// the longest line or run of empty lines.
    private static int longestRun(String text) {
        if (text.length() <= LONGEST_LINE) return text.length();
        int longest = 0;
        int start = 0;
        for (int i = 1; i <= text.length(); i++) {
            if (i < text.length() && (text.charAt(i) == '\n') == (text.charAt(i - 1) == '\n')) continue;
            longest = Math.max(longest, i - start);
            start = i;
        }
        if (longest > LONGEST_LINE) {
            throw new IllegalArgumentException(
                    "a line of " + longest + " characters; at most " + LONGEST_LINE + " can be tokenised");
        }
        return LONGEST_LINE;
    }

    /// The bytes a token stands for; they may be part of a character only.
    ///
    /// @param special writes special tokens out; without it they are empty
    /// @return a copy
    /// @throws IllegalArgumentException if there is no such token
    public byte[] piece(int token, boolean special) {
        check(token);
        Pieces.Piece piece = pieces.get(token);
        return piece.hidden() && !special ? new byte[0] : piece.bytes().clone();
    }

    /// Reads all pieces at once, for whoever needs every one; else each is read when it is first asked for.
    public void readPieces() {
        pieces.readAll();
    }

    /// The text of tokens; bytes that are no UTF-8 become replacement characters.
    ///
    /// @throws IllegalArgumentException if one of them does not exist, or their text is over [#LONGEST_TEXT_BYTES]
    public String detokenize(int[] tokens, boolean special) {
        requireShort(tokens);
        return gate.use(() -> {
            try (Arena scratch = Arena.ofConfined()) {
                MemorySegment ids = scratch.allocateFrom(JAVA_INT, tokens);
                MemorySegment text = scratch.allocate(tokens.length * 8L + 16);
                int length = VocabH.detokenize(vocab, ids, tokens.length, text, (int) text.byteSize(), false, special);
                if (length < 0) {
                    text = scratch.allocate(-length);
                    length = VocabH.detokenize(vocab, ids, tokens.length, text, -length, false, special);
                }
                byte[] bytes = text.asSlice(0, length).toArray(JAVA_BYTE);
                return new String(bytes, StandardCharsets.UTF_8);
            }
        });
    }

    private void requireShort(int[] tokens) {
        long bytes = 0; // llama.cpp may add a byte for a space, and counts in 32 bits
        for (int token : tokens) {
            check(token);
            bytes += pieces.get(token).bytes().length + 1;
        }
        if (bytes > LONGEST_TEXT_BYTES) {
            throw new IllegalArgumentException(tokens.length + " tokens stand for some " + bytes + " bytes; at most "
                    + LONGEST_TEXT_BYTES + " can be written out at once");
        }
    }

    /// Whether this token ends a generation.
    ///
    /// @throws IllegalArgumentException if there is no such token
    public boolean isEndOfGeneration(int token) {
        check(token);
        return pieces.get(token).ends();
    }

    /// Whether this token steers the model and is no text.
    ///
    /// @throws IllegalArgumentException if there is no such token
    public boolean isControl(int token) {
        check(token);
        return pieces.get(token).control();
    }

    /// Tokens the model's file says it must never say; mostly none. Not a copy.
    int[] suppressed() {
        return suppressed;
    }

    MemorySegment address() {
        return vocab;
    }

    private OptionalInt known(int token) {
        return token < 0 || token >= size ? OptionalInt.empty() : OptionalInt.of(token);
    }

    /// @throws IllegalArgumentException if there is no such token
    void check(int token) {
        if (token < 0 || token >= size) {
            throw new IllegalArgumentException("token " + token + " does not exist; the vocabulary has " + size);
        }
    }
}
