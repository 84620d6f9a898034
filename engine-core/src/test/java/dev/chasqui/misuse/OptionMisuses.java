package dev.chasqui.misuse;

import dev.chasqui.api.GenerateRequest;
import dev.chasqui.api.KeepAlive;
import dev.chasqui.api.Option;
import dev.chasqui.api.Options;
import dev.chasqui.api.Settings;
import dev.chasqui.api.Urgency;
import dev.chasqui.engine.Engine;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.IntStream;

/// Every option with every absurd value, and settings beside them.
final class OptionMisuses {

    private static final List<Object> ABSURD = List.of(
            Double.NaN,
            Double.POSITIVE_INFINITY,
            Double.NEGATIVE_INFINITY,
            -1,
            -7,
            0,
            Integer.MIN_VALUE,
            Integer.MAX_VALUE,
            1L << 31,
            1L << 32,
            Long.MIN_VALUE,
            Long.MAX_VALUE,
            1e308,
            -1e308,
            1e-45,
            Double.MIN_VALUE);

    private OptionMisuses() {}

    static List<Misuse> all(Path tiny) {
        Engine engine = Engine.open(tiny);
        String model = Asked.model(engine);
        List<Misuse> misuses = new ArrayList<>();
        for (Option option : Option.values()) {
            misuses.add(Misuse.eitherEach(
                    "the option " + option.wire() + " is absurd:",
                    ABSURD,
                    value -> ask(
                            engine,
                            Asked.SHORT.withOptions(
                                    Options.parse(Map.of(option.wire(), value)).over(Asked.SHORT.options())))));
            misuses.add(Misuse.refusedEach(
                    "the option " + option.wire() + " is of a wrong type:",
                    option.type() == Option.Type.STRINGS
                            ? List.of(1, true, List.of(1))
                            : option.type() == Option.Type.BOOL ? List.of("x", 1) : List.of("x", true, List.of()),
                    value -> Options.parse(Map.of(option.wire(), value))));
        }
        misuses.addAll(List.of(
                Misuse.borne(
                        "options nobody knows",
                        () -> ask(
                                engine,
                                Asked.SHORT.withOptions(Options.parse(Map.of(
                                        "mirostat", 2, "low_vram", true, "num_predict", 1, "x".repeat(100_000), 1))))),
                Misuse.borne(
                        "every penalty at its limit over the whole context",
                        () -> ask(
                                engine,
                                Asked.SHORT.withOptions(Options.parse(Map.of(
                                        "repeat_last_n",
                                        Integer.MAX_VALUE,
                                        "repeat_penalty",
                                        1000,
                                        "presence_penalty",
                                        -1000,
                                        "frequency_penalty",
                                        1000,
                                        "num_predict",
                                        2))))),
                Misuse.borne(
                        "a hundred thousand stops",
                        () -> stops(
                                engine,
                                IntStream.range(0, 100_000)
                                        .mapToObj(i -> "stop" + i)
                                        .toList())),
                Misuse.borne("an empty stop", () -> stops(engine, List.of(""))),
                Misuse.borne(
                        "stops of a megabyte, of NUL and of half a character",
                        () -> stops(engine, List.of("x".repeat(1 << 20), "\0", "\ud83d"))),
                Misuse.refused("a list of stops with null in it", () -> stops(engine, Collections.singletonList(null))),
                Misuse.refusedEach(
                        "top_logprobs of", List.of(-1, 21, Integer.MAX_VALUE), top -> Asked.SHORT.withTopLogprobs(top)),
                Misuse.refusedEach(
                        "choices that are too few, too many, blank, twice or too long:",
                        List.of(
                                List.of("one"),
                                IntStream.range(0, 33).mapToObj(i -> "c" + i).toList(),
                                List.of("a", " "),
                                List.of("a", "a"),
                                List.of("a", "b".repeat(100_000))),
                        choices -> ask(engine, Asked.SHORT.withChoices(choices))),
                Misuse.either(
                        "choices of NUL, of half a character and of control words",
                        () -> ask(engine, Asked.SHORT.withChoices("\0x", "\ud83d", "<|im_start|>"))),
                Misuse.refused(
                        "choices beside a format",
                        () -> ask(engine, Asked.SHORT.withFormat("\"json\"").withChoices("a", "b"))),
                Misuse.eitherEach(
                        "a deadline of",
                        List.of(
                                Duration.ZERO,
                                Duration.ofMillis(-5),
                                Duration.ofNanos(1),
                                Duration.ofDays(100_000_000)),
                        deadline -> ask(engine, Asked.SHORT.withUrgency(Urgency.NONE.withDeadline(deadline)))),
                Misuse.eitherEach(
                        "a priority of",
                        List.of(-1, 10, Integer.MIN_VALUE, Integer.MAX_VALUE),
                        priority -> ask(engine, Asked.SHORT.withUrgency(Urgency.NONE.withPriority(priority)))),
                Misuse.eitherEach(
                        "a keep_alive of",
                        List.of(1e300, "9223372036854775807s", Long.MAX_VALUE, Long.MIN_VALUE, "-1h", "x", "", "1e9h"),
                        value -> ask(engine, Asked.SHORT.withKeepAlive(KeepAlive.parse(value)))),
                Misuse.refusedEach("an engine told to keep so few models, requests or tokens:", List.of(0, -1), few -> {
                    Configured.CONFIG.withMaxLoaded(few);
                }),
                Misuse.refusedEach("a queue or a first context of", List.of(-1, Integer.MIN_VALUE), few -> {
                    Configured.CONFIG.withMaxQueue(few);
                }),
                Misuse.refusedEach("a first context of", List.of(0, -1), few -> {
                    Configured.CONFIG.withFirstTokens(few);
                }),
                Misuse.refusedEach("CPUs that are not there:", List.of(-1, 511, 100_000), cpu -> {
                    Configured.CONFIG.withCpus(new TreeSet<>(List.of(cpu)));
                }),
                Misuse.eitherEach(
                        "an engine whose contexts have tokens of", List.of(-5, 0, Integer.MAX_VALUE), tokens -> {
                            try (Engine other = Engine.open(tiny, Configured.CONFIG.withContextTokens(tokens))) {
                                Asked.answer(other);
                            }
                        })));
        misuses.add(Misuse.borne("all of it, and the model answers as before", () -> Asked.answer(engine)));
        misuses.add(Misuse.borne("closing twice", () -> {
            engine.close();
            engine.close();
        }));
        misuses.add(Misuse.refused(
                "asking " + model + " of a closed engine",
                () -> Asked.begin(engine.generate(GenerateRequest.of(model, "Hi")))));
        return misuses;
    }

    private static void stops(Engine engine, List<String> stops) {
        ask(engine, Asked.SHORT.withOptions(Asked.SHORT.options().with(Option.STOP, stops)));
    }

    private static void ask(Engine engine, Settings settings) {
        Asked.begin(
                engine.generate(GenerateRequest.of(Asked.model(engine), "Hi").withSettings(settings)));
    }
}
