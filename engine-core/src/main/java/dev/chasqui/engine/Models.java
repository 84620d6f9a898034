package dev.chasqui.engine;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.ModelDetails;
import dev.chasqui.api.ModelLibrary;
import dev.chasqui.api.ModelName;
import dev.chasqui.api.ModelSummary;
import dev.chasqui.api.ModelTraits;
import dev.chasqui.api.Options;
import dev.chasqui.gguf.GgufException;
import dev.chasqui.gguf.GgufFile;
import dev.chasqui.gguf.GgufGate;
import dev.chasqui.platform.CacheFolder;
import dev.chasqui.registry.RegistrySettings;
import dev.chasqui.store.ModelStore;
import dev.chasqui.store.ProbeNote;
import dev.chasqui.store.RemoteModels;
import dev.chasqui.store.StoredModel;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// Where an engine's models come from.
interface Models {

    /// The model [Engine#generate(String)] asks.
    String defaultName();

    /// @throws BackendException of kind `NOT_FOUND`, if there is no model of that name
    ModelSource source(String name);

    List<ModelSummary> list();

    ModelDetails details(String name);

    /// Their files, where there are more than this one.
    Optional<ModelLibrary> library();

    /// Why they cannot be read, if they cannot.
    Optional<String> obstacle();

    /// The models of a store, as they are at each call.
    static Models inStore(ModelStore store, RegistrySettings registries) {
        ModelLibrary library = new StoreLibrary(store, new RemoteModels(store, registries));
        return new InStore(store, Optional.of(library), new ConcurrentHashMap<>());
    }

    /// One file.
    ///
    /// @throws BackendException if it is not a GGUF file, or the gate refuses it
    static Models ofFile(Path gguf) {
        try {
            GgufFile facts = GgufGate.standard().judge(gguf);
            String stem = gguf.getFileName().toString().replaceFirst("(?i)\\.gguf$", "");
            return new OfFile(
                    stem.replaceAll("[^A-Za-z0-9_.-]", "-"),
                    facts,
                    gguf.toFile().lastModified());
        } catch (GgufException e) {
            throw new BackendException(BackendException.Kind.INVALID, String.valueOf(e.getMessage()), e);
        }
    }

    /// Names are Ollama's; an empty or missing one is answered in Ollama's words.
    ///
    /// @param sources what was read of each model's small files, good as long as the model is the same one
    record InStore(ModelStore store, Optional<ModelLibrary> library, Map<StoredModel, ModelSource> sources)
            implements Models {

        private static final int MOST_SOURCES = 1_000;

        @Override
        public String defaultName() {
            return "smollm2:135m";
        }

        @Override
        public ModelSource source(String name) {
            if (sources.size() > MOST_SOURCES) sources.clear();
            StoredModel model = find(name);
            try {
                return sources.computeIfAbsent(model, this::read);
            } catch (BackendException e) {
                StoredModel now = madeAnew(name, model).orElseThrow(() -> e);
                return sources.computeIfAbsent(now, this::read);
            }
        }

        /// Whoever does that removes the files that only the old one needed.
        private Optional<StoredModel> madeAnew(String name, StoredModel old) {
            try {
                return Optional.of(find(name)).filter(now -> !now.digest().equals(old.digest()));
            } catch (BackendException e) {
                return Optional.empty();
            }
        }

        private ModelSource read(StoredModel model) {
            requireHead(model);
            return new ModelSource(
                    model.name().shortForm(),
                    model.digest().hex(),
                    model.weights(),
                    model.adapter(),
                    () -> judged(model),
                    model.traits(),
                    model.params(),
                    model.system(),
                    model.template(),
                    model.usesGoTemplate(),
                    model.messages(),
                    model.capabilities(),
                    reading -> store.requireWhole(model, reading),
                    () -> store.probeNote(model));
        }

        /// A damaged file, which the gate may refuse too, is rather told to be damaged.
        private GgufFile judged(StoredModel model) {
            try {
                store.requireSound(model);
                return model.gguf();
            } catch (BackendException e) {
                if (e.kind() == BackendException.Kind.FAILED) store.requireWhole(model, bytes -> {});
                throw e;
            }
        }

        /// Without it a model looks like one that can do nothing.
        private void requireHead(StoredModel model) {
            try {
                model.gguf();
            } catch (BackendException e) {
                if (e.kind() == BackendException.Kind.FAILED) store.requireWhole(model, bytes -> {});
                throw e;
            }
        }

        @Override
        public List<ModelSummary> list() {
            return store.summaries();
        }

        @Override
        public ModelDetails details(String name) {
            return find(name).details(true);
        }

        @Override
        public Optional<String> obstacle() {
            return store.unreadable();
        }

        private StoredModel find(String name) {
            if (name.isEmpty()) throw BackendException.modelNotFound(name);
            return store.find(ModelName.parse(name)).orElseThrow(() -> BackendException.modelNotFound(name));
        }
    }

    /// The file answers to its own name, with or without a tag.
    ///
    /// @param modified when the file was written to last, as it was judged; milliseconds
    record OfFile(String name, GgufFile facts, long modified) implements Models {

        @Override
        public String defaultName() {
            return name;
        }

        @Override
        public ModelSource source(String asked) {
            if (!asked.equalsIgnoreCase(name) && !asked.equalsIgnoreCase(name + ":latest")) {
                throw BackendException.modelNotFound(asked);
            }
            return new ModelSource(
                    name,
                    "",
                    facts.path(),
                    Optional.empty(),
                    this::unchanged,
                    traits(),
                    Options.NONE,
                    Optional.empty(),
                    Optional.empty(),
                    false,
                    List.of(),
                    capabilities(),
                    reading -> {}, // nobody said what it should hold
                    this::probe);
        }

        @Override
        public List<ModelSummary> list() {
            return List.of(new ModelSummary(
                    name,
                    "",
                    facts.fileBytes(),
                    modifiedAt(),
                    traits(),
                    facts.contextLength(),
                    facts.embeddingLength(),
                    capabilities()));
        }

        @Override
        public ModelDetails details(String asked) {
            source(asked);
            return new ModelDetails(
                    "FROM " + facts.path() + "\n",
                    "",
                    facts.chatTemplate().orElse("{{ .Prompt }}"),
                    Optional.empty(),
                    List.of(),
                    List.of(),
                    traits(),
                    Map.of("general.architecture", facts.architecture()),
                    List.of(),
                    capabilities(),
                    modifiedAt(),
                    Map.of(),
                    Optional.empty());
        }

        @Override
        public Optional<ModelLibrary> library() {
            return Optional.empty();
        }

        @Override
        public Optional<String> obstacle() {
            return Files.isReadable(facts.path())
                    ? Optional.empty()
                    : Optional.of("the model's file " + facts.path() + " cannot be read");
        }

        private ProbeNote probe() {
            try {
                return ProbeNote.ofFile(facts.path(), CacheFolder.named("probes"));
            } catch (IOException e) {
                throw BackendException.failed(facts.path() + " cannot be read: " + e.getMessage(), e);
            }
        }

        /// Another file in its place was judged by nobody.
        private GgufFile unchanged() {
            File now = facts.path().toFile();
            if (now.length() == facts.fileBytes() && now.lastModified() == modified) return facts;
            throw new BackendException(
                    BackendException.Kind.FAILED,
                    facts.path() + " was changed or removed since this engine was opened; open it again");
        }

        private ModelTraits traits() {
            String family = facts.architecture();
            return new ModelTraits(
                    "", "gguf", family, List.of(family), facts.parameterSize(), facts.quantizationLevel());
        }

        private List<String> capabilities() {
            return List.copyOf(facts.capabilities());
        }

        private Instant modifiedAt() {
            return Instant.ofEpochMilli(facts.path().toFile().lastModified());
        }
    }
}
