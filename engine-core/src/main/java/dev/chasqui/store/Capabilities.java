package dev.chasqui.store;

import dev.chasqui.gguf.GgufException;
import dev.chasqui.gguf.GgufFile;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What a model can do, by the tests Ollama uses. What the weights say is read once per file and remembered.
final class Capabilities {

    private static final Logger LOG = LoggerFactory.getLogger(Capabilities.class);
    private static final int MOST_REMEMBERED = 4_096;

    private final Map<Digest, Set<String>> ofWeights = new ConcurrentHashMap<>();

    /// @param weights  the first file of the weights
    /// @param gguf     reads it
    /// @param template the template the store holds, in Go's language
    List<String> of(
            Optional<Layer> weights,
            Supplier<GgufFile> gguf,
            Optional<String> template,
            boolean projector,
            ConfigBlob config) {
        Set<String> found = new LinkedHashSet<>();
        weights.ifPresent(layer -> found.addAll(ofWeights(layer.digest(), gguf)));
        template.ifPresent(text -> {
            if (text.contains(".Tools")) found.add("tools");
            if (text.contains(".Suffix")) found.add("insert");
            if (text.contains(".Thinking")) found.add("thinking");
        });
        if (projector) found.add("vision");
        found.addAll(config.capabilities());
        return List.copyOf(found);
    }

    private Set<String> ofWeights(Digest digest, Supplier<GgufFile> gguf) {
        Set<String> known = ofWeights.get(digest);
        if (known != null) return known;
        try {
            Set<String> read = gguf.get().capabilities();
            if (ofWeights.size() >= MOST_REMEMBERED) ofWeights.clear();
            ofWeights.put(digest, read);
            return read;
        } catch (GgufException e) {
            LOG.warn("what the model can do is unknown: {}", e.getMessage());
            return Set.of();
        }
    }
}
