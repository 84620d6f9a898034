package dev.chasqui.store;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.CreateRequest;
import dev.chasqui.api.Digest;
import dev.chasqui.api.Message;
import dev.chasqui.api.ModelTraits;
import dev.chasqui.api.Options;
import dev.chasqui.api.Progress;
import dev.chasqui.api.ProgressLine;
import dev.chasqui.gguf.GgufFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// A model in the making: gathers its files in the store. What it brought in is removed again unless [#keep] was
/// called. Runs inside [ModelStore#writing].
final class Creation implements AutoCloseable {

    private static final long REPORT_BYTES = 4 << 20;
    /// The order in which Ollama writes layers.
    private static final List<String> ORDER = List.of(
            MediaTypes.MODEL,
            MediaTypes.PROJECTOR,
            MediaTypes.ADAPTER,
            MediaTypes.DRAFT,
            MediaTypes.TEMPLATE,
            MediaTypes.PROMPT,
            MediaTypes.SYSTEM,
            MediaTypes.LICENSE,
            MediaTypes.PARAMS,
            MediaTypes.MESSAGES);

    private final ModelStore store;
    private final Progress progress;
    private final List<Layer> layers = new ArrayList<>();
    private final Set<Digest> broughtIn = new HashSet<>();
    private final Set<Digest> sent = new HashSet<>();
    private Optional<ConfigBlob> config = Optional.empty();
    private Options params = Options.NONE;

    Creation(ModelStore store, Progress progress) {
        this.store = store;
        this.progress = progress;
    }

    /// A catalogue's model, whose bytes must be the ones the catalogue names.
    void fetched(CatalogueEntry entry, InputStream in) throws IOException {
        String file = entry.name() + " from the catalogue";
        Layer layer = take(MediaTypes.MODEL, in, entry.sizeBytes(), file, Optional.of(entry.digest()));
        store.sound().require(layer.digest(), store.blobs().path(layer.digest()));
        weights(layer, GgufFile.read(store.blobs().path(layer.digest())));
        layers.add(text(MediaTypes.LICENSE, entry.license()));
        params = entry.params();
    }

    /// Takes over everything an existing model has.
    void base(StoredModel model) {
        String name = model.name().shortForm();
        model.manifest().layers().stream()
                .filter(layer -> !layer.mediaType().equals(MediaTypes.PARAMS))
                .map(layer -> layer.takenFrom(name))
                .forEach(layers::add);
        config = Optional.of(model.config());
        params = model.params();
    }

    /// Takes weights in place of those it had.
    void weights(Layer layer, GgufFile gguf) {
        replace(MediaTypes.MODEL, List.of(layer));
        ModelTraits traits = traits(gguf);
        config = Optional.of(config.map(
                        old -> old.withTraits(withFamilies(traits, old.traits().families())))
                .orElse(ConfigBlob.of(traits)));
    }

    /// Takes projectors in place of those it had.
    void projectors(List<Layer> files, List<String> families) {
        replace(MediaTypes.PROJECTOR, files);
        config = config.map(old -> old.withTraits(withFamilies(old.traits(), families)));
    }

    private static ModelTraits withFamilies(ModelTraits traits, List<String> more) {
        Set<String> families = new LinkedHashSet<>(traits.families());
        families.addAll(more);
        return new ModelTraits(
                traits.parentModel(),
                traits.format(),
                traits.family(),
                List.copyOf(families),
                traits.parameterSize(),
                traits.quantizationLevel());
    }

    void adapter(Layer layer) {
        replace(MediaTypes.ADAPTER, List.of(layer));
    }

    private static ModelTraits traits(GgufFile gguf) {
        String family = gguf.architecture();
        return new ModelTraits("", "gguf", family, List.of(family), gguf.parameterSize(), gguf.quantizationLevel());
    }

    /// Takes in a stream of known length.
    ///
    /// @param expected what the bytes must hash to
    /// @throws BackendException if the stream turns out to be another, or the disk has no room for it
    private Layer take(String mediaType, InputStream in, long size, String status, Optional<Digest> expected)
            throws IOException {
        store.requireRoom(size);
        try (Blobs.Incoming incoming = store.blobs().incoming()) {
            long[] next = {0};
            incoming.writeAll(in, written -> {
                if (written > size) throw wrongLength(status, "more", size);
                if (written < next[0] && written < size) return;
                next[0] = written + REPORT_BYTES;
                progress.report(new ProgressLine(status, "", written, size));
            });
            if (incoming.size() != size) throw wrongLength(status, String.valueOf(incoming.size()), size);
            Digest digest = incoming.digest();
            if (expected.isPresent() && !expected.get().equals(digest)) {
                throw BackendException.failed(
                        "digest mismatch of " + status + ", expected \"" + expected.get() + "\", got \"" + digest
                                + "\"",
                        new IOException("digest mismatch"));
            }
            return keep(mediaType, incoming, digest);
        }
    }

    private static BackendException wrongLength(String what, String bytes, long expected) {
        return BackendException.invalid(
                what + ": it has " + bytes + " bytes, expected " + expected + "; was it changed?");
    }

    /// Replaces what the base had of texts, messages and options by what the request gives; licences are added.
    ///
    /// @param ownTemplate the weights' own. A Modelfile made by `show` repeats it, which needs no second copy
    void texts(CreateRequest request, Optional<String> ownTemplate) throws IOException {
        if (request.template().isPresent()) {
            layers.removeIf(layer -> layer.mediaType().equals(MediaTypes.PROMPT));
            replace(MediaTypes.TEMPLATE, List.of());
            if (!request.template().equals(ownTemplate))
                layers.add(text(MediaTypes.TEMPLATE, request.template().get()));
        }
        if (request.system().isPresent())
            replace(MediaTypes.SYSTEM, request.system().get());
        for (String license : request.licenses()) layers.add(text(MediaTypes.LICENSE, license));
        if (!request.messages().isEmpty()) {
            List<Map<String, Object>> array =
                    request.messages().stream().map(Creation::json).toList();
            replace(MediaTypes.MESSAGES, List.of(bytes(MediaTypes.MESSAGES, Json.bytes(array))));
        }
        config = config.map(old -> new ConfigBlob(
                old.traits(),
                request.renderer().or(old::renderer),
                request.parser().or(old::parser),
                request.requires().or(old::requires),
                old.capabilities()));
        params = request.parameters().over(params);
    }

    private static Map<String, Object> json(Message message) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("role", message.role());
        json.put("content", message.content());
        return json;
    }

    private void replace(String mediaType, String by) throws IOException {
        replace(mediaType, List.of(text(mediaType, by)));
    }

    private void replace(String mediaType, List<Layer> by) {
        layers.removeIf(layer -> layer.mediaType().equals(mediaType));
        layers.addAll(by);
    }

    private Layer text(String mediaType, String text) throws IOException {
        return bytes(mediaType, text.getBytes(StandardCharsets.UTF_8));
    }

    private Layer bytes(String mediaType, byte[] bytes) throws IOException {
        try (Blobs.Incoming incoming = store.blobs().incoming()) {
            incoming.write(bytes, bytes.length);
            return keep(mediaType, incoming, incoming.digest());
        }
    }

    /// Gives a file its place in the store.
    Layer keep(String mediaType, Blobs.Incoming incoming, Digest digest) throws IOException {
        if (incoming.keep(digest)) broughtIn.add(digest);
        return new Layer(mediaType, digest, incoming.size());
    }

    /// Files that were sent for this model and that nobody needs once it is made of them.
    void sent(Collection<Digest> digests) {
        sent.addAll(digests);
    }

    Set<Digest> sent() {
        return sent;
    }

    /// Writes what is left, the options and the config, and says what the model is made of.
    Manifest finish() throws IOException {
        ConfigBlob made = config.orElseThrow(() -> new AssertionError("a model without weights"));
        Map<String, Object> values = params.toMap();
        if (!values.isEmpty()) layers.add(bytes(MediaTypes.PARAMS, Json.bytes(values)));
        layers.sort(Comparator.comparingInt(layer -> Math.floorMod(ORDER.indexOf(layer.mediaType()), 100)));
        Set<Layer> seen = new HashSet<>(); // a text of the base that is given again is one text
        List<Layer> unique =
                layers.stream().filter(layer -> seen.add(layer.takenFrom(""))).toList();
        for (Layer layer : unique) {
            store.blobs().require(layer); // somebody may have deleted what this one is made from
            boolean fresh = broughtIn.contains(layer.digest());
            progress.status((fresh ? "creating new layer " : "using existing layer ") + layer.digest());
        }
        return new Manifest(bytes(MediaTypes.CONFIG, made.toJson(unique)), unique);
    }

    /// The model is published: its files stay.
    void keep() {
        broughtIn.clear();
    }

    @Override
    public void close() {
        store.removeUnused(broughtIn);
    }
}
