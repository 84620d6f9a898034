package dev.chasqui.api;

import java.time.Duration;
import java.util.List;

/// Vectors of texts, and what they cost.
///
/// @param vectors      one per text, in the order of the texts, each of length 1; so the cosine of two is
///                     their dot product. The arrays are the caller's
/// @param promptTokens tokens of all texts together, as far as they were read
/// @param truncated     texts of which the end was not read, since it did not fit the context; `0` where the
///                     backend does not say
/// @param total        from the call to the last vector
/// @param load         from the call until the model was ready; small but above zero when it was
public record Embeddings(List<float[]> vectors, int promptTokens, int truncated, Duration total, Duration load) {

    public Embeddings {
        vectors = List.copyOf(vectors);
    }
}
