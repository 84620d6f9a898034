package dev.chasqui.store;

import dev.chasqui.api.Digest;
import dev.chasqui.api.ModelName;
import dev.chasqui.api.Options;
import java.util.List;

/// A model that can be fetched by its hash.
///
/// @param title     what it is, for people
/// @param sizeBytes length of the GGUF file
/// @param digest    SHA-256 of the GGUF file
/// @param license   its terms, in a sentence
/// @param params    options the model brings along
/// @param parts     where the file's pieces are, in order
public record CatalogueEntry(
        ModelName name, String title, long sizeBytes, Digest digest, String license, Options params, List<Part> parts) {

    /// A piece of the file, inside a Python wheel.
    ///
    /// @param project     the package's name on PyPI
    /// @param member      the piece's path inside the wheel
    /// @param wheelBytes  length of the wheel
    /// @param wheelDigest SHA-256 of the wheel
    public record Part(String project, String version, String member, long wheelBytes, Digest wheelDigest) {}

    public CatalogueEntry {
        parts = List.copyOf(parts);
    }

    /// Whether the catalogue itself knows where its file is; if not, a registry does.
    public boolean isFetchable() {
        return !parts.isEmpty();
    }

    /// Bytes that come over the network.
    public long downloadBytes() {
        return parts.stream().mapToLong(Part::wheelBytes).sum();
    }
}
