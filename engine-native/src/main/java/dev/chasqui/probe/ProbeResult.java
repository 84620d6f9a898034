package dev.chasqui.probe;

import java.time.Duration;

/// What became of a model's files in a throwaway process.
///
/// @param reason what happened, as the end of a sentence; llama.cpp's own words if it refused them; empty text if
///               all went well
/// @param took   how long it took
public record ProbeResult(Fate fate, String reason, Duration took) {

    public enum Fate {
        /// It was loaded, wrote a chat and computed a token.
        LIVED,
        /// The process died of it.
        DIED,
        /// The process did not get on in the time it had.
        HUNG,
        /// llama.cpp says that it cannot be used.
        REFUSED,
        /// The process was ended from outside, or there was none. That says nothing about the files.
        NOT_TRIED,
        /// Nobody wanted to know any more.
        GIVEN_UP
    }
}
