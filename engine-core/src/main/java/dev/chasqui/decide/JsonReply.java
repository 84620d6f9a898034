package dev.chasqui.decide;

import dev.chasqui.api.Answer;
import dev.chasqui.api.BackendException;

/// What became of a [JsonQuestion].
public sealed interface JsonReply<R extends Record> {

    /// The model's, or what was declared for the case that it is late.
    R value();

    /// The model's own answer.
    ///
    /// @param answer its text and what it cost
    record InTime<R extends Record>(R value, Answer answer) implements JsonReply<R> {}

    /// There was no whole answer in time.
    ///
    /// @param value what was declared for that
    /// @param why   what ended it
    record Late<R extends Record>(R value, BackendException why) implements JsonReply<R> {}
}
