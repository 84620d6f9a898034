package dev.chasqui.llama;

import static dev.chasqui.llama.Symbols.broken;
import static dev.chasqui.llama.Symbols.downcall;
import static java.lang.foreign.FunctionDescriptor.of;
import static java.lang.foreign.FunctionDescriptor.ofVoid;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.invoke.MethodHandle;

/// The part of `llama.h` this engine calls: one method per C function, in header order. Callers check return
/// values.
///
/// What draws tokens is in [SamplerH].
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

    /// `struct llama_model_params llama_model_default_params(void);`
    private static final MethodHandle MODEL_DEFAULT_PARAMS =
            downcall("llama_model_default_params", of(Structs.MODEL_PARAMS));

    static MemorySegment modelDefaultParams(SegmentAllocator allocator) {
        try {
            return (MemorySegment) MODEL_DEFAULT_PARAMS.invokeExact(allocator);
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

    /// `struct llama_model * llama_model_load_from_file(const char * path_model, struct llama_model_params
    /// params);`
    private static final MethodHandle MODEL_LOAD_FROM_FILE =
            downcall("llama_model_load_from_file", of(ADDRESS, ADDRESS, Structs.MODEL_PARAMS));

    static MemorySegment modelLoadFromFile(MemorySegment path, MemorySegment params) {
        try {
            return (MemorySegment) MODEL_LOAD_FROM_FILE.invokeExact(path, params);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `void llama_model_free(struct llama_model * model);`
    private static final MethodHandle MODEL_FREE = downcall("llama_model_free", ofVoid(ADDRESS));

    static void modelFree(MemorySegment model) {
        try {
            MODEL_FREE.invokeExact(model);
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

    /// `const struct llama_vocab * llama_model_get_vocab(const struct llama_model * model);`
    private static final MethodHandle MODEL_GET_VOCAB = downcall("llama_model_get_vocab", of(ADDRESS, ADDRESS));

    static MemorySegment modelGetVocab(MemorySegment model) {
        try {
            return (MemorySegment) MODEL_GET_VOCAB.invokeExact(model);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `int32_t llama_model_n_ctx_train(const struct llama_model * model);`
    private static final MethodHandle MODEL_N_CTX_TRAIN = downcall("llama_model_n_ctx_train", of(JAVA_INT, ADDRESS));

    static int modelNCtxTrain(MemorySegment model) {
        try {
            return (int) MODEL_N_CTX_TRAIN.invokeExact(model);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `int32_t llama_model_n_embd(const struct llama_model * model);`
    private static final MethodHandle MODEL_N_EMBD = downcall("llama_model_n_embd", of(JAVA_INT, ADDRESS));

    static int modelNEmbd(MemorySegment model) {
        try {
            return (int) MODEL_N_EMBD.invokeExact(model);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `int32_t llama_model_n_layer(const struct llama_model * model);`
    private static final MethodHandle MODEL_N_LAYER = downcall("llama_model_n_layer", of(JAVA_INT, ADDRESS));

    static int modelNLayer(MemorySegment model) {
        try {
            return (int) MODEL_N_LAYER.invokeExact(model);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `int32_t llama_model_n_swa(const struct llama_model * model);`
    private static final MethodHandle MODEL_N_SWA = downcall("llama_model_n_swa", of(JAVA_INT, ADDRESS));

    static int modelNSwa(MemorySegment model) {
        try {
            return (int) MODEL_N_SWA.invokeExact(model);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `int32_t llama_vocab_n_tokens(const struct llama_vocab * vocab);`
    private static final MethodHandle VOCAB_N_TOKENS = downcall("llama_vocab_n_tokens", of(JAVA_INT, ADDRESS));

    static int vocabNTokens(MemorySegment vocab) {
        try {
            return (int) VOCAB_N_TOKENS.invokeExact(vocab);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `int32_t llama_model_meta_val_str(const struct llama_model * model, const char * key, char * buf, size_t
    /// buf_size);`
    private static final MethodHandle MODEL_META_VAL_STR =
            downcall("llama_model_meta_val_str", of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG));

    static int modelMetaValStr(MemorySegment model, MemorySegment key, MemorySegment buffer, long size) {
        try {
            return (int) MODEL_META_VAL_STR.invokeExact(model, key, buffer, size);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `int32_t llama_model_desc(const struct llama_model * model, char * buf, size_t buf_size);`
    private static final MethodHandle MODEL_DESC =
            downcall("llama_model_desc", of(JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG));

    static int modelDesc(MemorySegment model, MemorySegment buffer, long size) {
        try {
            return (int) MODEL_DESC.invokeExact(model, buffer, size);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `uint64_t llama_model_size(const struct llama_model * model);`
    private static final MethodHandle MODEL_SIZE = downcall("llama_model_size", of(JAVA_LONG, ADDRESS));

    static long modelSize(MemorySegment model) {
        try {
            return (long) MODEL_SIZE.invokeExact(model);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `const char * llama_model_chat_template(const struct llama_model * model, const char * name);`
    private static final MethodHandle MODEL_CHAT_TEMPLATE =
            downcall("llama_model_chat_template", of(ADDRESS, ADDRESS, ADDRESS));

    static MemorySegment modelChatTemplate(MemorySegment model, MemorySegment name) {
        try {
            return (MemorySegment) MODEL_CHAT_TEMPLATE.invokeExact(model, name);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `uint64_t llama_model_n_params(const struct llama_model * model);`
    private static final MethodHandle MODEL_N_PARAMS = downcall("llama_model_n_params", of(JAVA_LONG, ADDRESS));

    static long modelNParams(MemorySegment model) {
        try {
            return (long) MODEL_N_PARAMS.invokeExact(model);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `bool llama_model_has_encoder(const struct llama_model * model);`
    private static final MethodHandle MODEL_HAS_ENCODER =
            downcall("llama_model_has_encoder", of(JAVA_BOOLEAN, ADDRESS));

    static boolean modelHasEncoder(MemorySegment model) {
        try {
            return (boolean) MODEL_HAS_ENCODER.invokeExact(model);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `bool llama_model_has_decoder(const struct llama_model * model);`
    private static final MethodHandle MODEL_HAS_DECODER =
            downcall("llama_model_has_decoder", of(JAVA_BOOLEAN, ADDRESS));

    static boolean modelHasDecoder(MemorySegment model) {
        try {
            return (boolean) MODEL_HAS_DECODER.invokeExact(model);
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

    /// `enum llama_token_attr llama_vocab_get_attr(const struct llama_vocab * vocab, llama_token token);`
    private static final MethodHandle VOCAB_GET_ATTR =
            downcall("llama_vocab_get_attr", of(JAVA_INT, ADDRESS, JAVA_INT));

    static int vocabGetAttr(MemorySegment vocab, int token) {
        try {
            return (int) VOCAB_GET_ATTR.invokeExact(vocab, token);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `bool llama_vocab_is_eog(const struct llama_vocab * vocab, llama_token token);`
    private static final MethodHandle VOCAB_IS_EOG =
            downcall("llama_vocab_is_eog", of(JAVA_BOOLEAN, ADDRESS, JAVA_INT));

    static boolean vocabIsEog(MemorySegment vocab, int token) {
        try {
            return (boolean) VOCAB_IS_EOG.invokeExact(vocab, token);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `llama_token llama_vocab_bos(const struct llama_vocab * vocab);`
    private static final MethodHandle VOCAB_BOS = downcall("llama_vocab_bos", of(JAVA_INT, ADDRESS));

    static int vocabBos(MemorySegment vocab) {
        try {
            return (int) VOCAB_BOS.invokeExact(vocab);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `llama_token llama_vocab_eos(const struct llama_vocab * vocab);`
    private static final MethodHandle VOCAB_EOS = downcall("llama_vocab_eos", of(JAVA_INT, ADDRESS));

    static int vocabEos(MemorySegment vocab) {
        try {
            return (int) VOCAB_EOS.invokeExact(vocab);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `llama_token llama_vocab_eot(const struct llama_vocab * vocab);`
    private static final MethodHandle VOCAB_EOT = downcall("llama_vocab_eot", of(JAVA_INT, ADDRESS));

    static int vocabEot(MemorySegment vocab) {
        try {
            return (int) VOCAB_EOT.invokeExact(vocab);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `bool llama_vocab_get_add_bos(const struct llama_vocab * vocab);`
    private static final MethodHandle VOCAB_GET_ADD_BOS =
            downcall("llama_vocab_get_add_bos", of(JAVA_BOOLEAN, ADDRESS));

    static boolean vocabGetAddBos(MemorySegment vocab) {
        try {
            return (boolean) VOCAB_GET_ADD_BOS.invokeExact(vocab);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `bool llama_vocab_get_add_eos(const struct llama_vocab * vocab);`
    private static final MethodHandle VOCAB_GET_ADD_EOS =
            downcall("llama_vocab_get_add_eos", of(JAVA_BOOLEAN, ADDRESS));

    static boolean vocabGetAddEos(MemorySegment vocab) {
        try {
            return (boolean) VOCAB_GET_ADD_EOS.invokeExact(vocab);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `int32_t llama_tokenize(const struct llama_vocab * vocab, const char * text, int32_t text_len, llama_token
    /// * tokens, int32_t n_tokens_max, bool add_special, bool parse_special);`
    private static final MethodHandle TOKENIZE = downcall(
            "llama_tokenize", of(JAVA_INT, ADDRESS, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT, JAVA_BOOLEAN, JAVA_BOOLEAN));

    static int tokenize(
            MemorySegment vocab,
            MemorySegment text,
            int length,
            MemorySegment tokens,
            int capacity,
            boolean addSpecial,
            boolean parseSpecial) {
        try {
            return (int) TOKENIZE.invokeExact(vocab, text, length, tokens, capacity, addSpecial, parseSpecial);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `int32_t llama_token_to_piece(const struct llama_vocab * vocab, llama_token token, char * buf, int32_t
    /// length, int32_t lstrip, bool special);`
    private static final MethodHandle TOKEN_TO_PIECE = downcall(
            "llama_token_to_piece", of(JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, JAVA_BOOLEAN));

    static int tokenToPiece(
            MemorySegment vocab, int token, MemorySegment buffer, int length, int lstrip, boolean special) {
        try {
            return (int) TOKEN_TO_PIECE.invokeExact(vocab, token, buffer, length, lstrip, special);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `int32_t llama_detokenize(const struct llama_vocab * vocab, const llama_token * tokens, int32_t n_tokens,
    /// char * text, int32_t text_len_max, bool remove_special, bool unparse_special);`
    private static final MethodHandle DETOKENIZE = downcall(
            "llama_detokenize",
            of(JAVA_INT, ADDRESS, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT, JAVA_BOOLEAN, JAVA_BOOLEAN));

    static int detokenize(
            MemorySegment vocab,
            MemorySegment tokens,
            int count,
            MemorySegment text,
            int capacity,
            boolean removeSpecial,
            boolean unparseSpecial) {
        try {
            return (int) DETOKENIZE.invokeExact(vocab, tokens, count, text, capacity, removeSpecial, unparseSpecial);
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
