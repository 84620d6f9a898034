package dev.chasqui.api;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

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
/// @param choices     the answers that are allowed: the likeliest is the answer, and [Summary#choices] has each
///                    one's probability; none allows everything. They are scored without generating
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
        List<String> choices,
        OnLength onLength) {

    /// Labels a request may give.
    public static final int MOST_CHOICES = 32;

    private static final int LONGEST_CHOICE = 200;

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
            List.of(),
            OnLength.ERROR);

    public Settings {
        topLogprobs.ifPresent(top -> {
            if (top < 0 || top > 20) throw BackendException.invalid("top_logprobs must be between 0 and 20");
        });
        choices = List.copyOf(choices);
        if (!choices.isEmpty()) {
            check(choices, format, think, topLogprobs);
            think = Think.OFF; // the label is what comes next
        }
    }

    private static void check(
            List<String> choices, Optional<String> format, Think think, Optional<Integer> topLogprobs) {
        if (choices.size() < 2 || choices.size() > MOST_CHOICES) {
            throw BackendException.invalid("choices has " + choices.size() + " labels; expected 2 to " + MOST_CHOICES);
        }
        Set<String> seen = new HashSet<>();
        for (String label : choices) {
            if (label.isBlank() || !label.equals(label.strip()) || label.length() > LONGEST_CHOICE) {
                throw BackendException.invalid("choices has the label \"" + label + "\"; expected 1 to "
                        + LONGEST_CHOICE + " characters, without white space at the ends");
            }
            if (!seen.add(label)) throw BackendException.invalid("choices has the label \"" + label + "\" twice");
        }
        refuseBesideChoices(format.isPresent(), "format");
        refuseBesideChoices(topLogprobs.isPresent(), "logprobs");
        refuseBesideChoices(think != Think.DEFAULT && think != Think.OFF, "think");
    }

    /// @throws BackendException if it is given beside choices
    static void refuseBesideChoices(boolean given, String field) {
        if (given) {
            throw BackendException.invalid("choices and " + field
                    + " exclude each other: labels are scored, nothing is generated. Leave one out");
        }
    }

    public Settings withOptions(Options options) {
        return with(parts -> parts.options = options);
    }

    public Settings withFormat(String json) {
        return with(parts -> parts.format = Optional.of(json));
    }

    public Settings withoutFormat() {
        return with(parts -> parts.format = Optional.empty());
    }

    public Settings withKeepAlive(KeepAlive keepAlive) {
        return with(parts -> parts.keepAlive = Optional.of(keepAlive));
    }

    public Settings withThink(Think think) {
        return with(parts -> parts.think = think);
    }

    public Settings withTruncate(boolean truncate) {
        return with(parts -> parts.truncate = truncate);
    }

    public Settings withShift(boolean shift) {
        return with(parts -> parts.shift = shift);
    }

    public Settings withTopLogprobs(int top) {
        return with(parts -> parts.topLogprobs = Optional.of(top));
    }

    public Settings withUrgency(Urgency urgency) {
        return with(parts -> parts.urgency = urgency);
    }

    /// @see Choices
    public Settings withChoices(String... labels) {
        return withChoices(List.of(labels));
    }

    public Settings withChoices(List<String> labels) {
        return with(parts -> parts.choices = labels);
    }

    public Settings withOnLength(OnLength onLength) {
        return with(parts -> parts.onLength = onLength);
    }

    private Settings with(Consumer<Parts> change) {
        Parts parts = new Parts();
        change.accept(parts);
        return parts.joined();
    }

    /// The same components, to be changed.
    private final class Parts {
        private Options options = Settings.this.options;
        private Optional<String> format = Settings.this.format;
        private Optional<KeepAlive> keepAlive = Settings.this.keepAlive;
        private Think think = Settings.this.think;
        private boolean truncate = Settings.this.truncate;
        private boolean shift = Settings.this.shift;
        private Optional<Integer> topLogprobs = Settings.this.topLogprobs;
        private Urgency urgency = Settings.this.urgency;
        private List<String> choices = Settings.this.choices;
        private OnLength onLength = Settings.this.onLength;

        private Settings joined() {
            return new Settings(
                    options, format, keepAlive, think, truncate, shift, topLogprobs, urgency, choices, onLength);
        }
    }
}
