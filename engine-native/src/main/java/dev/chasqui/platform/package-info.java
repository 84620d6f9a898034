/// Picks and proves this machine's native libraries, and loads them once.
///
/// Start at [NativeLibraries#load]: it finds the libraries (`NativeSource`), brings them to a folder
/// (`Extraction`), has the best CPU variant tried in a throwaway process (`CpuChoice`, `CpuProof`) and only then
/// opens them here (`OpenLibraries`).
@NullMarked
package dev.chasqui.platform;

import org.jspecify.annotations.NullMarked;
