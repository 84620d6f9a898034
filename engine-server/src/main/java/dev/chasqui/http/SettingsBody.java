package dev.chasqui.http;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.GoDuration;
import dev.chasqui.api.KeepAlive;
import dev.chasqui.api.Options;
import dev.chasqui.api.Settings;
import dev.chasqui.api.Settings.OnLength;
import dev.chasqui.api.Think;
import dev.chasqui.api.Urgency;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// The fields that `/api/generate` and `/api/chat` share.
///
/// @param stream      whether the answer is wanted in pieces
/// @param topLogprobs checked to be 0 to 20; empty when no log-probabilities are wanted
record SettingsBody(boolean stream, Optional<KeepAlive> keepAlive, Think think, Optional<Integer> topLogprobs) {

    /// 292 years, the longest that counts in nanoseconds.
    private static final BigDecimal MOST_MILLIS = BigDecimal.valueOf(Long.MAX_VALUE / 1_000_000);

    private static final String THINK_WORDS = "\"high\", \"medium\", \"low\", \"max\", true, or false)";

    /// What Ollama's decoder itself checks: it refuses these before it looks for the model.
    static SettingsBody read(Fields body) {
        Optional<KeepAlive> keepAlive = keepAlive(body);
        Think think = body.raw("think").map(SettingsBody::think).orElse(Think.DEFAULT);
        int top = body.number("top_logprobs", 0);
        if (top < 0 || top > 20) throw BackendException.invalid("top_logprobs must be between 0 and 20");
        Optional<Integer> topLogprobs = body.flag("logprobs", false) ? Optional.of(top) : Optional.empty();
        return new SettingsBody(body.flag("stream", true), keepAlive, think, topLogprobs);
    }

    /// The rest, which Ollama checks when it has found the model.
    Settings complete(Fields body) {
        return new Settings(
                Options.parse(body.map("options")),
                body.raw("format").flatMap(SettingsBody::format),
                keepAlive,
                think,
                body.flag("truncate", true),
                body.flag("shift", true),
                topLogprobs,
                urgency(body),
                body.texts("choices"),
                body.text("on_length").map(OnLength::parse).orElse(OnLength.ERROR));
    }

    static Optional<KeepAlive> keepAlive(Fields body) {
        return body.raw("keep_alive").map(SettingsBody::keepAlive);
    }

    /// Our own fields; Ollama knows none of them and leaves them alone.
    static Urgency urgency(Fields body) {
        Urgency urgency = Urgency.NONE.withPriority(body.number("priority", Urgency.NORMAL));
        return new Urgency(urgency.priority(), deadline(body), body.text("supersedes"));
    }

    private static Optional<Duration> deadline(Fields body) {
        Optional<Duration> given = body.raw("deadline").map(SettingsBody::deadline);
        Optional<Duration> millis = body.raw("deadline_ms").map(SettingsBody::deadlineMillis);
        if (given.isPresent() && millis.isPresent()) {
            throw BackendException.invalid("deadline and deadline_ms are both given; leave one of them out");
        }
        return given.or(() -> millis);
    }

    private static Duration deadline(JsonNode value) {
        try {
            if (value.isNumber())
                return GoDuration.ofSeconds(value.numberValue().doubleValue());
            if (value.isString()) return GoDuration.parse(value.stringValue());
        } catch (BackendException e) {
            throw wrong("deadline", value, "seconds, or a duration such as \"1.5s\"");
        }
        throw wrong("deadline", value, "seconds, or a duration such as \"1.5s\"");
    }

    private static Duration deadlineMillis(JsonNode value) {
        boolean fits = value.isNumber() && isMillis(value.decimalValue());
        if (!fits) throw wrong("deadline_ms", value, "a whole number of milliseconds, at least 1");
        return Duration.ofMillis(value.decimalValue().longValueExact());
    }

    /// Also as `1500.0`, which is what a Python client writes that counted in seconds first.
    private static boolean isMillis(BigDecimal value) {
        return value.abs().compareTo(MOST_MILLIS) < 0
                && value.stripTrailingZeros().scale() <= 0;
    }

    private static BackendException wrong(String field, JsonNode value, String expected) {
        return BackendException.invalid(field + " is " + Text.wellFormed(value.toString()) + "; expected " + expected);
    }

    private static KeepAlive keepAlive(JsonNode value) {
        if (value.isString()) return KeepAlive.parse(value.stringValue());
        if (value.isNumber()) return KeepAlive.parse(value.numberValue());
        if (value.isBoolean()) return KeepAlive.parse(value.booleanValue());
        throw BackendException.invalid(
                "Unsupported type: '" + (value.isArray() ? "[]interface {}" : "map[string]interface {}") + "'");
    }

    private static Think think(JsonNode value) {
        if (value.isBoolean()) return value.booleanValue() ? Think.ON : Think.OFF;
        if (!value.isString()) throw BackendException.invalid("think must be a boolean or string (" + THINK_WORDS);
        return switch (value.stringValue()) {
            case "low" -> Think.LOW;
            case "medium" -> Think.MEDIUM;
            case "high" -> Think.HIGH;
            case "max" -> Think.MAX;
            default ->
                throw BackendException.invalid(
                        "invalid think value: " + Text.wellFormed(value.toString()) + " (must be " + THINK_WORDS);
        };
    }

    private static Optional<String> format(JsonNode value) {
        if (value.isObject()) return Optional.of(Text.wellFormed(value.toString()));
        if (value.isString() && value.stringValue().isEmpty()) return Optional.empty();
        if (value.isString() && value.stringValue().equals("json")) return Optional.of("\"json\"");
        throw BackendException.invalid("invalid format: " + Text.wellFormed(value.toString())
                + "; expected \"json\" or a valid JSON Schema object");
    }
}
