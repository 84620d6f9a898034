/// Owned objects over `llama.h` by Panama FFM. The hot path runs through here.
///
/// Start at [Decoder], what a scheduler needs of a model; `LlamaContext` is the real one. Every native entry has
/// one Java owner that checks what it passes on.
@NullMarked
package dev.chasqui.llama;

import org.jspecify.annotations.NullMarked;
