package dev.chasqui.llama;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// A model's KV cache and what computes into it. Owns the cache, its threads and its samplers.
///
/// Any thread may call it, one at a time: a second thread inside is an [IllegalStateException], never a race.
/// Closing stops a decode that is running and waits for it; every later call is an [IllegalStateException].
public final class LlamaContext implements Decoder {

    private final LlamaModel model;
    private final MemorySegment weights;
    private final Arena arena;
    private final AbortFlag abort;
    private final Optional<Pooling> pooling;
    private final ThreadPools threads;
    private final NativeBatch batch;
    private final Positions positions;
    private final int vocabularySize;
    private final int width;
    private final int slidingWindow;
    private final long weightBytes;
    private final ReentrantLock inside = new ReentrantLock();
    private final Set<SamplerChain> samplers = new HashSet<>();
    /// What follows changes when the context grows.
    private volatile ContextSettings settings;
    private volatile int contextTokens;
    private MemorySegment context;
    private MemorySegment memory;
    /// Keys that were moved are turned to their new places only by the next decode.
    private boolean moved;
    /// Whether decodes put out vectors, and then of every row.
    private boolean vectors;
    private boolean closed;

    /// The decode that runs, for [Watchdog].
    private volatile @Nullable Decoding decoding;

    /// @param bytes of weights and rows that go through it, multiplied
    record Decoding(Thread thread, long bytes) {}

    private LlamaContext(
            LlamaModel model,
            MemorySegment weights,
            ContextSettings settings,
            Optional<Pooling> pooling,
            Arena arena,
            AbortFlag abort,
            MemorySegment raw,
            SortedSet<Integer> cpus) {
        this.model = model;
        this.weights = weights;
        this.settings = settings;
        this.pooling = pooling;
        this.vectors = pooling.isPresent();
        this.arena = arena;
        this.abort = abort;
        this.context = raw;
        this.memory = LlamaH.getMemory(raw);
        this.threads = new ThreadPools(cpus);
        this.contextTokens = LlamaH.nCtx(raw);
        this.batch = new NativeBatch(arena, LlamaH.nBatch(raw));
        this.positions = new Positions(settings.sequences());
        this.vocabularySize = model.vocabulary().size();
        this.weightBytes = ModelH.modelSize(weights);
        this.width = ModelH.modelNEmbdOut(weights);
        this.slidingWindow = settings.swaFull() ? 0 : ModelH.modelNSwa(weights);
        threads.attach(raw, settings.threads(), settings.batchThreads());
        Watchdog.watch(this);
    }

    /// @param pooling for vectors instead of answers
    /// @param cpus    where its threads may run; empty lets the kernel decide
    static LlamaContext create(
            LlamaModel model,
            MemorySegment weights,
            ContextSettings settings,
            Optional<Pooling> pooling,
            SortedSet<Integer> cpus) {
        if (ModelH.modelHasEncoder(weights) || !ModelH.modelHasDecoder(weights)) {
            throw new LlamaException(model.file() + " is not a decoder-only model; this engine cannot run it");
        }
        if (pooling.filter(Pooling.MEAN::equals).isPresent()) requireAverages(settings);
        Arena arena = Arena.ofShared();
        try {
            AbortFlag abort = new AbortFlag(arena);
            MemorySegment raw = init(model, weights, settings, pooling, abort);
            return owned(model, weights, settings, pooling, arena, abort, raw, cpus);
        } catch (Throwable t) {
            arena.close();
            throw t;
        }
    }

    /// llama.cpp reserves room for a step whose rows all are put out, in equal shares of every sequence; it ends the
    /// process if the two numbers differ.
    private static void requireAverages(ContextSettings settings) {
        int rows = settings.microBatchTokens();
        if (rows % settings.sequences() == 0 && settings.outputs() == rows) return;
        throw new IllegalArgumentException("a micro-batch of " + rows + " rows, of which " + settings.outputs()
                + " are put out, for " + settings.sequences() + " sequences; averages need all of them put out, and"
                + " as many for each");
    }

    private static MemorySegment init(
            LlamaModel model,
            MemorySegment weights,
            ContextSettings settings,
            Optional<Pooling> pooling,
            AbortFlag abort) {
        try (Arena scratch = Arena.ofConfined()) {
            LlamaLog.clear();
            MemorySegment raw = LlamaH.initFromModel(weights, params(scratch, settings, pooling, abort));
            if (raw.address() != 0) {
                adapt(model, raw);
                return raw;
            }
            throw new LlamaException("cannot make a context of " + settings.contextTokens() + " tokens for "
                    + model.file() + LlamaLog.because());
        }
    }

    private static void adapt(LlamaModel model, MemorySegment raw) {
        try {
            model.adapt(raw);
        } catch (Throwable t) {
            LlamaH.free(raw);
            throw t;
        }
    }

    private static LlamaContext owned(
            LlamaModel model,
            MemorySegment weights,
            ContextSettings settings,
            Optional<Pooling> pooling,
            Arena arena,
            AbortFlag abort,
            MemorySegment raw,
            SortedSet<Integer> cpus) {
        try {
            if (pooling.isEmpty() && LlamaH.getMemory(raw).address() == 0) {
                throw new LlamaException(model.file() + " has no memory of tokens; this engine cannot run it");
            }
            return new LlamaContext(
                    model, weights, settings, pooling, arena, abort, raw.reinterpret(arena, null), cpus);
        } catch (Throwable t) {
            LlamaH.free(raw);
            throw t;
        }
    }

    private static MemorySegment params(
            Arena arena, ContextSettings settings, Optional<Pooling> pooling, AbortFlag abort) {
        var layout = Structs.CONTEXT_PARAMS;
        MemorySegment params = LlamaH.contextDefaultParams(arena);
        Structs.set(params, layout, "n_ctx", settings.contextTokens());
        Structs.set(params, layout, "n_batch", settings.batchTokens());
        Structs.set(params, layout, "n_ubatch", settings.microBatchTokens());
        Structs.set(params, layout, "n_seq_max", settings.sequences());
        Structs.set(params, layout, "n_outputs_max", Math.max(settings.outputs(), settings.sequences()));
        Structs.set(params, layout, "n_threads", settings.threads());
        Structs.set(params, layout, "n_threads_batch", settings.batchThreads());
        Structs.set(params, layout, "flash_attn_type", settings.flashAttention().code);
        Structs.set(params, layout, "type_k", settings.keyType().code);
        Structs.set(params, layout, "type_v", settings.valueType().code);
        Structs.set(params, layout, "abort_callback", abort.callback());
        Structs.set(params, layout, "abort_callback_data", abort.data());
        Structs.set(params, layout, "offload_kqv", settings.offloadKv());
        Structs.set(params, layout, "no_perf", true);
        Structs.set(params, layout, "swa_full", settings.swaFull());
        Structs.set(params, layout, "kv_unified", settings.sequences() > 1);
        Structs.set(params, layout, "embeddings", pooling.isPresent());
        pooling.ifPresent(how -> Structs.set(params, layout, "pooling_type", how.code));
        return params;
    }

    @Override
    public int contextTokens() {
        return contextTokens;
    }

    @Override
    public int batchTokens() {
        return batch.capacity();
    }

    @Override
    public int sequences() {
        return settings.sequences();
    }

    @Override
    public int vocabularySize() {
        return vocabularySize;
    }

    /// What this context was made with.
    public ContextSettings settings() {
        return settings;
    }

    public LlamaModel model() {
        return model;
    }

    @Override
    public Outcome decode(TokenBatch rows) {
        enter();
        try {
            return decodeInside(rows);
        } finally {
            inside.unlock();
        }
    }

    private Outcome decodeInside(TokenBatch rows) {
        if (rows.size() < 1 || rows.size() > batch.capacity()) {
            throw new IllegalArgumentException(
                    "a batch of " + rows.size() + " rows; this context takes 1 to " + batch.capacity());
        }
        int asked = positions.check(rows, vocabularySize);
        int outputs = vectors ? rows.size() : asked;
        int most = Math.max(settings.outputs(), settings.sequences());
        if (outputs > most) {
            throw new IllegalArgumentException(outputs + " rows ask for logits; this context gives at most " + most);
        }
        if (!keepsTokens() && rows.size() > settings.microBatchTokens()) {
            throw new IllegalArgumentException("a batch of " + rows.size() + " rows; this model computes "
                    + settings.microBatchTokens() + " in one step, and no more");
        }

        if (abort.raised()) {
            abort.lower();
            return Outcome.ABORTED;
        }
        batch.fill(rows);
        LlamaLog.clear();
        int code;
        decoding = new Decoding(Thread.currentThread(), weightBytes * rows.size());
        try (Affinity.Tie _ = threads.tie(rows.size())) {
            code = LlamaH.decode(context, batch.struct());
            if (code == 0) LlamaH.synchronize(context);
        } finally {
            decoding = null;
        }
        abort.lower();

        if (code == 0) {
            moved = false;
            positions.advance();
            return Outcome.DONE;
        }
        batch.forgetOutputs();
        if (code == 1) return Outcome.NO_ROOM;
        for (int sequence = 0; sequence < positions.sequences(); sequence++) {
            if (positions.touched(sequence)) resync(sequence);
        }
        if (code == 2) return Outcome.ABORTED;
        throw new LlamaException(
                "llama_decode failed with " + code + " for a batch of " + rows.size() + " rows" + LlamaLog.because());
    }

    /// Makes the running or next [#decode] stop early; after [#close] it does nothing.
    @Override
    public void abort() {
        try {
            abort.raise();
        } catch (IllegalStateException closedMeanwhile) {
            // The flag's memory is gone, and with it every decode it could stop.
        }
    }

    @Override
    public float[] logits(int row) {
        enter();
        try {
            return view(row).toArray(JAVA_FLOAT);
        } finally {
            inside.unlock();
        }
    }

    /// The logits where llama.cpp keeps them: valid until the next decode, and only inside [#enter].
    MemorySegment view(int row) {
        if (!batch.hasOutput(row)) {
            throw new IllegalArgumentException("row " + row + " of the last batch did not ask for logits");
        }
        MemorySegment logits = LlamaH.getLogitsIth(context, row);
        if (logits.address() == 0) throw new LlamaException("llama.cpp has no logits for row " + row);
        return logits.reinterpret(vocabularySize * 4L);
    }

    /// Whether it has a KV cache; a model that reads whole texts at once needs none.
    boolean keepsTokens() {
        return memory.address() != 0;
    }

    /// Whether the next decodes put out vectors, or logits as an ordinary context does. Vectors are of every row.
    void putOutVectors(boolean wanted) {
        enter();
        try {
            if (wanted == vectors) return;
            if (pooling.isEmpty()) throw new IllegalStateException("this context was not made for vectors");
            LlamaH.setEmbeddings(context, wanted);
            vectors = wanted;
        } finally {
            inside.unlock();
        }
    }

    /// The pooled vector of a sequence that had rows in the last decode.
    ///
    /// @return a copy, as long as the model's embeddings
    float[] vector(int sequence) {
        enter();
        try {
            positions.check(sequence);
            MemorySegment vector = LlamaH.getEmbeddingsSeq(context, sequence);
            if (vector.address() == 0) {
                throw new IllegalArgumentException("the last batch gave no vector for sequence " + sequence);
            }
            return vector.reinterpret(width * 4L).toArray(JAVA_FLOAT);
        } finally {
            inside.unlock();
        }
    }

    @Override
    public TokenSampler sampler(Sampling sampling) {
        enter();
        try {
            SamplerChain chain = SamplerChain.create(this, model.vocabulary(), sampling);
            samplers.add(chain);
            return chain;
        } finally {
            inside.unlock();
        }
    }

    /// Threads for one token at a time and for prompts, from the next decode on.
    public void setThreads(int decode, int batchOnes) {
        enter();
        try {
            settings = settings.withThreads(decode, batchOnes); // checks them
            threads.attach(context, decode, batchOnes);
        } finally {
            inside.unlock();
        }
    }

    /// The position a sequence's next token must have.
    public int nextPosition(int sequence) {
        enter();
        try {
            positions.check(sequence);
            return positions.next(sequence);
        } finally {
            inside.unlock();
        }
    }

    @Override
    public boolean forget(int sequence, int from) {
        enter();
        try {
            positions.check(sequence);
            if (from < 0) throw new IllegalArgumentException("position " + from + " does not exist");
            if (from >= positions.next(sequence)) return true;
            if (from > 0 && (!keepsTokens() || !windowReaches(sequence, from))) return false;
            boolean done = !keepsTokens() || LlamaH.memorySeqRm(memory, sequence, from, -1);
            if (done) positions.set(sequence, from);
            return done;
        } finally {
            inside.unlock();
        }
    }

    @Override
    public boolean shift(int sequence, int from, int to) {
        enter();
        try {
            positions.check(sequence);
            int end = positions.next(sequence);
            if (from < 0 || from >= to || to > end) {
                throw new IllegalArgumentException(
                        "positions " + from + " to " + to + " of sequence " + sequence + ", which has " + end);
            }
            if (slidingWindow > 0 || positions.shares(sequence) || !LlamaH.memoryCanShift(memory)) return false;
            if (!LlamaH.memorySeqRm(memory, sequence, from, to)) return false;
            LlamaH.memorySeqAdd(memory, sequence, to, -1, from - to);
            moved = true;
            positions.set(sequence, end - (to - from));
            return true;
        } finally {
            inside.unlock();
        }
    }

    @Override
    public boolean copy(int source, int target, int to) {
        enter();
        try {
            positions.check(source);
            positions.check(target);
            if (source == target || positions.next(target) != 0) {
                throw new IllegalArgumentException("sequence " + target + " is not empty");
            }
            if (to < 1 || to > positions.next(source)) {
                throw new IllegalArgumentException(
                        "position " + to + " of sequence " + source + ", which has " + positions.next(source));
            }
            if (to < positions.next(source) && !windowReaches(source, to)) return false;
            LlamaH.memorySeqCp(memory, source, target, 0, to);
            if (LlamaH.memorySeqPosMax(memory, target) != to - 1) {
                LlamaH.memorySeqRm(memory, target, 0, -1);
                return false;
            }
            positions.set(target, to);
            positions.share(source, target);
            return true;
        } finally {
            inside.unlock();
        }
    }

    @Override
    public Optional<SavedSequence> save(int sequence) {
        enter();
        try {
            positions.check(sequence);
            int tokens = positions.next(sequence);
            return tokens == 0 || moved ? Optional.empty() : NativeSequence.save(context, sequence, tokens);
        } finally {
            inside.unlock();
        }
    }

    @Override
    public boolean restore(SavedSequence saved, int sequence) {
        enter();
        try {
            positions.check(sequence);
            if (positions.next(sequence) != 0) {
                throw new IllegalArgumentException("sequence " + sequence + " is not empty");
            }
            if (!(saved instanceof NativeSequence state)) return false;
            boolean there =
                    state.restore(context, sequence) && LlamaH.memorySeqPosMax(memory, sequence) == saved.tokens() - 1;
            if (there) positions.set(sequence, saved.tokens());
            else LlamaH.memorySeqRm(memory, sequence, 0, -1);
            return there;
        } finally {
            inside.unlock();
        }
    }

    /// Makes a larger context and moves everything into it; for that time both are in memory, and what they hold
    /// a third time. Whatever refers to this object, its samplers too, goes on.
    @Override
    public boolean grow(int tokens) {
        enter();
        try {
            if (tokens <= contextTokens) return true;
            if (moved) return false;
            ContextSettings larger = settings.withContextTokens(tokens);
            MemorySegment fresh = DeepStack.call(
                            DeepStack.USUAL_BYTES, () -> init(model, weights, larger, pooling, abort))
                    .reinterpret(arena, null);
            try {
                threads.attach(fresh, larger.threads(), larger.batchThreads());
                moveInto(fresh);
            } catch (Throwable t) {
                LlamaH.free(fresh);
                throw t;
            }
            LlamaH.free(context);
            context = fresh;
            memory = LlamaH.getMemory(fresh);
            settings = larger;
            contextTokens = LlamaH.nCtx(fresh);
            batch.forgetOutputs();
            return true;
        } finally {
            inside.unlock();
        }
    }

    private void moveInto(MemorySegment fresh) {
        try (Arena scratch = Arena.ofConfined()) {
            long bytes = LlamaH.stateGetSize(context);
            MemorySegment state = scratch.allocate(Math.max(1, bytes), 16);
            long read = LlamaH.stateGetData(context, state, bytes);
            long written = read == bytes ? LlamaH.stateSetData(fresh, state, bytes) : 0;
            if (bytes == 0 || written != bytes) {
                throw new LlamaException("the KV cache of " + model.file() + " cannot be moved into a larger one: "
                        + written + " of " + bytes + " bytes arrived" + LlamaLog.because());
            }
        }
    }

    /// Stops and waits for a running call, and frees everything. A second call does nothing. Where native code is
    /// dead, nothing is freed.
    @Override
    public void close() {
        abort();
        if (!Gate.lockUnlessDead(inside)) return;
        try {
            if (closed) return;
            closed = true;
            Watchdog.leave(this);
            samplers.forEach(SamplerChain::free);
            samplers.clear();
            LlamaH.free(context);
            threads.free();
            model.forget(this);
            arena.close();
        } finally {
            inside.unlock();
        }
    }

    /// The context's address; it changes when the context grows.
    MemorySegment address() {
        return context;
    }

    /// The decode that runs now, if one does.
    @Nullable
    Decoding decoding() {
        return decoding;
    }

    /// How often ggml came by since the running decode began.
    int looks() {
        return abort.looks();
    }

    /// Whether a thread is inside at this moment.
    boolean isBusy() {
        return inside.isLocked();
    }

    /// @throws IllegalStateException if it is closed, or another thread is inside
    void enter() {
        NativeFaults.requireAlive();
        if (!inside.tryLock()) {
            throw new IllegalStateException("another thread is inside this context; only one may be at a time");
        }
        if (closed) {
            inside.unlock();
            throw new IllegalStateException("this context is closed");
        }
    }

    void leave() {
        inside.unlock();
    }

    /// Takes a sampler off the list of those to free, waiting for whoever is inside.
    void drop(SamplerChain chain) {
        if (!Gate.lockUnlessDead(inside)) return;
        try {
            if (samplers.remove(chain)) chain.free();
        } finally {
            inside.unlock();
        }
    }

    /// Whether a sliding window that ends at `position` is still there in full.
    private boolean windowReaches(int sequence, int position) {
        if (slidingWindow == 0) return true;
        return LlamaH.memorySeqPosMin(memory, sequence) <= Math.max(0, position - slidingWindow);
    }

    /// Asks llama.cpp what of a sequence is left after a batch that stopped half way.
    private void resync(int sequence) {
        positions.set(sequence, keepsTokens() ? LlamaH.memorySeqPosMax(memory, sequence) + 1 : 0);
    }
}
