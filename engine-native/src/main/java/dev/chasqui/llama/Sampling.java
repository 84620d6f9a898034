package dev.chasqui.llama;

import java.util.Optional;

/// How the next token is drawn from the model's logits.
///
/// @param temperature      divides the logits before softmax; dimensionless; `0` or less means greedy
/// @param topK             keep at most this many tokens; `0` or less keeps all
/// @param topP             keep the smallest set of tokens whose probabilities sum to this; in `[0, 1]`
/// @param minP             drop tokens less likely than this share of the likeliest; in `[0, 1]`, `0` is off
/// @param typicalP         locally typical sampling; in `[0, 1]`, `1` is off
/// @param repeatLastN      how many last tokens the penalties look at; `0` is off
/// @param repeatPenalty    divides the logits of tokens seen; `> 0`, `1` is off
/// @param presencePenalty  subtracted from the logits of tokens seen at all
/// @param frequencyPenalty subtracted from the logits of tokens seen, once per time
/// @param seed             fixes the draw; every 64-bit seed has a stream of its own
/// @param grammar          GBNF the text must follow, with the rule `root`
/// @param grammarBegun     the text's beginning where that is in the prompt already: the grammar is given it first.
///                         Special tokens may be spelled out
/// @see <a href="https://github.com/ggml-org/llama.cpp/blob/master/include/llama.h">llama.h, Sampling API</a>
public record Sampling(
        float temperature,
        int topK,
        float topP,
        float minP,
        float typicalP,
        int repeatLastN,
        float repeatPenalty,
        float presencePenalty,
        float frequencyPenalty,
        long seed,
        Optional<String> grammar,
        String grammarBegun) {

    public static final Sampling GREEDY = new Sampling(0, 0, 1, 0, 1, 0, 1, 0, 0, 0, Optional.empty());

    /// One whose grammar begins with the first token drawn.
    public Sampling(
            float temperature,
            int topK,
            float topP,
            float minP,
            float typicalP,
            int repeatLastN,
            float repeatPenalty,
            float presencePenalty,
            float frequencyPenalty,
            long seed,
            Optional<String> grammar) {
        this(
                temperature,
                topK,
                topP,
                minP,
                typicalP,
                repeatLastN,
                repeatPenalty,
                presencePenalty,
                frequencyPenalty,
                seed,
                grammar,
                "");
    }

    /// As this one, held to a grammar.
    ///
    /// @param begun what the grammar is given first; may be empty
    public Sampling withGrammar(String gbnf, String begun) {
        return new Sampling(
                temperature,
                topK,
                topP,
                minP,
                typicalP,
                repeatLastN,
                repeatPenalty,
                presencePenalty,
                frequencyPenalty,
                seed,
                Optional.of(gbnf),
                begun);
    }

    /// @throws IllegalArgumentException if a value is outside its range; the message names the field
    public Sampling {
        require(Float.isFinite(temperature), "temperature", temperature, "a finite number");
        require(topP >= 0 && topP <= 1, "top_p", topP, "in [0, 1]");
        require(minP >= 0 && minP <= 1, "min_p", minP, "in [0, 1]");
        require(typicalP >= 0 && typicalP <= 1, "typical_p", typicalP, "in [0, 1]");
        require(repeatLastN >= 0, "repeat_last_n", repeatLastN, ">= 0");
        require(
                repeatPenalty >= Float.MIN_NORMAL && Float.isFinite(repeatPenalty),
                "repeat_penalty",
                repeatPenalty,
                "a finite number > 0");
        require(Float.isFinite(presencePenalty), "presence_penalty", presencePenalty, "a finite number");
        require(Float.isFinite(frequencyPenalty), "frequency_penalty", frequencyPenalty, "a finite number");
    }

    public boolean greedy() {
        return temperature <= 0;
    }

    public boolean penalizes() {
        return repeatLastN > 0 && (repeatPenalty != 1 || presencePenalty != 0 || frequencyPenalty != 0);
    }

    private static void require(boolean holds, String field, Number value, String expected) {
        if (!holds) throw new IllegalArgumentException(field + " is " + value + "; expected " + expected);
    }
}
