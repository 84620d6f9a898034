package dev.chasqui.schedule;

import java.util.List;

/// Where one request's vectors go. Called on the decode thread, once, so it must be quick and must not wait.
public interface EmbeddingSink {

    /// @param vectors one per text, in the order of the texts, as the model gives them
    void ended(List<float[]> vectors);

    /// There are no vectors, not even some.
    void failed(RuntimeException cause);
}
