package dev.chasqui.bench;

import dev.chasqui.llama.LlamaModel;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Function;

/// Texts of exactly so many tokens, as one model counts them: common words in an order that a number fixes.
///
/// @param tokenizer as a backend tokenises a prompt that is sent raw
record Texts(Function<String, int[]> tokenizer) {

    /// Words that are one token with their space in every vocabulary we know.
    private static final String[] WORDS = ("market price order trade buy sell high low open close time day week year "
                    + "risk gain loss stock bank money value point line chart trend move rise fall hold wait long short "
                    + "large small first last next good bad new old big fast slow strong weak early late near far")
            .split(" ");

    private static final int ATTEMPTS = 10_000;

    static Texts of(LlamaModel model) {
        return new Texts(text -> model.vocabulary().tokenize(text, true, true));
    }

    int[] tokens(String text) {
        return tokenizer.apply(text);
    }

    /// A text of so many tokens that begins as no other number's does, so that no cache of prefixes can help.
    String of(int tokens, int number) {
        return continued("", tokens, number, "");
    }

    /// A text that goes on with so many tokens more.
    ///
    /// @param before how it begins; its tokens stay what they are
    /// @param ending how it ends; counted among `tokens`
    String continued(String before, int tokens, int number, String ending) {
        int[] front = before.isEmpty() ? new int[0] : tokens(before);
        String start = before.isEmpty() ? "" : before + " ";
        for (int variant = 0; variant < ATTEMPTS; variant++) {
            int wanted = front.length + tokens;
            int least = 0;
            int most = tokens; // a word is a token at least
            while (least < most) {
                int words = (least + most) / 2;
                if (tokens(start + words(number, variant, words) + ending).length < wanted) least = words + 1;
                else most = words;
            }
            String text = start + words(number, variant, least) + ending;
            int[] all = tokens(text);
            if (all.length == wanted && Arrays.mismatch(front, 0, front.length, all, 0, front.length) < 0) return text;
        }
        throw new IllegalStateException("found no text of exactly " + tokens + " tokens");
    }

    /// A text that begins with its number.
    ///
    /// @param variant another text with the same beginning
    static String words(int number, int variant, int count) {
        Random random = new Random(31L * number + variant);
        StringBuilder text =
                new StringBuilder().append((char) ('A' + number % 26)).append(number);
        for (int i = 0; i < count; i++) text.append(' ').append(WORDS[random.nextInt(WORDS.length)]);
        return text.toString();
    }
}
