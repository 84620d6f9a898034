package dev.chasqui.llama;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.DoublePredicate;

/// A loaded GGUF model. Owns the weights: they are freed when this is closed.
///
/// Safe to use from many threads. Closing closes its contexts first, waits for calls that are running, and
/// makes every later call an [IllegalStateException]; none reaches freed memory.
public final class LlamaModel implements AutoCloseable {

    private static final int LOAD_MODE_NONE = 0;
    private static final int LOAD_MODE_MMAP = 1;

    private final Path file;
    private final Arena arena;
    private final MemorySegment model;
    /// Freed with the model; `NULL` if there is none.
    private final MemorySegment adapter;

    private final Vocabulary vocabulary;
    private final Gate gate;
    private final Set<LlamaContext> contexts = ConcurrentHashMap.newKeySet();

    private LlamaModel(Path file, Arena arena, MemorySegment model, MemorySegment adapter) {
        this.file = file;
        this.arena = arena;
        this.model = model;
        this.adapter = adapter;
        this.gate = new Gate("model " + file.getFileName());
        this.vocabulary = new Vocabulary(gate, ModelH.modelGetVocab(model).reinterpret(arena, null));
    }

    /// Loads a file; of a split model, the first part's.
    ///
    /// @throws LlamaException if it is not a model this build of llama.cpp can read, or the listener gave up
    public static LlamaModel open(Path gguf, ModelSettings settings) {
        Llama.load();
        if (!Files.isRegularFile(gguf)) throw new LlamaException(gguf + " is not a file");
        return DeepStack.load(() -> load(gguf, settings));
    }

    private static LlamaModel load(Path gguf, ModelSettings settings) {
        Arena arena = Arena.ofShared();
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment params = ModelH.modelDefaultParams(scratch);
            Structs.set(params, Structs.MODEL_PARAMS, "n_gpu_layers", settings.gpuLayers());
            Devices.place(params, settings, scratch);
            Structs.set(params, Structs.MODEL_PARAMS, "load_mode", settings.mmap() ? LOAD_MODE_MMAP : LOAD_MODE_NONE);
            Structs.set(params, Structs.MODEL_PARAMS, "use_extra_bufts", settings.repack());
            Progress progress = new Progress(settings.progress());
            if (settings.isFollowed()) { // a stub costs a start some milliseconds
                Structs.set(params, Structs.MODEL_PARAMS, "progress_callback", progress.stub(scratch));
            }

            LlamaLog.clear();
            MemorySegment raw = ModelH.modelLoadFromFile(
                    scratch.allocateFrom(gguf.toAbsolutePath().toString()), params);
            if (raw.address() == 0) {
                if (progress.stopped) throw new LlamaException("loading " + gguf + " was given up");
                throw new LlamaException("cannot load " + gguf + LlamaLog.because());
            }
            MemorySegment model = raw.reinterpret(arena, ModelH::modelFree);
            MemorySegment adapter = settings.adapter().isPresent()
                    ? adapter(model, settings.adapter().get(), scratch)
                    : MemorySegment.NULL;
            return new LlamaModel(gguf, arena, model, adapter);
        } catch (Throwable t) {
            arena.close(); // frees whatever was bound so far
            throw t;
        }
    }

    private static MemorySegment adapter(MemorySegment model, Path file, Arena scratch) {
        if (!Files.isRegularFile(file)) throw new LlamaException(file + " is not a file");
        LlamaLog.clear();
        MemorySegment adapter = LoraH.adapterLoraInit(
                model, scratch.allocateFrom(file.toAbsolutePath().toString()));
        if (adapter.address() == 0) throw new LlamaException("cannot load the adapter " + file + LlamaLog.because());
        return adapter;
    }

    /// Makes a new context compute with the adapter, if there is one.
    void adapt(MemorySegment context) {
        if (adapter.address() == 0) return;
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment adapters = scratch.allocateFrom(ADDRESS, adapter);
            MemorySegment scales = scratch.allocateFrom(JAVA_FLOAT, 1);
            if (LoraH.setAdaptersLora(context, adapters, 1, scales) != 0) {
                throw new LlamaException("the adapter of " + file + " cannot be used" + LlamaLog.because());
            }
        }
    }

    /// A new KV cache over these weights.
    ///
    /// @throws LlamaException if llama.cpp cannot make it, for want of memory or of support for its types
    public LlamaContext newContext(ContextSettings settings) {
        return newContext(settings, Collections.emptySortedSet());
    }

    /// As [#newContext(ContextSettings)]; its threads, and whoever decodes with it meanwhile, run only on these
    /// CPUs. For Linux.
    ///
    /// @param cpus the kernel's numbers, `0` to `511`; empty lets the kernel decide
    public LlamaContext newContext(ContextSettings settings, SortedSet<Integer> cpus) {
        return newContext(settings, Optional.empty(), cpus);
    }

    /// @param pooling for vectors instead of answers
    LlamaContext newContext(ContextSettings settings, Optional<Pooling> pooling, SortedSet<Integer> cpus) {
        if (!cpus.isEmpty() && (cpus.first() < 0 || cpus.last() >= Affinity.CPUS)) {
            throw new IllegalArgumentException("CPUs " + cpus + "; expected 0 to " + (Affinity.CPUS - 1));
        }
        return gate.use(() -> {
            LlamaContext context = DeepStack.call(
                    DeepStack.USUAL_BYTES, () -> LlamaContext.create(this, model, settings, pooling, cpus));
            contexts.add(context);
            return context;
        });
    }

    public Vocabulary vocabulary() {
        return vocabulary;
    }

    public Path file() {
        return file;
    }

    /// Tokens of context the model was trained on.
    public int trainedContextTokens() {
        return gate.use(() -> ModelH.modelNCtxTrain(model));
    }

    /// Number of weights.
    public long parameters() {
        return gate.use(() -> ModelH.modelNParams(model));
    }

    /// Bytes of all tensors.
    public long sizeBytes() {
        return gate.use(() -> ModelH.modelSize(model));
    }

    /// Length of an embedding.
    public int embeddingLength() {
        return gate.use(() -> ModelH.modelNEmbd(model));
    }

    public int layers() {
        return gate.use(() -> ModelH.modelNLayer(model));
    }

    /// Tokens a sliding-window layer looks back; `0` if there is none.
    public int slidingWindow() {
        return gate.use(() -> ModelH.modelNSwa(model));
    }

    /// The architecture, size and quantisation in llama.cpp's words, such as `llama 135M Q4_1`.
    public String description() {
        return gate.use(() -> {
            try (Arena scratch = Arena.ofConfined()) {
                MemorySegment buffer = scratch.allocate(256);
                ModelH.modelDesc(model, buffer, buffer.byteSize());
                return buffer.getString(0);
            }
        });
    }

    /// The chat template the file carries, if it does.
    public Optional<String> chatTemplate() {
        return gate.use(() -> {
            MemorySegment template = ModelH.modelChatTemplate(model, MemorySegment.NULL);
            return template.address() == 0 ? Optional.empty() : Optional.of(Llama.text(template));
        });
    }

    /// A scalar of the file's metadata, as text.
    public Optional<String> metadata(String key) {
        if (key.indexOf('\0') >= 0) return Optional.empty();
        return gate.use(() -> {
            try (Arena scratch = Arena.ofConfined()) {
                MemorySegment name = scratch.allocateFrom(key);
                MemorySegment buffer = scratch.allocate(256);
                int length = ModelH.modelMetaValStr(model, name, buffer, buffer.byteSize());
                if (length < 0) return Optional.empty();
                if (length >= buffer.byteSize()) {
                    buffer = scratch.allocate(length + 1L);
                    ModelH.modelMetaValStr(model, name, buffer, buffer.byteSize());
                }
                return Optional.of(buffer.getString(0));
            }
        });
    }

    /// Closes its contexts, waits for running calls, and frees the weights. A second call does nothing. Where native
    /// code is dead, nothing is freed, see [NativeFaults].
    @Override
    public void close() {
        List.copyOf(contexts).forEach(LlamaContext::close);
        gate.close(() -> {
            List.copyOf(contexts).forEach(LlamaContext::close); // made while we waited
            arena.close();
            Malloc.trim();
        });
    }

    /// The model's address, for `common`, which reads templates from it. Valid until [#close].
    public MemorySegment address() {
        return gate.use(() -> model);
    }

    void forget(LlamaContext context) {
        contexts.remove(context);
    }

    /// The listener as llama.cpp calls it. Nothing may leave it: an exception out of an upcall ends the JVM.
    private static final class Progress {

        private final DoublePredicate listener;
        private boolean stopped;

        Progress(DoublePredicate listener) {
            this.listener = listener;
        }

        MemorySegment stub(Arena arena) {
            try {
                MethodHandle target = MethodHandles.lookup()
                        .bind(this, "at", MethodType.methodType(boolean.class, float.class, MemorySegment.class));
                return Linker.nativeLinker()
                        .upcallStub(target, FunctionDescriptor.of(JAVA_BOOLEAN, JAVA_FLOAT, ADDRESS), arena);
            } catch (ReflectiveOperationException e) {
                throw new AssertionError(e);
            }
        }

        @SuppressWarnings("unused")
        private boolean at(float fraction, MemorySegment data) {
            try {
                stopped |= !listener.test(fraction);
            } catch (Throwable t) {
                stopped = true;
            }
            return !stopped;
        }
    }
}
