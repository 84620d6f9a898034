package dev.chasqui.gguf;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The kinds of tokenisers llama.cpp has, and what each needs of a vocabulary. Ids are what it takes where a file
/// gives none; `-1` is none.
enum Tokeniser {
    /// Looks up what it cannot join byte by byte.
    PIECES("llama", 1, 2, 0, -1),
    WORDS("bert", 101, -1, 100, 102),
    PAIRS("gpt2 hybriddna whitespace", 11, 11, -1, -1),
    GEMMA4("gemma4", -1, -1, -1, -1),
    UNIGRAM("t5", -1, 1, 2, -1),
    RWKV("rwkv", -1, -1, -1, -1),
    PLAMO2("plamo2", 1, 2, 0, -1),
    TEST("test", -1, -1, -1, -1);

    private final String models;
    final int start;
    final int end;
    final int unknown;
    final int separator;

    /// Whether it adds the first token to a text, if the file does not say. Some with merges do, by a name in another
    /// key; whoever has 12 tokens has that one.
    final boolean addsStart;

    final boolean alwaysAddsStart;
    final boolean addsEnd;
    final boolean addsSeparator;
    /// Whether texts it does not know become the unknown token.
    final boolean needsUnknown;

    final boolean merges;
    /// Whether it puts tokens into a tree, with a call inside a call for each byte.
    final boolean inTree;

    Tokeniser(String models, int start, int end, int unknown, int separator) {
        this.models = models;
        this.start = start;
        this.end = end;
        this.unknown = unknown;
        this.separator = separator;
        boolean words = models.equals("bert");
        boolean unigram = models.equals("t5");
        boolean gemma4 = models.equals("gemma4");
        this.merges = models.startsWith("gpt2") || gemma4;
        this.addsStart = models.equals("llama") || merges;
        this.alwaysAddsStart = words || gemma4;
        this.addsEnd = unigram;
        this.addsSeparator = words;
        this.needsUnknown = words || unigram;
        this.inTree = unigram || models.equals("rwkv") || models.equals("plamo2");
    }

    static Optional<Tokeniser> of(String model) {
        return Arrays.stream(values())
                .filter(each -> Arrays.asList(each.models.split(" ")).contains(model))
                .findFirst();
    }

    static String names() {
        return "one of "
                + Stream.of(values())
                        .map(each -> each.models.replace(" ", ", "))
                        .collect(Collectors.joining(", "));
    }

    /// Notes which bytes a token stands for or begins with, as far as it matters.
    void note(byte[] bytes, int start, int end, BitSet whole, BitSet first) {
        switch (this) {
            case PIECES, PLAMO2 -> {
                if (end - start == 1) whole.set(bytes[start] & 0xff);
                int value = hex(bytes, start, end);
                if (value >= 0) whole.set(value);
            }
            case RWKV -> {
                byte[] read = Escapes.read(bytes, start, end);
                if (read.length > 0) first.set(read[0] & 0xff);
                if (read.length == 1) whole.set(read[0] & 0xff);
            }
            default -> {}
        }
    }

    /// Which bytes it lacks, in words; empty if none.
    Optional<String> missing(BitSet whole, BitSet first) {
        if (this == RWKV) {
            BitSet alone = (BitSet) first.clone();
            alone.andNot(whole);
            return alone.isEmpty()
                    ? Optional.empty()
                    : Optional.of("a token for the byte " + shown(alone.nextSetBit(0)) + " alone, too");
        }
        if (this != PIECES && this != PLAMO2) return Optional.empty();
        for (int value = whole.nextClearBit(0); value < 256; value = whole.nextClearBit(value + 1)) {
            boolean inTexts = value < 0xC0 || (value > 0xC1 && value < 0xF5);
            if (inTexts || this == PLAMO2) return Optional.of("a token " + shown(value));
        }
        return Optional.empty();
    }

    private static String shown(int value) {
        return String.format("<0x%02X>", value);
    }

    /// Whether a token of the type for bytes can be read as one.
    boolean isByte(byte[] bytes, int start, int end) {
        return this != WORDS && (hexAnyCase(bytes, start, end) >= 0 || this == RWKV || this == TEST);
    }

    String byteForm() {
        return this == WORDS ? "no such token" : "<0x00> to <0xFF>";
    }

    private static int hex(byte[] bytes, int start, int end) {
        int value = hexAnyCase(bytes, start, end);
        return value >= 0 && shown(value).equals(new String(bytes, start, end - start, StandardCharsets.ISO_8859_1))
                ? value
                : -1;
    }

    private static int hexAnyCase(byte[] bytes, int start, int end) {
        if (end - start != 6 || bytes[start] != '<' || bytes[start + 1] != '0' || bytes[start + 2] != 'x') return -1;
        int high = Character.digit(bytes[start + 3], 16);
        int low = Character.digit(bytes[start + 4], 16);
        return bytes[start + 5] == '>' && high >= 0 && low >= 0 ? high << 4 | low : -1;
    }
}
