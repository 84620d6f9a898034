/// Tries a model's files in a throwaway process, before this one loads them.
///
/// Start at [Probe]. What is done there is in [ProbeChild]: what a load, a first chat and a first token do.
@NullMarked
package dev.chasqui.probe;

import org.jspecify.annotations.NullMarked;
