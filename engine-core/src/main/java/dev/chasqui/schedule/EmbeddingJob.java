package dev.chasqui.schedule;

import java.util.List;

/// Texts of one request that want vectors.
///
/// @param texts   their tokens, at least one each
/// @param urgency who goes first, and when it is too late
public record EmbeddingJob(List<int[]> texts, Urgency urgency) {

    public EmbeddingJob {
        texts = List.copyOf(texts);
        if (texts.isEmpty()) throw new IllegalArgumentException("texts is empty; expected at least one");
        for (int i = 0; i < texts.size(); i++) {
            if (texts.get(i).length == 0) {
                throw new IllegalArgumentException("text " + i + " is empty; expected at least one token");
            }
        }
    }
}
