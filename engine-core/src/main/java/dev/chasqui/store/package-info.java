/// Names to files: Ollama's own folder of manifests and blobs, so that its models are there at once and ours
/// are there for it.
///
/// Start at [ModelStore]: it lists and finds [StoredModel]s, creates them from a [dev.chasqui.api.CreateRequest]
/// or a [Modelfile], copies and deletes them. [Catalogue] knows the models Chasqui can fetch by itself,
/// [RemoteModels] brings others from registries. Paths are made of [dev.chasqui.api.ModelName] and
/// [dev.chasqui.api.Digest] only, whose characters are checked; no text of a caller or a file becomes a path. For
/// what is inside the weights see [dev.chasqui.gguf.GgufFile].
@NullMarked
package dev.chasqui.store;

import org.jspecify.annotations.NullMarked;
