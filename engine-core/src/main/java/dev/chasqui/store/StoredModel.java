package dev.chasqui.store;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.Digest;
import dev.chasqui.api.Message;
import dev.chasqui.api.ModelDetails;
import dev.chasqui.api.ModelName;
import dev.chasqui.api.ModelSummary;
import dev.chasqui.api.ModelTraits;
import dev.chasqui.api.Options;
import dev.chasqui.gguf.GgufException;
import dev.chasqui.gguf.GgufFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/// A model of the store as its manifest described it when it was found. Small files are read when they are asked
/// for.
///
/// Every method that reads one throws [BackendException] naming the file, if it is missing or damaged.
public final class StoredModel {

    private final ModelName name;
    private final Digest digest;
    private final Instant modifiedAt;
    private final Manifest manifest;
    private final ConfigBlob config;
    private final Blobs blobs;
    private final Capabilities capabilities;
    private volatile @Nullable GgufFile gguf;

    StoredModel(
            ModelName name,
            Digest digest,
            Instant modifiedAt,
            Manifest manifest,
            ConfigBlob config,
            Blobs blobs,
            Capabilities capabilities) {
        this.name = name;
        this.digest = digest;
        this.modifiedAt = modifiedAt;
        this.manifest = manifest;
        this.config = config;
        this.blobs = blobs;
        this.capabilities = capabilities;
    }

    /// In the case it is stored in.
    public ModelName name() {
        return name;
    }

    /// SHA-256 of the manifest: it changes with anything of the model.
    public Digest digest() {
        return digest;
    }

    /// All its files together.
    public long sizeBytes() {
        return manifest.everything().mapToLong(Layer::size).sum();
    }

    public Instant modifiedAt() {
        return modifiedAt;
    }

    public ModelTraits traits() {
        String parent = manifest.lastOfType(MediaTypes.MODEL).map(Layer::from).orElse("");
        return config.traits().withParentModel(parent);
    }

    /// The GGUF file; of a split model the first.
    ///
    /// @throws BackendException if the model has none here: it runs elsewhere, or is not in GGUF format
    public Path weights() {
        return weightFiles().getFirst();
    }

    /// The digest of [#weights], the same for every model made of the same file.
    public Digest weightsDigest() {
        weights();
        return manifest.ofType(MediaTypes.MODEL).getFirst().digest();
    }

    /// All GGUF files of a split model, in order.
    public List<Path> weightFiles() {
        List<Layer> layers = manifest.ofType(MediaTypes.MODEL);
        if (layers.isEmpty()) {
            throw BackendException.invalid(
                    "model '" + name + "' has no GGUF weights in this store, so it cannot run here");
        }
        return layers.stream().map(layer -> blobs.path(layer.digest())).toList();
    }

    /// What the weights say about themselves; read at the first call.
    ///
    /// @throws BackendException naming what is wrong with the file
    public GgufFile gguf() {
        try {
            return readOnce();
        } catch (GgufException e) {
            throw BackendException.failed("error loading model '" + name.shortForm() + "': " + e.getMessage(), e);
        }
    }

    private GgufFile readOnce() {
        GgufFile read = gguf;
        if (read == null) gguf = read = GgufFile.read(weights());
        return read;
    }

    public Optional<Path> adapter() {
        return path(MediaTypes.ADAPTER);
    }

    /// The digest of [#adapter].
    public Optional<Digest> adapterDigest() {
        return manifest.lastOfType(MediaTypes.ADAPTER).map(Layer::digest);
    }

    public Optional<Path> projector() {
        return path(MediaTypes.PROJECTOR);
    }

    private Optional<Path> path(String mediaType) {
        return manifest.lastOfType(mediaType).map(layer -> blobs.path(layer.digest()));
    }

    /// The template somebody gave the model, in Go's template language. The weights may hold another one, in
    /// Jinja: [GgufFile#chatTemplate].
    public Optional<String> template() {
        return templateLayer().map(this::text);
    }

    /// Whether [#template] writes the model's prompts, and not the weights' own.
    public boolean usesGoTemplate() {
        return capabilities.goInForce(files());
    }

    private Optional<Layer> templateLayer() {
        return manifest.lastOfType(MediaTypes.TEMPLATE).or(() -> manifest.lastOfType(MediaTypes.PROMPT));
    }

    /// The system prompt that stands where a request gives none.
    public Optional<String> system() {
        return text(MediaTypes.SYSTEM);
    }

    /// Options that stand where a request gives none.
    public Options params() {
        Optional<Layer> layer = manifest.lastOfType(MediaTypes.PARAMS);
        if (layer.isEmpty()) return Options.NONE;
        try {
            return Options.parse(Json.parseObject(blobs.read(layer.get())));
        } catch (JacksonException e) {
            throw BackendException.failed(damaged(layer.get(), "a JSON object"), e);
        }
    }

    /// The conversation's opening messages.
    public List<Message> messages() {
        Optional<Layer> layer = manifest.lastOfType(MediaTypes.MESSAGES);
        if (layer.isEmpty()) return List.of();
        try {
            List<Message> messages = new ArrayList<>();
            Object document = Json.parse(blobs.read(layer.get())).orElse(List.of());
            for (Object each : document instanceof List<?> list ? list : List.of()) {
                Map<String, Object> message = Json.asObject(each);
                messages.add(Message.of(
                        Json.text(message, "role").orElse(""),
                        Json.text(message, "content").orElse("")));
            }
            return messages;
        } catch (JacksonException e) {
            throw BackendException.failed(damaged(layer.get(), "a JSON array"), e);
        }
    }

    public List<String> licenses() {
        return manifest.ofType(MediaTypes.LICENSE).stream().map(this::text).toList();
    }

    /// For example `completion`, `tools`, `embedding`; see Ollama's `/api/show`.
    public List<String> capabilities() {
        return capabilities.of(files(), config);
    }

    private Capabilities.Files files() {
        Optional<Layer> template = templateLayer();
        return new Capabilities.Files(
                manifest.ofType(MediaTypes.MODEL).stream().findFirst(),
                this::readOnce,
                template,
                () -> template.map(this::text).orElse(""),
                manifest.lastOfType(MediaTypes.SYSTEM).isPresent(),
                manifest.lastOfType(MediaTypes.PROJECTOR).isPresent());
    }

    public ModelSummary summary() {
        Capabilities.Weights weights = capabilities.weights(files());
        return new ModelSummary(
                name.shortForm(),
                digest.hex(),
                sizeBytes(),
                modifiedAt,
                traits(),
                weights.contextLength(),
                weights.embeddingLength(),
                capabilities());
    }

    /// @param verbose whether long arrays of the GGUF file, such as the vocabulary, are given in full
    public ModelDetails details(boolean verbose) {
        return Details.of(this, verbose);
    }

    /// A Modelfile that would make this model again, out of the file in the store.
    public String modelfile() {
        return Details.modelfile(this);
    }

    Manifest manifest() {
        return manifest;
    }

    ConfigBlob config() {
        return config;
    }

    private Optional<String> text(String mediaType) {
        return manifest.lastOfType(mediaType).map(this::text);
    }

    private String text(Layer layer) {
        return new String(blobs.read(layer), StandardCharsets.UTF_8);
    }

    private String damaged(Layer layer, String expected) {
        return "model '" + name + "': " + blobs.path(layer.digest()) + " is not " + expected;
    }

    @Override
    public String toString() {
        return name + " " + digest;
    }
}
