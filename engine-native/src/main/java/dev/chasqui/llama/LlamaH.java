package dev.chasqui.llama;

import static dev.chasqui.llama.Symbols.broken;
import static dev.chasqui.llama.Symbols.downcall;
import static java.lang.foreign.FunctionDescriptor.of;
import static java.lang.foreign.FunctionDescriptor.ofVoid;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
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
    private static final MethodHandle VERSION = downcall("llama_version", of(ADDRESS));

    static MemorySegment version() {
        try {
            return (MemorySegment) VERSION.invokeExact();
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
    private static final MethodHandle BACKEND_INIT = downcall("llama_backend_init", ofVoid());

    static void backendInit() {
        try {
            BACKEND_INIT.invokeExact();
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `void llama_attach_threadpool(struct llama_context * ctx, ggml_threadpool_t threadpool, ggml_threadpool_t
    /// threadpool_batch);`
    private static final MethodHandle ATTACH_THREADPOOL =
            downcall("llama_attach_threadpool", ofVoid(ADDRESS, ADDRESS, ADDRESS));

    static void attachThreadpool(MemorySegment context, MemorySegment pool, MemorySegment batchPool) {
        try {
            ATTACH_THREADPOOL.invokeExact(context, pool, batchPool);
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
    private static final MethodHandle FREE = downcall("llama_free", ofVoid(ADDRESS));

    static void free(MemorySegment context) {
        try {
            FREE.invokeExact(context);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `bool llama_supports_gpu_offload(void);`
    private static final MethodHandle SUPPORTS_GPU_OFFLOAD = downcall("llama_supports_gpu_offload", of(JAVA_BOOLEAN));

    static boolean supportsGpuOffload() {
        try {
            return (boolean) SUPPORTS_GPU_OFFLOAD.invokeExact();
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `uint32_t llama_n_ctx(const struct llama_context * ctx);`
    private static final MethodHandle N_CTX = downcall("llama_n_ctx", of(JAVA_INT, ADDRESS));

    static int nCtx(MemorySegment context) {
        try {
            return (int) N_CTX.invokeExact(context);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `uint32_t llama_n_batch(const struct llama_context * ctx);`
    private static final MethodHandle N_BATCH = downcall("llama_n_batch", of(JAVA_INT, ADDRESS));

    static int nBatch(MemorySegment context) {
        try {
            return (int) N_BATCH.invokeExact(context);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `llama_memory_t llama_get_memory(const struct llama_context * ctx);`
    private static final MethodHandle GET_MEMORY = downcall("llama_get_memory", of(ADDRESS, ADDRESS));

    static MemorySegment getMemory(MemorySegment context) {
        try {
            return (MemorySegment) GET_MEMORY.invokeExact(context);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `bool llama_memory_seq_rm(llama_memory_t mem, llama_seq_id seq_id, llama_pos p0, llama_pos p1);`
    private static final MethodHandle MEMORY_SEQ_RM =
            downcall("llama_memory_seq_rm", of(JAVA_BOOLEAN, ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT));

    static boolean memorySeqRm(MemorySegment memory, int sequence, int from, int to) {
        try {
            return (boolean) MEMORY_SEQ_RM.invokeExact(memory, sequence, from, to);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `void llama_memory_seq_cp(llama_memory_t mem, llama_seq_id seq_id_src, llama_seq_id seq_id_dst, llama_pos
    /// p0, llama_pos p1);`
    private static final MethodHandle MEMORY_SEQ_CP =
            downcall("llama_memory_seq_cp", ofVoid(ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));

    static void memorySeqCp(MemorySegment memory, int source, int target, int from, int to) {
        try {
            MEMORY_SEQ_CP.invokeExact(memory, source, target, from, to);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `void llama_memory_seq_add(llama_memory_t mem, llama_seq_id seq_id, llama_pos p0, llama_pos p1, llama_pos
    /// delta);`
    private static final MethodHandle MEMORY_SEQ_ADD =
            downcall("llama_memory_seq_add", ofVoid(ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));

    static void memorySeqAdd(MemorySegment memory, int sequence, int from, int to, int delta) {
        try {
            MEMORY_SEQ_ADD.invokeExact(memory, sequence, from, to, delta);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `llama_pos llama_memory_seq_pos_min(llama_memory_t mem, llama_seq_id seq_id);`
    private static final MethodHandle MEMORY_SEQ_POS_MIN =
            downcall("llama_memory_seq_pos_min", of(JAVA_INT, ADDRESS, JAVA_INT));

    static int memorySeqPosMin(MemorySegment memory, int sequence) {
        try {
            return (int) MEMORY_SEQ_POS_MIN.invokeExact(memory, sequence);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `llama_pos llama_memory_seq_pos_max(llama_memory_t mem, llama_seq_id seq_id);`
    private static final MethodHandle MEMORY_SEQ_POS_MAX =
            downcall("llama_memory_seq_pos_max", of(JAVA_INT, ADDRESS, JAVA_INT));

    static int memorySeqPosMax(MemorySegment memory, int sequence) {
        try {
            return (int) MEMORY_SEQ_POS_MAX.invokeExact(memory, sequence);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `bool llama_memory_can_shift(llama_memory_t mem);`
    private static final MethodHandle MEMORY_CAN_SHIFT = downcall("llama_memory_can_shift", of(JAVA_BOOLEAN, ADDRESS));

    static boolean memoryCanShift(MemorySegment memory) {
        try {
            return (boolean) MEMORY_CAN_SHIFT.invokeExact(memory);
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
    private static final MethodHandle SET_N_THREADS =
            downcall("llama_set_n_threads", ofVoid(ADDRESS, JAVA_INT, JAVA_INT));

    static void setNThreads(MemorySegment context, int threads, int batchThreads) {
        try {
            SET_N_THREADS.invokeExact(context, threads, batchThreads);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `void llama_synchronize(struct llama_context * ctx);`
    private static final MethodHandle SYNCHRONIZE = downcall("llama_synchronize", ofVoid(ADDRESS));

    static void synchronize(MemorySegment context) {
        try {
            SYNCHRONIZE.invokeExact(context);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `float * llama_get_logits_ith(struct llama_context * ctx, int32_t i);`
    private static final MethodHandle GET_LOGITS_ITH = downcall("llama_get_logits_ith", of(ADDRESS, ADDRESS, JAVA_INT));

    static MemorySegment getLogitsIth(MemorySegment context, int row) {
        try {
            return (MemorySegment) GET_LOGITS_ITH.invokeExact(context, row);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `const char * llama_print_system_info(void);`
    private static final MethodHandle PRINT_SYSTEM_INFO = downcall("llama_print_system_info", of(ADDRESS));

    static MemorySegment printSystemInfo() {
        try {
            return (MemorySegment) PRINT_SYSTEM_INFO.invokeExact();
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `void llama_log_set(ggml_log_callback log_callback, void * user_data);`
    private static final MethodHandle LOG_SET = downcall("llama_log_set", ofVoid(ADDRESS, ADDRESS));

    static void logSet(MemorySegment callback, MemorySegment data) {
        try {
            LOG_SET.invokeExact(callback, data);
        } catch (Throwable t) {
            throw broken(t);
        }
    }
}
