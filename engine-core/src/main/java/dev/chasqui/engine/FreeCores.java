package dev.chasqui.engine;

import java.util.OptionalDouble;

/// How many of the machine's cores nobody else uses.
@FunctionalInterface
interface FreeCores {

    /// @param now of [System#nanoTime]
    /// @return cores that were left to this process a moment ago; empty where nobody knows
    OptionalDouble at(long now);
}
