package dev.chasqui.llama;

import static dev.chasqui.llama.Symbols.broken;
import static dev.chasqui.llama.Symbols.downcall;
import static java.lang.foreign.FunctionDescriptor.of;
import static java.lang.foreign.ValueLayout.ADDRESS;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.invoke.MethodHandle;

/// The functions of `llama.h` about models, as in [LlamaH].
final class ModelH {

    private ModelH() {}

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
    private static final MethodHandle MODEL_FREE = downcall("llama_model_free", Shapes.P);

    static void modelFree(MemorySegment model) {
        try {
            long _ = (long) MODEL_FREE.invokeExact(model);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `const struct llama_vocab * llama_model_get_vocab(const struct llama_model * model);`
    private static final MethodHandle MODEL_GET_VOCAB = downcall("llama_model_get_vocab", Shapes.P);

    static MemorySegment modelGetVocab(MemorySegment model) {
        try {
            return MemorySegment.ofAddress((long) MODEL_GET_VOCAB.invokeExact(model));
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `int32_t llama_model_n_ctx_train(const struct llama_model * model);`
    private static final MethodHandle MODEL_N_CTX_TRAIN = downcall("llama_model_n_ctx_train", Shapes.P);

    static int modelNCtxTrain(MemorySegment model) {
        try {
            return (int) (long) MODEL_N_CTX_TRAIN.invokeExact(model);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `int32_t llama_model_n_embd(const struct llama_model * model);`
    private static final MethodHandle MODEL_N_EMBD = downcall("llama_model_n_embd", Shapes.P);

    static int modelNEmbd(MemorySegment model) {
        try {
            return (int) (long) MODEL_N_EMBD.invokeExact(model);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `int32_t llama_model_n_embd_out(const struct llama_model * model);`
    private static final MethodHandle MODEL_N_EMBD_OUT = downcall("llama_model_n_embd_out", Shapes.P);

    static int modelNEmbdOut(MemorySegment model) {
        try {
            return (int) (long) MODEL_N_EMBD_OUT.invokeExact(model);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `int32_t llama_model_n_layer(const struct llama_model * model);`
    private static final MethodHandle MODEL_N_LAYER = downcall("llama_model_n_layer", Shapes.P);

    static int modelNLayer(MemorySegment model) {
        try {
            return (int) (long) MODEL_N_LAYER.invokeExact(model);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `int32_t llama_model_n_swa(const struct llama_model * model);`
    private static final MethodHandle MODEL_N_SWA = downcall("llama_model_n_swa", Shapes.P);

    static int modelNSwa(MemorySegment model) {
        try {
            return (int) (long) MODEL_N_SWA.invokeExact(model);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `int32_t llama_model_meta_val_str(const struct llama_model * model, const char * key, char * buf, size_t
    /// buf_size);`
    private static final MethodHandle MODEL_META_VAL_STR = downcall("llama_model_meta_val_str", Shapes.PPPN);

    static int modelMetaValStr(MemorySegment model, MemorySegment key, MemorySegment buffer, long size) {
        try {
            return (int) (long) MODEL_META_VAL_STR.invokeExact(model, key, buffer, size);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `int32_t llama_model_desc(const struct llama_model * model, char * buf, size_t buf_size);`
    private static final MethodHandle MODEL_DESC = downcall("llama_model_desc", Shapes.PPN);

    static int modelDesc(MemorySegment model, MemorySegment buffer, long size) {
        try {
            return (int) (long) MODEL_DESC.invokeExact(model, buffer, size);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `uint64_t llama_model_size(const struct llama_model * model);`
    private static final MethodHandle MODEL_SIZE = downcall("llama_model_size", Shapes.P);

    static long modelSize(MemorySegment model) {
        try {
            return (long) MODEL_SIZE.invokeExact(model);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `const char * llama_model_chat_template(const struct llama_model * model, const char * name);`
    private static final MethodHandle MODEL_CHAT_TEMPLATE = downcall("llama_model_chat_template", Shapes.PP);

    static MemorySegment modelChatTemplate(MemorySegment model, MemorySegment name) {
        try {
            return MemorySegment.ofAddress((long) MODEL_CHAT_TEMPLATE.invokeExact(model, name));
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `uint64_t llama_model_n_params(const struct llama_model * model);`
    private static final MethodHandle MODEL_N_PARAMS = downcall("llama_model_n_params", Shapes.P);

    static long modelNParams(MemorySegment model) {
        try {
            return (long) MODEL_N_PARAMS.invokeExact(model);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `bool llama_model_has_encoder(const struct llama_model * model);`
    private static final MethodHandle MODEL_HAS_ENCODER = downcall("llama_model_has_encoder", Shapes.P);

    static boolean modelHasEncoder(MemorySegment model) {
        try {
            return Shapes.truth((long) MODEL_HAS_ENCODER.invokeExact(model));
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `bool llama_model_has_decoder(const struct llama_model * model);`
    private static final MethodHandle MODEL_HAS_DECODER = downcall("llama_model_has_decoder", Shapes.P);

    static boolean modelHasDecoder(MemorySegment model) {
        try {
            return Shapes.truth((long) MODEL_HAS_DECODER.invokeExact(model));
        } catch (Throwable t) {
            throw broken(t);
        }
    }
}
