package dev.chasqui.template;

import java.time.Duration;

/// What one rendering may take.
///
/// @param steps       nodes visited, commands evaluated and rounds of a loop; 64 characters written count as
///                    one
/// @param outputChars length of the result, and of each text on the way to it, in UTF-16 units
/// @param time        wall time, looked at every 1,024 steps
record Limits(long steps, int outputChars, Duration time) {

    static final Limits STANDARD = new Limits(1_000_000, 8 << 20, Duration.ofMillis(250));

    /// How deep a template may nest: actions in actions, parentheses, templates in templates, all together.
    /// An `else if` counts as one.
    static final int DEPTH = 64;

    /// How long a template may be, in UTF-8 bytes.
    static final int SOURCE_BYTES = 1 << 20;

    /// How many words a template may have. The largest known models' have some two thousand.
    static final int TOKENS = 100_000;
}
