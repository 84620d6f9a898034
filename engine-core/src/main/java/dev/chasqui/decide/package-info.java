/// Typed answers: an enum's constant with the probability of each, or a record read from JSON, and never half of
/// either.
///
/// Start at [Decider]. What is done with the model is a backend's business; here its answers get a type.
@NullMarked
package dev.chasqui.decide;

import org.jspecify.annotations.NullMarked;
