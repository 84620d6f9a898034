package dev.chasqui.llama;

import static dev.chasqui.llama.Symbols.broken;
import static dev.chasqui.llama.Symbols.downcall;
import static java.lang.foreign.FunctionDescriptor.of;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.invoke.MethodHandle;

/// The part of `llama.h` this engine calls: one method per C function, in header order. Callers check return
/// values.
///
/// Here are the library, contexts and their memory; see [ModelH], [VocabH] and [SamplerH] for the rest.
final class LlamaH {

    private LlamaH() {}

    /// `const char * llama_version(void);`
    private static final MethodHandle VERSION = downcall("llama_version", Shapes.NOTHING);

    static MemorySegment version() {
        try {
            return MemorySegment.ofAddress((long) VERSION.invokeExact());
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `struct llama_context_params llama_context_default_params(void);`
    private static final MethodHandle CONTEXT_DEFAULT_PARAMS =
            downcall("llama_context_default_params", of(Structs.CONTEXT_PARAMS));

    static MemorySegment contextDefaultParams(SegmentAllocator allocator) {
        try {
            return (MemorySegment) CONTEXT_DEFAULT_PARAMS.invokeExact(allocator);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `struct llama_sampler_chain_params llama_sampler_chain_default_params(void);`
    private static final MethodHandle SAMPLER_CHAIN_DEFAULT_PARAMS =
            downcall("llama_sampler_chain_default_params", of(Structs.CHAIN_PARAMS));

    static MemorySegment samplerChainDefaultParams(SegmentAllocator allocator) {
        try {
            return (MemorySegment) SAMPLER_CHAIN_DEFAULT_PARAMS.invokeExact(allocator);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `void llama_backend_init(void);`
    private static final MethodHandle BACKEND_INIT = downcall("llama_backend_init", Shapes.NOTHING);

    static void backendInit() {
        try {
            long _ = (long) BACKEND_INIT.invokeExact();
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `void llama_attach_threadpool(struct llama_context * ctx, ggml_threadpool_t threadpool, ggml_threadpool_t
    /// threadpool_batch);`
    private static final MethodHandle ATTACH_THREADPOOL = downcall("llama_attach_threadpool", Shapes.PPP);

    static void attachThreadpool(MemorySegment context, MemorySegment pool, MemorySegment batchPool) {
        try {
            long _ = (long) ATTACH_THREADPOOL.invokeExact(context, pool, batchPool);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `struct llama_context * llama_init_from_model(struct llama_model * model, struct llama_context_params
    /// params);`
    private static final MethodHandle INIT_FROM_MODEL =
            downcall("llama_init_from_model", of(ADDRESS, ADDRESS, Structs.CONTEXT_PARAMS));

    static MemorySegment initFromModel(MemorySegment model, MemorySegment params) {
        try {
            return (MemorySegment) INIT_FROM_MODEL.invokeExact(model, params);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `void llama_free(struct llama_context * ctx);`
    private static final MethodHandle FREE = downcall("llama_free", Shapes.P);

    static void free(MemorySegment context) {
        try {
            long _ = (long) FREE.invokeExact(context);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `bool llama_supports_gpu_offload(void);`
    private static final MethodHandle SUPPORTS_GPU_OFFLOAD = downcall("llama_supports_gpu_offload", Shapes.NOTHING);

    static boolean supportsGpuOffload() {
        try {
            return Shapes.truth((long) SUPPORTS_GPU_OFFLOAD.invokeExact());
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `uint32_t llama_n_ctx(const struct llama_context * ctx);`
    private static final MethodHandle N_CTX = downcall("llama_n_ctx", Shapes.P);

    static int nCtx(MemorySegment context) {
        try {
            return (int) (long) N_CTX.invokeExact(context);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `uint32_t llama_n_batch(const struct llama_context * ctx);`
    private static final MethodHandle N_BATCH = downcall("llama_n_batch", Shapes.P);

    static int nBatch(MemorySegment context) {
        try {
            return (int) (long) N_BATCH.invokeExact(context);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `llama_memory_t llama_get_memory(const struct llama_context * ctx);`
    private static final MethodHandle GET_MEMORY = downcall("llama_get_memory", Shapes.P);

    static MemorySegment getMemory(MemorySegment context) {
        try {
            return MemorySegment.ofAddress((long) GET_MEMORY.invokeExact(context));
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `bool llama_memory_seq_rm(llama_memory_t mem, llama_seq_id seq_id, llama_pos p0, llama_pos p1);`
    private static final MethodHandle MEMORY_SEQ_RM = downcall("llama_memory_seq_rm", Shapes.PNNN);

    static boolean memorySeqRm(MemorySegment memory, int sequence, int from, int to) {
        try {
            return Shapes.truth((long) MEMORY_SEQ_RM.invokeExact(memory, (long) sequence, (long) from, (long) to));
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `void llama_memory_seq_cp(llama_memory_t mem, llama_seq_id seq_id_src, llama_seq_id seq_id_dst, llama_pos
    /// p0, llama_pos p1);`
    private static final MethodHandle MEMORY_SEQ_CP = downcall("llama_memory_seq_cp", Shapes.PNNNN);

    static void memorySeqCp(MemorySegment memory, int source, int target, int from, int to) {
        try {
            long _ = (long) MEMORY_SEQ_CP.invokeExact(memory, (long) source, (long) target, (long) from, (long) to);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `void llama_memory_seq_add(llama_memory_t mem, llama_seq_id seq_id, llama_pos p0, llama_pos p1, llama_pos
    /// delta);`
    private static final MethodHandle MEMORY_SEQ_ADD = downcall("llama_memory_seq_add", Shapes.PNNNN);

    static void memorySeqAdd(MemorySegment memory, int sequence, int from, int to, int delta) {
        try {
            long _ = (long) MEMORY_SEQ_ADD.invokeExact(memory, (long) sequence, (long) from, (long) to, (long) delta);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `size_t llama_state_get_size(struct llama_context * ctx);`
    private static final MethodHandle STATE_GET_SIZE = downcall("llama_state_get_size", Shapes.P);

    static long stateGetSize(MemorySegment context) {
        try {
            return (long) STATE_GET_SIZE.invokeExact(context);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `size_t llama_state_get_data(struct llama_context * ctx, uint8_t * dst, size_t size);`
    private static final MethodHandle STATE_GET_DATA = downcall("llama_state_get_data", Shapes.PPN);

    static long stateGetData(MemorySegment context, MemorySegment target, long size) {
        try {
            return (long) STATE_GET_DATA.invokeExact(context, target, size);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `size_t llama_state_set_data(struct llama_context * ctx, const uint8_t * src, size_t size);`
    private static final MethodHandle STATE_SET_DATA = downcall("llama_state_set_data", Shapes.PPN);

    static long stateSetData(MemorySegment context, MemorySegment source, long size) {
        try {
            return (long) STATE_SET_DATA.invokeExact(context, source, size);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `llama_pos llama_memory_seq_pos_min(llama_memory_t mem, llama_seq_id seq_id);`
    private static final MethodHandle MEMORY_SEQ_POS_MIN = downcall("llama_memory_seq_pos_min", Shapes.PN);

    static int memorySeqPosMin(MemorySegment memory, int sequence) {
        try {
            return (int) (long) MEMORY_SEQ_POS_MIN.invokeExact(memory, (long) sequence);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `llama_pos llama_memory_seq_pos_max(llama_memory_t mem, llama_seq_id seq_id);`
    private static final MethodHandle MEMORY_SEQ_POS_MAX = downcall("llama_memory_seq_pos_max", Shapes.PN);

    static int memorySeqPosMax(MemorySegment memory, int sequence) {
        try {
            return (int) (long) MEMORY_SEQ_POS_MAX.invokeExact(memory, (long) sequence);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `bool llama_memory_can_shift(llama_memory_t mem);`
    private static final MethodHandle MEMORY_CAN_SHIFT = downcall("llama_memory_can_shift", Shapes.P);

    static boolean memoryCanShift(MemorySegment memory) {
        try {
            return Shapes.truth((long) MEMORY_CAN_SHIFT.invokeExact(memory));
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `int32_t llama_decode(struct llama_context * ctx, struct llama_batch batch);`
    private static final MethodHandle DECODE = downcall("llama_decode", of(JAVA_INT, ADDRESS, Structs.BATCH));

    static int decode(MemorySegment context, MemorySegment batch) {
        try {
            return (int) DECODE.invokeExact(context, batch);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `void llama_set_n_threads(struct llama_context * ctx, int32_t n_threads, int32_t n_threads_batch);`
    private static final MethodHandle SET_N_THREADS = downcall("llama_set_n_threads", Shapes.PNN);

    static void setNThreads(MemorySegment context, int threads, int batchThreads) {
        try {
            long _ = (long) SET_N_THREADS.invokeExact(context, (long) threads, (long) batchThreads);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `void llama_set_embeddings(struct llama_context * ctx, bool embeddings);`
    private static final MethodHandle SET_EMBEDDINGS = downcall("llama_set_embeddings", Shapes.PN);

    static void setEmbeddings(MemorySegment context, boolean embeddings) {
        try {
            long _ = (long) SET_EMBEDDINGS.invokeExact(context, embeddings ? 1L : 0L);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `void llama_synchronize(struct llama_context * ctx);`
    private static final MethodHandle SYNCHRONIZE = downcall("llama_synchronize", Shapes.P);

    static void synchronize(MemorySegment context) {
        try {
            long _ = (long) SYNCHRONIZE.invokeExact(context);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `float * llama_get_logits_ith(struct llama_context * ctx, int32_t i);`
    private static final MethodHandle GET_LOGITS_ITH = downcall("llama_get_logits_ith", Shapes.PN);

    static MemorySegment getLogitsIth(MemorySegment context, int row) {
        try {
            return MemorySegment.ofAddress((long) GET_LOGITS_ITH.invokeExact(context, (long) row));
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `float * llama_get_embeddings_seq(struct llama_context * ctx, llama_seq_id seq_id);`
    private static final MethodHandle GET_EMBEDDINGS_SEQ = downcall("llama_get_embeddings_seq", Shapes.PN);

    static MemorySegment getEmbeddingsSeq(MemorySegment context, int sequence) {
        try {
            return MemorySegment.ofAddress((long) GET_EMBEDDINGS_SEQ.invokeExact(context, (long) sequence));
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `const char * llama_print_system_info(void);`
    private static final MethodHandle PRINT_SYSTEM_INFO = downcall("llama_print_system_info", Shapes.NOTHING);

    static MemorySegment printSystemInfo() {
        try {
            return MemorySegment.ofAddress((long) PRINT_SYSTEM_INFO.invokeExact());
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `void llama_log_set(ggml_log_callback log_callback, void * user_data);`
    private static final MethodHandle LOG_SET = downcall("llama_log_set", Shapes.PP);

    static void logSet(MemorySegment callback, MemorySegment data) {
        try {
            long _ = (long) LOG_SET.invokeExact(callback, data);
        } catch (Throwable t) {
            throw broken(t);
        }
    }
}
