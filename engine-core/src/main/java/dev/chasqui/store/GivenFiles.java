package dev.chasqui.store;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.CreateRequest;
import dev.chasqui.api.Digest;
import dev.chasqui.gguf.GgufException;
import dev.chasqui.gguf.GgufFile;
import dev.chasqui.gguf.GgufGate;
import dev.chasqui.gguf.JoinedGguf;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/// The files a request names, each read and judged. Their names only tell them apart: what is opened is what their
/// digests lead to in the store.
final class GivenFiles {

    /// A model in as many parts, and something beside it.
    private static final int MOST_FILES = 1_100;

    /// What the request says of a file.
    private record Named(String name, Digest digest) {}

    private final Function<Digest, Path> places;
    private final Map<Path, Named> named = new LinkedHashMap<>();
    private final List<GgufFile> projectors = new ArrayList<>();
    private final Optional<JoinedGguf> weights;
    private final Optional<GgufFile> adapter;

    /// @param places where in the store each file is, if it is there
    /// @throws BackendException naming the file, and what is wrong with it
    GivenFiles(CreateRequest request, Function<Digest, Path> places) {
        this.places = places;
        if (request.adapters().size() > 1) throw BackendException.invalid("only one adapter is currently supported");
        if (request.files().size() > MOST_FILES) {
            throw BackendException.invalid(
                    "files names " + request.files().size() + " files; at most " + MOST_FILES + " are allowed");
        }
        List<GgufFile> models = new ArrayList<>();
        new TreeMap<>(request.files()).forEach((name, digest) -> {
            GgufFile file = read(name, digest);
            if (file.kind().equals("adapter")) {
                throw BackendException.invalid(name + " is an adapter; name it with ADAPTER, or in adapters");
            }
            (isProjector(file) ? projectors : models).add(file);
        });
        adapter = request.adapters().entrySet().stream()
                .findFirst()
                .map(entry -> requireAdapter(read(entry.getKey(), entry.getValue())));
        if (request.from().isPresent() && !models.isEmpty()) {
            throw BackendException.invalid(
                    "FROM names a model and the weights " + name(models.getFirst()) + "; name one of them");
        }
        weights = models.isEmpty() ? Optional.empty() : Optional.of(joined(models));
    }

    /// One whole file, or all parts of a split one; none if only a projector is given, or nothing.
    Optional<JoinedGguf> weights() {
        return weights;
    }

    /// Files beside the weights that read images or sound.
    List<GgufFile> projectors() {
        return projectors;
    }

    Optional<GgufFile> adapter() {
        return adapter;
    }

    /// What the request calls it.
    String name(GgufFile file) {
        return named(file).name();
    }

    Digest digest(GgufFile file) {
        return named(file).digest();
    }

    private Named named(GgufFile file) {
        return Objects.requireNonNull(named.get(file.path()));
    }

    private static boolean isProjector(GgufFile file) {
        return file.kind().equals("mmproj") || file.architecture().equals("clip");
    }

    private GgufFile requireAdapter(GgufFile file) {
        if (file.kind().equals("adapter")) return file;
        throw BackendException.invalid(name(file)
                + " is no adapter: its key general.type is not \"adapter\"; name a LoRA adapter in GGUF format");
    }

    private JoinedGguf joined(List<GgufFile> models) {
        Optional<GgufFile> whole =
                models.stream().filter(file -> !file.isPart()).findFirst();
        if (models.size() > 1 && whole.isPresent()) {
            GgufFile other = models.get(models.indexOf(whole.get()) == 0 ? 1 : 0);
            throw BackendException.invalid(name(whole.get()) + " is a whole model, and " + name(other)
                    + " is of another; name one model, or all parts of a split one");
        }
        try {
            JoinedGguf joined = JoinedGguf.of(models);
            if (!joined.first().architecture().equals("unknown")) return joined;
            throw BackendException.invalid(
                    name(joined.first()) + " has no key general.architecture, so it is no model");
        } catch (GgufException e) {
            throw wrong(e);
        }
    }

    private GgufFile read(String name, Digest digest) {
        requireRelative(name);
        if (name.toLowerCase(Locale.ROOT).endsWith(".safetensors")) throw notConverted(name);
        Path place = places.apply(digest);
        Named other = named.put(place, new Named(name, digest));
        if (other != null) {
            throw BackendException.invalid(other.name() + " and " + name + " are one file; name it once");
        }
        if (!Files.isRegularFile(place)) {
            throw BackendException.invalid("blob \"" + digest + "\" not found, which " + name
                    + " is said to be; send it to /api/blobs/" + digest + " first");
        }
        try {
            GgufFile file = GgufFile.read(place);
            // Parts are judged when they are joined.
            return file.isPart() ? file : GgufGate.standard().judgeWithWeights(place, read -> {});
        } catch (GgufException e) {
            throw wrong(e);
        }
    }

    static BackendException notConverted(String name) {
        return BackendException.invalid(name + " is in safetensors format, and only GGUF can be taken in; convert the"
                + " model with llama.cpp's convert_hf_to_gguf.py, or pull one in GGUF format");
    }

    private static void requireRelative(String name) {
        boolean climbs = List.of(name.split("[/\\\\]", -1)).contains("..");
        boolean absolute = name.startsWith("/") || name.startsWith("\\") || name.matches("(?s)[A-Za-z]:.*");
        if (!name.isBlank() && !climbs && !absolute && name.indexOf('\0') < 0) return;
        throw BackendException.invalid("file path must be relative: \"" + name + "\"");
    }

    /// The same in the request's words, and in Ollama's where it has some.
    private BackendException wrong(GgufException e) {
        if (e.getCause() instanceof ClosedByInterruptException) {
            return new BackendException(BackendException.Kind.CANCELLED, "interrupted", e);
        }
        String message = String.valueOf(e.getMessage());
        for (Map.Entry<Path, Named> file : named.entrySet()) {
            message = message.replace(file.getKey().toString(), file.getValue().name());
        }
        String ollama = message.contains(" is not a GGUF file: ") ? "supplied file was not in GGUF format: " : "";
        return new BackendException(BackendException.Kind.INVALID, ollama + message, e);
    }
}
