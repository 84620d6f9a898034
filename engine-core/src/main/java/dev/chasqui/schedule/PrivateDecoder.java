package dev.chasqui.schedule;

import dev.chasqui.llama.Decoder;

/// A decoder that computes one request after the other, each in a context of its own: of what was
/// computed before nothing is left, and nothing else is computed with it. Only one sequence exists at a
/// time.
public interface PrivateDecoder extends Decoder {

    /// A request has its turn: from now on there is room for so many tokens.
    ///
    /// @throws RuntimeException saying why there cannot be, with the numbers
    void begin(int contextTokens);

    /// The request is over; what was computed for it goes, and there is no room until the next begins.
    void end();
}
