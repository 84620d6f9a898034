/// Reads and judges a GGUF file in plain Java, before native code sees it.
///
/// Start at [GgufFile]: it holds every key, value and tensor of a file whose structure was checked to the last
/// byte. Nothing here is trusted: each count and length is compared with the bytes that are left before it is
/// used. For the names that lead to these files see [dev.chasqui.store.ModelStore].
///
/// @see <a href="https://github.com/ggml-org/ggml/blob/master/docs/gguf.md">the format's description</a>
@NullMarked
package dev.chasqui.gguf;

import org.jspecify.annotations.NullMarked;
