package dev.chasqui.api;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Every option a model or a request may set, with its type and range. Names and defaults are Ollama's.
public enum Option {
    /// Divides the logits before softmax; `0` or less means greedy. Default 0.8.
    TEMPERATURE(Type.FLOAT, value -> within(value, -Float.MAX_VALUE, Float.MAX_VALUE), "a finite number"),
    /// Keep at most this many tokens; `0` or less keeps all. Default 40.
    TOP_K(Type.INT, value -> within(value, Integer.MIN_VALUE, Integer.MAX_VALUE), "in [-2147483648, 2147483647]"),
    /// Keep the smallest set of tokens whose probabilities sum to this. Default 0.9.
    TOP_P(Type.FLOAT, value -> within(value, 0, 1), "in [0, 1]"),
    /// Drop tokens less likely than this share of the likeliest. Default 0.
    MIN_P(Type.FLOAT, value -> within(value, 0, 1), "in [0, 1]"),
    /// Locally typical sampling; `1` is off. Default 1.
    TYPICAL_P(Type.FLOAT, value -> within(value, 0, 1), "in [0, 1]"),
    /// How many last tokens the penalties look at; `-1` is the whole context. Default 64.
    REPEAT_LAST_N(Type.INT, value -> within(value, -1, Integer.MAX_VALUE), ">= -1"),
    /// Divides the logits of tokens seen; `1` is off. Default 1.
    REPEAT_PENALTY(Type.FLOAT, value -> within(value, Float.MIN_NORMAL, 1000), "in (0, 1000]"),
    /// Subtracted from tokens seen at all. Default 0.
    PRESENCE_PENALTY(Type.FLOAT, value -> within(value, -1000, 1000), "in [-1000, 1000]"),
    /// Subtracted from tokens seen, once per time. Default 0.
    FREQUENCY_PENALTY(Type.FLOAT, value -> within(value, -1000, 1000), "in [-1000, 1000]"),
    /// Fixes the draw; `-1` draws a fresh seed. Default -1.
    SEED(Type.INT, value -> true, "an integer"),
    /// The answer's most tokens; `-1` for as many as fit, `-2` for until the context is full. Default -1.
    NUM_PREDICT(Type.INT, value -> within(value, -2, Long.MAX_VALUE), ">= -2"),
    /// Tokens at the front that survive a context shift; `-1` keeps the prompt. Default 4.
    NUM_KEEP(Type.INT, value -> within(value, -1, Integer.MAX_VALUE), ">= -1"),
    /// Most tokens guessed from the text so far and checked in one step, up to 16; `0` never guesses. Default
    /// 0.
    DRAFT_NUM_PREDICT(Type.INT, value -> within(value, 0, Integer.MAX_VALUE), ">= 0"),
    /// Most tokens of a thought; then it is closed and the answer begins. Not Ollama's. Default: as many as leave room
    /// for an answer.
    THINK_BUDGET(Type.INT, value -> within(value, 0, Integer.MAX_VALUE), ">= 0"),
    /// Texts that end the answer; they are not part of it. Default none.
    STOP(Type.STRINGS, value -> true, "a list of strings"),
    /// Tokens the context holds. Default: chosen by the engine.
    NUM_CTX(Type.INT, value -> within(value, 1, 1 << 24), "in [1, 16777216]"),
    /// Most tokens in one step of the prompt's evaluation. Default 512.
    NUM_BATCH(Type.INT, value -> within(value, 1, 1 << 16), "in [1, 65536]"),
    /// Layers on the GPU; `-1` lets the engine decide. Default -1.
    NUM_GPU(Type.INT, value -> within(value, -1, 1 << 16), "in [-1, 65536]"),
    /// The GPU that holds what is not split. Default 0.
    MAIN_GPU(Type.INT, value -> within(value, 0, 255), "in [0, 255]"),
    /// Threads that compute; `0` lets the engine decide. Default 0.
    NUM_THREAD(Type.INT, value -> within(value, 0, 1 << 16), "in [0, 65536]"),
    /// Threads that compute prompts, where that should be another number; not Ollama's. `0` is as
    /// [#NUM_THREAD]. Default 0.
    NUM_THREAD_BATCH(Type.INT, value -> within(value, 0, 1 << 16), "in [0, 65536]"),
    /// Whether the weights are mapped rather than read. Default: yes.
    USE_MMAP(Type.BOOL, value -> true, "true or false"),
    /// Whether the request is computed in a context of its own, so that it can be repeated bit for bit on
    /// the same build and machine. Only the engine heeds it. Default: no.
    EXACT(Type.BOOL, value -> true, "true or false");

    /// How a value is written in JSON.
    public enum Type {
        FLOAT("float32"),
        INT("integer"),
        BOOL("boolean"),
        STRINGS("array");

        private final String word;

        Type(String word) {
            this.word = word;
        }
    }

    private static final Map<String, Option> BY_NAME =
            Stream.of(values()).collect(Collectors.toUnmodifiableMap(Option::wire, Function.identity()));

    private final Type type;
    private final Function<Object, Boolean> valid;
    private final String expected;

    Option(Type type, Function<Object, Boolean> valid, String expected) {
        this.type = type;
        this.valid = valid;
        this.expected = expected;
    }

    public Type type() {
        return type;
    }

    /// The name in JSON and in a Modelfile: `num_ctx`.
    public String wire() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// @return the option of that name, or `null` if there is none
    public static @Nullable Option named(String wire) {
        return BY_NAME.get(wire);
    }

    /// Turns a JSON value into the form [Options] keeps: Double, Long, Boolean or a list of strings.
    ///
    /// @throws BackendException naming the option, if type or range is wrong
    Object read(Object value) {
        Object typed = switch (type) {
            case FLOAT -> value instanceof Number number ? (Object) number.doubleValue() : wrongType();
            case INT -> value instanceof Number number ? (Object) toLong(number) : wrongType();
            case BOOL -> value instanceof Boolean flag ? (Object) flag : wrongType();
            case STRINGS -> strings(value);
        };
        if (!valid.apply(typed)) {
            throw BackendException.invalid("option \"" + wire() + "\" is " + value + "; expected " + expected);
        }
        return typed;
    }

    /// Reads the value of a Modelfile's `PARAMETER` line.
    ///
    /// @throws BackendException naming the option, if the text does not fit its type or range
    Object readText(String text) {
        try {
            return read(
                    switch (type) {
                        case FLOAT -> Double.valueOf(text);
                        case INT -> Long.valueOf(text);
                        case BOOL ->
                            switch (text.toLowerCase(Locale.ROOT)) {
                                case "true", "1", "t" -> true;
                                case "false", "0", "f" -> false;
                                default -> wrongType();
                            };
                        case STRINGS -> List.of(text);
                    });
        } catch (NumberFormatException e) {
            return wrongType();
        }
    }

    private static long toLong(Number number) {
        // An integer keeps its bits; a fraction is cut, as Ollama does; beyond the range the cast saturates.
        return number instanceof Long || number instanceof Integer ? number.longValue() : (long) number.doubleValue();
    }

    private Object strings(Object value) {
        if (value instanceof String one) return List.of(one);
        if (value instanceof List<?> list && list.stream().allMatch(String.class::isInstance)) {
            return list.stream().map(String.class::cast).toList();
        }
        return wrongType();
    }

    private Object wrongType() {
        throw BackendException.invalid("option \"" + wire() + "\" must be of type " + type.word);
    }

    private static boolean within(Object value, double least, double most) {
        double number = ((Number) value).doubleValue();
        return number >= least && number <= most; // false for NaN
    }
}
