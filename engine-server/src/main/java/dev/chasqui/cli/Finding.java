package dev.chasqui.cli;

import java.util.Optional;

/// One thing `doctor` looked at.
///
/// @param topic  for example `memory`
/// @param text   what it is
/// @param remedy what to do about it; there whenever something is wrong
record Finding(String topic, Level level, String text, Optional<String> remedy) {

    /// How bad it is.
    enum Level {
        OK,
        /// It works, but worse than it could.
        WARNING,
        /// Nothing works until this is put right.
        PROBLEM
    }

    static Finding ok(String topic, String text) {
        return new Finding(topic, Level.OK, text, Optional.empty());
    }

    static Finding warning(String topic, String text, String remedy) {
        return new Finding(topic, Level.WARNING, text, Optional.of(remedy));
    }

    static Finding problem(String topic, String text, String remedy) {
        return new Finding(topic, Level.PROBLEM, text, Optional.of(remedy));
    }
}
