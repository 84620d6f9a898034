package dev.chasqui.store;

import dev.chasqui.api.Digest;
import dev.chasqui.gguf.GgufException;
import dev.chasqui.gguf.GgufFile;
import dev.chasqui.template.GoTemplate;
import dev.chasqui.template.TemplateChoice;
import dev.chasqui.template.TemplateException;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What a model can do, by the tests Ollama uses, and which of its templates decides that. What was read of a file
/// is remembered.
final class Capabilities {

    private static final Logger LOG = LoggerFactory.getLogger(Capabilities.class);
    private static final int MOST_REMEMBERED = 4_096;

    private final boolean goTemplates;
    private final Map<Digest, Weights> ofWeights = new ConcurrentHashMap<>();
    private final Map<Given, OfTemplate> ofTemplates = new ConcurrentHashMap<>();

    /// @param goTemplates whether a template in Go's syntax is in force wherever there is one
    Capabilities(boolean goTemplates) {
        this.goTemplates = goTemplates;
    }

    /// What a list says of a file of weights.
    record Weights(Set<String> capabilities, OptionalInt contextLength, OptionalInt embeddingLength) {

        static final Weights UNKNOWN = new Weights(Set.of(), OptionalInt.empty(), OptionalInt.empty());

        static Weights of(GgufFile gguf) {
            return new Weights(gguf.capabilities(), gguf.contextLength(), gguf.embeddingLength());
        }
    }

    /// What decides about a template in Go's syntax: its text's digest, the weights, and whether there is a system
    /// prompt beside it.
    private record Given(Digest template, Optional<Digest> weights, boolean system) {}

    /// @param inForce whether it writes the prompts, and not the one of the weights
    /// @param does    of `tools`, `insert` and `thinking`
    private record OfTemplate(boolean inForce, Set<String> does) {}

    /// A model's files, as far as they matter here.
    ///
    /// @param weights  the first file of the weights
    /// @param gguf     reads it
    /// @param template what the store holds, in Go's language, and reads its text
    /// @param system   whether the store holds a system prompt
    record Files(
            Optional<Layer> weights,
            Supplier<GgufFile> gguf,
            Optional<Layer> template,
            Supplier<String> text,
            boolean system,
            boolean projector) {}

    List<String> of(Files files, ConfigBlob config) {
        Set<String> found = new LinkedHashSet<>(weights(files).capabilities());
        template(files).ifPresent(template -> {
            if (template.inForce) found.removeAll(Set.of("tools", "thinking"));
            template.does.stream()
                    .filter(each -> template.inForce || each.equals("insert"))
                    .sorted()
                    .forEach(found::add);
        });
        if (files.projector) found.add("vision");
        found.addAll(config.capabilities());
        return List.copyOf(found);
    }

    /// Whether the template in Go's language writes the prompts.
    boolean goInForce(Files files) {
        return template(files).filter(OfTemplate::inForce).isPresent();
    }

    /// What there is to know about a model without reading its weights each time.
    Weights weights(Files files) {
        return files.weights
                .flatMap(layer ->
                        remembered(ofWeights, layer.digest(), () -> gguf(files).map(Weights::of)))
                .orElse(Weights.UNKNOWN);
    }

    private Optional<OfTemplate> template(Files files) {
        return files.template.flatMap(layer -> remembered(
                ofTemplates,
                new Given(layer.digest(), files.weights.map(Layer::digest), files.system),
                () -> gguf(files).map(gguf -> read(files, gguf.chatTemplate().orElse("")))));
    }

    private OfTemplate read(Files files, String jinja) {
        try {
            GoTemplate go = GoTemplate.parse(files.text.get());
            Set<String> jinjaDoes = new HashSet<>(weights(files).capabilities());
            jinjaDoes.retainAll(Set.of("tools", "thinking"));
            boolean inForce =
                    goTemplates || jinja.isBlank() || TemplateChoice.prefersGo(go, jinja, jinjaDoes, files.system);
            return new OfTemplate(inForce, TemplateChoice.capabilities(go.traits()));
        } catch (TemplateException e) {
            LOG.warn("a TEMPLATE that cannot be read: {}", e.getMessage());
            return new OfTemplate(jinja.isBlank(), Set.of()); // whoever asks that model hears why
        }
    }

    private Optional<GgufFile> gguf(Files files) {
        if (files.weights.isEmpty()) return Optional.empty();
        try {
            return Optional.of(files.gguf.get());
        } catch (GgufException e) {
            LOG.warn("what the model can do is unknown: {}", e.getMessage());
            return Optional.empty();
        }
    }

    /// What cannot be read is not remembered.
    private static <K, V> Optional<V> remembered(Map<K, V> known, K key, Supplier<Optional<V>> reader) {
        Optional<V> found = Optional.ofNullable(known.get(key));
        if (found.isPresent()) return found;
        Optional<V> read = reader.get();
        if (known.size() >= MOST_REMEMBERED) known.clear();
        read.ifPresent(value -> known.put(key, value));
        return read;
    }
}
