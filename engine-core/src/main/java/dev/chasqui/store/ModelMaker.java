package dev.chasqui.store;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.CreateRequest;
import dev.chasqui.api.Digest;
import dev.chasqui.api.ModelName;
import dev.chasqui.api.Progress;
import dev.chasqui.gguf.GgufFile;
import dev.chasqui.gguf.JoinedGguf;
import dev.chasqui.template.GoTemplate;
import dev.chasqui.template.TemplateException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Makes one model as a request says: first what can be wrong is judged, then weights are written anew where they
/// must be, and only then, with the store's lock held, everything gets its place and the name appears.
final class ModelMaker {

    private static final Pattern VERSION =
            Pattern.compile("v?\\d+(\\.\\d+){0,2}(-[0-9A-Za-z.-]+)?(\\+[0-9A-Za-z.-]+)?");

    private final ModelStore store;
    private final CreateRequest request;
    private final Map<Digest, Blobs.Incoming> waiting;
    private final Quantizer quantizer;
    private final Progress progress;
    private final ModelName name;
    private final Optional<Quantization> type;
    private final Optional<StoredModel> base;
    private final GivenFiles given;
    private final Optional<String> ownTemplate;

    /// @param waiting files of the request that have no place in the store yet
    /// @throws BackendException if the request, or a file it names, is wrong
    ModelMaker(
            ModelStore store,
            CreateRequest request,
            Map<Digest, Blobs.Incoming> waiting,
            Quantizer quantizer,
            Progress progress) {
        this.store = store;
        this.request = request;
        this.waiting = waiting;
        this.quantizer = quantizer;
        this.progress = progress;
        this.name = ModelName.parse(request.model());
        if (request.from().isEmpty() && request.files().isEmpty()) {
            throw BackendException.invalid("neither 'from' or 'files' was specified");
        }
        request.requires().ifPresent(ModelMaker::requireVersion);
        this.type = request.quantize().map(Quantization::parse);
        this.base = request.from().map(from -> store.get(ModelName.parse(from)));
        this.given = new GivenFiles(request, this::place);
        if (base.isEmpty() && given.weights().isEmpty()) {
            throw BackendException.invalid("files holds no weights, only what goes beside them; add a model's file");
        }
        this.ownTemplate = request.template().isPresent() ? ownTemplate() : Optional.empty();
        request.template()
                .filter(text -> !ownTemplate.filter(text::equals).isPresent())
                .ifPresent(ModelMaker::requireTemplate);
    }

    StoredModel make() throws IOException, InterruptedException {
        if (!request.files().isEmpty()) progress.status("parsing GGUF");
        try (NewWeights fresh = newWeights()) {
            return store.writing(() -> {
                try (Creation creation = new Creation(store, progress)) {
                    fill(creation, fresh);
                    return store.publish(name, creation, progress);
                }
            });
        }
    }

    private void fill(Creation creation, @Nullable NewWeights fresh) throws IOException {
        base.ifPresent(creation::base);
        if (fresh != null) {
            creation.weights(creation.keep(MediaTypes.MODEL, fresh.incoming(), fresh.digest()), fresh.facts());
        } else if (given.weights().isPresent()) {
            GgufFile file = given.weights().get().first();
            creation.weights(layer(creation, MediaTypes.MODEL, file), file);
        }
        if (!given.projectors().isEmpty()) {
            List<Layer> layers = new ArrayList<>();
            for (GgufFile file : given.projectors()) layers.add(layer(creation, MediaTypes.PROJECTOR, file));
            creation.projectors(
                    layers,
                    given.projectors().stream().map(GgufFile::architecture).toList());
        }
        if (given.adapter().isPresent()) {
            creation.adapter(layer(creation, MediaTypes.ADAPTER, given.adapter().get()));
        }
        creation.texts(request, ownTemplate);
        creation.sent(request.files().values());
        creation.sent(request.adapters().values());
    }

    private Layer layer(Creation creation, String mediaType, GgufFile file) throws IOException {
        Digest digest = given.digest(file);
        Blobs.Incoming incoming = waiting.get(digest);
        return incoming == null
                ? new Layer(mediaType, digest, file.fileBytes())
                : creation.keep(mediaType, incoming, digest);
    }

    private Path place(Digest digest) {
        Blobs.Incoming incoming = waiting.get(digest);
        return incoming == null ? store.blobs().path(digest) : incoming.file();
    }

    private @Nullable NewWeights newWeights() throws IOException, InterruptedException {
        Optional<JoinedGguf> parts = given.weights()
                .or(() -> base.filter(model -> type.isPresent())
                        .map(model -> JoinedGguf.of(
                                model.weightFiles().stream().map(GgufFile::read).toList())));
        if (parts.isEmpty()) return null;
        if (type.isPresent()) {
            String from = plainType(parts.get());
            if (!from.equals(type.get().name())) {
                return NewWeights.quantized(store, parts.get(), from, type.get(), quantizer, progress);
            }
        }
        return parts.get().first().isPart() ? NewWeights.joined(store, parts.get(), progress) : null;
    }

    private String plainType(JoinedGguf parts) {
        for (GgufFile part : parts.parts()) Quantization.requirePlain(part);
        return Quantization.plainTypeOf(parts.first());
    }

    private static void requireVersion(String text) {
        if (VERSION.matcher(text).matches()) return;
        throw BackendException.invalid("requires must be a valid semver (e.g. 0.14.0), and is \"" + text + "\"");
    }

    /// The one the weights hold, in Jinja.
    private Optional<String> ownTemplate() {
        return given.weights()
                .map(JoinedGguf::first)
                .or(() -> base.filter(model ->
                                !model.manifest().ofType(MediaTypes.MODEL).isEmpty())
                        .map(StoredModel::gguf))
                .flatMap(GgufFile::chatTemplate);
    }

    private static void requireTemplate(String text) {
        try {
            GoTemplate.parse(text);
        } catch (TemplateException e) {
            throw new BackendException(BackendException.Kind.INVALID, "template error: " + e.getMessage(), e);
        }
    }
}
