/// Picks and proves this machine's native libraries, and loads them once.
///
/// Start at [NativeLibraries].
@NullMarked
package dev.chasqui.platform;

import org.jspecify.annotations.NullMarked;
