package dev.chasqui.engine;

import dev.chasqui.api.Option;
import dev.chasqui.api.Options;
import dev.chasqui.llama.Sampling;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ThreadLocalRandom;

/// Ollama's sampling options with Ollama's defaults, as llama.cpp's samplers take them.
final class Samplings {

    private Samplings() {}

    static Sampling of(Options options, int contextTokens, Optional<AnswerGrammar> grammar) {
        int repeatLastN = options.count(Option.REPEAT_LAST_N).orElse(64);
        OptionalLong seed = options.integer(Option.SEED);
        Sampling free = new Sampling(
                decimal(options, Option.TEMPERATURE, 0.8),
                options.count(Option.TOP_K).orElse(40),
                decimal(options, Option.TOP_P, 0.9),
                decimal(options, Option.MIN_P, 0),
                decimal(options, Option.TYPICAL_P, 1),
                repeatLastN < 0 ? contextTokens : Math.min(repeatLastN, contextTokens),
                decimal(options, Option.REPEAT_PENALTY, 1),
                decimal(options, Option.PRESENCE_PENALTY, 0),
                decimal(options, Option.FREQUENCY_PENALTY, 0),
                seed.isPresent() && seed.getAsLong() != -1
                        ? seed.getAsLong()
                        : ThreadLocalRandom.current().nextLong(),
                Optional.empty());
        return grammar.map(held -> free.withGrammar(held.gbnf(), held.begun())).orElse(free);
    }

    private static float decimal(Options options, Option option, double otherwise) {
        return (float) options.decimal(option).orElse(otherwise);
    }
}
