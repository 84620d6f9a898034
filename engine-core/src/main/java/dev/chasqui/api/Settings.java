package dev.chasqui.api;

import java.util.Locale;
import java.util.Optional;

/// What generating and chatting have in common beside the text.
///
/// @param options     sampling and run-time options; what is absent comes from the model, then from the
///                    defaults
/// @param format      `"json"` (with its quotes) or a JSON schema, as JSON text
/// @param keepAlive   how long the model stays in memory afterwards; absent leaves what was set
/// @param truncate    whether what does not fit is shortened instead of refused: a conversation loses its
///                    oldest messages, a prompt its middle
/// @param shift       whether a full context drops its older half instead of ending the answer; without
///                    it, a prompt keeps its middle or is refused
/// @param topLogprobs asks for log-probabilities: absent for none, else how many likeliest tokens beside
///                    each, 0 to 20
/// @param urgency     who goes first, and when it is too late
/// @param onLength    what becomes of an answer with a format that is cut off by a limit or its deadline
public record Settings(
        Options options,
        Optional<String> format,
        Optional<KeepAlive> keepAlive,
        Think think,
        boolean truncate,
        boolean shift,
        Optional<Integer> topLogprobs,
        Urgency urgency,
        OnLength onLength) {

    /// What becomes of half an answer.
    public enum OnLength {
        /// It breaks off with an error: half an object is no decision.
        ERROR,
        /// It is finished with the least that makes it valid: a value that is not begun by the `default` its schema
        /// declares, or else the shortest. It ends with the reason `length`. Only the engine does that.
        CLOSE;

        /// As it is written on the wire: `error`, `close`.
        public String wire() {
            return name().toLowerCase(Locale.ROOT);
        }

        /// @throws BackendException naming the field, if there is no such word
        public static OnLength parse(String word) {
            for (OnLength each : values()) {
                if (each.wire().equals(word)) return each;
            }
            throw BackendException.invalid("on_length is \"" + word + "\"; expected \"error\" or \"close\"");
        }
    }

    public static final Settings DEFAULT = new Settings(
            Options.NONE,
            Optional.empty(),
            Optional.empty(),
            Think.DEFAULT,
            true,
            true,
            Optional.empty(),
            Urgency.NONE,
            OnLength.ERROR);

    public Settings {
        topLogprobs.ifPresent(top -> {
            if (top < 0 || top > 20) throw BackendException.invalid("top_logprobs must be between 0 and 20");
        });
    }

    public Settings withOptions(Options options) {
        return new Settings(options, format, keepAlive, think, truncate, shift, topLogprobs, urgency, onLength);
    }

    public Settings withFormat(String json) {
        return new Settings(
                options, Optional.of(json), keepAlive, think, truncate, shift, topLogprobs, urgency, onLength);
    }

    public Settings withoutFormat() {
        return new Settings(
                options, Optional.empty(), keepAlive, think, truncate, shift, topLogprobs, urgency, onLength);
    }

    public Settings withKeepAlive(KeepAlive keepAlive) {
        return new Settings(
                options, format, Optional.of(keepAlive), think, truncate, shift, topLogprobs, urgency, onLength);
    }

    public Settings withThink(Think think) {
        return new Settings(options, format, keepAlive, think, truncate, shift, topLogprobs, urgency, onLength);
    }

    public Settings withTruncate(boolean truncate) {
        return new Settings(options, format, keepAlive, think, truncate, shift, topLogprobs, urgency, onLength);
    }

    public Settings withShift(boolean shift) {
        return new Settings(options, format, keepAlive, think, truncate, shift, topLogprobs, urgency, onLength);
    }

    public Settings withTopLogprobs(int top) {
        return new Settings(options, format, keepAlive, think, truncate, shift, Optional.of(top), urgency, onLength);
    }

    public Settings withUrgency(Urgency urgency) {
        return new Settings(options, format, keepAlive, think, truncate, shift, topLogprobs, urgency, onLength);
    }

    public Settings withOnLength(OnLength onLength) {
        return new Settings(options, format, keepAlive, think, truncate, shift, topLogprobs, urgency, onLength);
    }
}
