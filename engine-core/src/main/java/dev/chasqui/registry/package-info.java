/// The registry protocol, which Ollama's registry, Docker's and Hugging Face's speak: manifests and files by
/// their digest, over the JDK's HTTP client.
///
/// Start at [Registries]: it opens a [Repository], one model's place at a registry, which sends and brings
/// manifests and files. What comes from outside is bounded and checked here: redirects, ranges, lengths, who
/// may see a password. What becomes of the bytes is the business of whoever keeps them: see [Parts], and
/// `dev.chasqui.store`.
@NullMarked
package dev.chasqui.registry;

import org.jspecify.annotations.NullMarked;
