package dev.chasqui.store;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.Digest;
import dev.chasqui.api.ModelName;
import dev.chasqui.api.ModelTraits;
import dev.chasqui.api.Options;
import dev.chasqui.api.Progress;
import dev.chasqui.api.ProgressLine;
import dev.chasqui.gguf.GgufFile;
import dev.chasqui.template.GoTemplate;
import dev.chasqui.template.TemplateException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
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
    private Optional<ConfigBlob> config = Optional.empty();
    private Options params = Options.NONE;
    private Optional<String> ownTemplate = Optional.empty();
    private long parameterCount;

    Creation(ModelStore store, Progress progress) {
        this.store = store;
        this.progress = progress;
    }

    /// Everything a Modelfile says, in an order in which what is wrong is found before weights are copied.
    void apply(Modelfile modelfile, Path folder) throws IOException {
        Options given = modelfile.parameters();
        if (modelfile.adapters().size() > 1) {
            throw BackendException.invalid("only one adapter is currently supported");
        }
        if (modelfile.last("draft").isPresent()) {
            throw BackendException.invalid("DRAFT models are not supported; remove the line");
        }
        Sources sources = Sources.of(modelfile, folder);
        progress.status("parsing GGUF");
        List<GgufFile> files = sources.files().stream().map(GgufFile::read).toList();
        Optional<GgufFile> adapter = sources.adapter().map(GgufFile::read);

        for (ModelName base : sources.models()) base(store.get(base));
        for (GgufFile file : files) weights(file);
        if (adapter.isPresent()) {
            replace(MediaTypes.ADAPTER, List.of(file(MediaTypes.ADAPTER, adapter.get())));
        }
        texts(modelfile);
        params = given.over(params);
    }

    /// A catalogue's model, whose bytes must be the ones the catalogue names.
    void fetched(CatalogueEntry entry, InputStream in) throws IOException {
        String file = entry.name() + " from the catalogue";
        Layer layer = take(MediaTypes.MODEL, in, entry.sizeBytes(), file, Optional.of(entry.digest()));
        weights(layer, GgufFile.read(store.blobs().path(layer.digest())));
        layers.add(text(MediaTypes.LICENSE, entry.license()));
        params = entry.params();
    }

    /// Takes over everything an existing model has.
    private void base(StoredModel model) {
        layers.addAll(model.manifest().layers());
        layers.removeIf(layer -> layer.mediaType().equals(MediaTypes.PARAMS));
        config = Optional.of(model.config());
        params = model.params();
    }

    /// Takes in a file of weights, or of a projector: the file says which.
    private void weights(GgufFile gguf) throws IOException {
        if (gguf.kind().equals("adapter")) {
            throw BackendException.invalid(gguf.path() + " is an adapter; name it with ADAPTER, and a model with FROM");
        }
        boolean projector = gguf.kind().equals("mmproj") || gguf.architecture().equals("clip");
        if (projector) {
            layers.add(file(MediaTypes.PROJECTOR, gguf));
            return;
        }
        if (layers.stream().anyMatch(layer -> layer.mediaType().equals(MediaTypes.MODEL)) && parameterCount == 0) {
            throw BackendException.invalid("FROM names a model and the weights " + gguf.path() + "; name one of them");
        }
        weights(file(MediaTypes.MODEL, gguf), gguf);
    }

    private void weights(Layer layer, GgufFile gguf) {
        layers.add(layer);
        ownTemplate = ownTemplate.or(gguf::chatTemplate);
        parameterCount += gguf.parameterCount();
        ModelTraits traits = config.map(ConfigBlob::traits).orElseGet(() -> traits(gguf));
        config = Optional.of(ConfigBlob.of(new ModelTraits(
                "",
                traits.format(),
                traits.family(),
                traits.families(),
                GgufFile.humanCount(parameterCount),
                traits.quantizationLevel())));
    }

    private static ModelTraits traits(GgufFile gguf) {
        if (gguf.architecture().equals("unknown")) {
            throw BackendException.invalid(gguf.path() + " has no key general.architecture, so it is no model");
        }
        return new ModelTraits(
                "", "gguf", gguf.architecture(), List.of(gguf.architecture()), "", gguf.quantizationLevel());
    }

    private Layer file(String mediaType, GgufFile gguf) throws IOException {
        try (InputStream in = Files.newInputStream(gguf.path())) {
            return take(
                    mediaType, in, gguf.fileBytes(), "copying " + gguf.path().getFileName(), Optional.empty());
        }
    }

    /// Takes in a stream of known length.
    ///
    /// @param expected what the bytes must hash to
    /// @throws BackendException if the stream turns out to be another, or the disk has no room for it
    private Layer take(String mediaType, InputStream in, long size, String status, Optional<Digest> expected)
            throws IOException {
        long free = Files.getFileStore(store.root()).getUsableSpace();
        if (free < size) {
            throw BackendException.failed(
                    "the model folder " + store.root() + " is full: " + size + " bytes are needed, " + free
                            + " are free; free space there or set OLLAMA_MODELS to another folder",
                    new IOException("No space left on device"));
        }
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

    /// Replaces what the base had of texts, messages and licences by what the Modelfile gives.
    private void texts(Modelfile modelfile) throws IOException {
        // A Modelfile made by `show` repeats the weights' own template, which needs no second copy.
        if (modelfile.template().isPresent() && !modelfile.template().equals(ownTemplate)) {
            requireTemplate(modelfile.template().get());
            layers.removeIf(layer -> layer.mediaType().equals(MediaTypes.PROMPT));
            replace(
                    MediaTypes.TEMPLATE,
                    List.of(text(MediaTypes.TEMPLATE, modelfile.template().get())));
        }
        if (modelfile.system().isPresent()) {
            replace(
                    MediaTypes.SYSTEM,
                    List.of(text(MediaTypes.SYSTEM, modelfile.system().get())));
        }
        for (String license : modelfile.licenses()) layers.add(text(MediaTypes.LICENSE, license));
        if (!modelfile.messages().isEmpty()) {
            List<Map<String, Object>> array = modelfile.messages().stream()
                    .map(message -> {
                        Map<String, Object> json = new LinkedHashMap<>();
                        json.put("role", message.role());
                        json.put("content", message.content());
                        return json;
                    })
                    .toList();
            replace(MediaTypes.MESSAGES, List.of(bytes(MediaTypes.MESSAGES, Json.bytes(array))));
        }
        config = config.map(old -> new ConfigBlob(
                old.traits(),
                modelfile.last("renderer").or(old::renderer),
                modelfile.last("parser").or(old::parser),
                modelfile.last("requires").or(old::requires),
                old.capabilities()));
    }

    private static void requireTemplate(String text) {
        try {
            GoTemplate.parse(text);
        } catch (TemplateException e) {
            throw new BackendException(BackendException.Kind.INVALID, "template error: " + e.getMessage(), e);
        }
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

    private Layer keep(String mediaType, Blobs.Incoming incoming, Digest digest) throws IOException {
        boolean fresh = incoming.keep(digest);
        if (fresh) broughtIn.add(digest);
        progress.status((fresh ? "creating new layer " : "using existing layer ") + digest);
        return new Layer(mediaType, digest, incoming.size());
    }

    /// Writes what is left, the options and the config, and says what the model is made of.
    Manifest finish() throws IOException {
        ConfigBlob made = config.orElseThrow(() -> BackendException.invalid("no FROM line"));
        Map<String, Object> values = params.toMap();
        if (!values.isEmpty()) layers.add(bytes(MediaTypes.PARAMS, Json.bytes(values)));
        layers.sort(java.util.Comparator.comparingInt(layer -> Math.floorMod(ORDER.indexOf(layer.mediaType()), 100)));
        List<Layer> unique = layers.stream().distinct().toList();
        return new Manifest(bytes(MediaTypes.CONFIG, made.toJson(unique)), unique);
    }

    /// The model is published: its files stay.
    void keep() {
        broughtIn.clear();
    }

    @Override
    public void close() throws IOException {
        store.removeUnused(broughtIn);
    }
}
