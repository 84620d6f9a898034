package dev.chasqui.llama;

import static dev.chasqui.llama.Symbols.broken;
import static dev.chasqui.llama.Symbols.downcall;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/// The part of `ggml-base`, `ggml-backend.h` and `ggml-cpu.h` this engine calls: one method per C function.
final class GgmlH {

    private GgmlH() {}

    /// `void ggml_threadpool_params_init(struct ggml_threadpool_params * p, int n_threads);`
    private static final MethodHandle THREADPOOL_PARAMS_INIT = downcall("ggml_threadpool_params_init", Shapes.PN);

    static void threadpoolParamsInit(MemorySegment params, int threads) {
        try {
            long _ = (long) THREADPOOL_PARAMS_INIT.invokeExact(params, (long) threads);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `ggml_backend_reg_t ggml_backend_reg_by_name(const char * name);`
    private static final MethodHandle BACKEND_REG_BY_NAME = downcall("ggml_backend_reg_by_name", Shapes.P);

    static MemorySegment backendRegByName(MemorySegment name) {
        try {
            return MemorySegment.ofAddress((long) BACKEND_REG_BY_NAME.invokeExact(name));
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `void * ggml_backend_reg_get_proc_address(ggml_backend_reg_t reg, const char * name);`
    private static final MethodHandle BACKEND_REG_GET_PROC_ADDRESS =
            downcall("ggml_backend_reg_get_proc_address", Shapes.PP);

    static MemorySegment backendRegGetProcAddress(MemorySegment registry, MemorySegment name) {
        try {
            return MemorySegment.ofAddress((long) BACKEND_REG_GET_PROC_ADDRESS.invokeExact(registry, name));
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `size_t ggml_backend_dev_count(void);`
    private static final MethodHandle BACKEND_DEV_COUNT = downcall("ggml_backend_dev_count", Shapes.NOTHING);

    static long backendDevCount() {
        try {
            return (long) BACKEND_DEV_COUNT.invokeExact();
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `ggml_backend_dev_t ggml_backend_dev_get(size_t index);`
    private static final MethodHandle BACKEND_DEV_GET = downcall("ggml_backend_dev_get", Shapes.N);

    static MemorySegment backendDevGet(long index) {
        try {
            return MemorySegment.ofAddress((long) BACKEND_DEV_GET.invokeExact(index));
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `const char * ggml_backend_dev_name(ggml_backend_dev_t device);`
    private static final MethodHandle BACKEND_DEV_NAME = downcall("ggml_backend_dev_name", Shapes.P);

    static MemorySegment backendDevName(MemorySegment device) {
        try {
            return MemorySegment.ofAddress((long) BACKEND_DEV_NAME.invokeExact(device));
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `const char * ggml_backend_dev_description(ggml_backend_dev_t device);`
    private static final MethodHandle BACKEND_DEV_DESCRIPTION = downcall("ggml_backend_dev_description", Shapes.P);

    static MemorySegment backendDevDescription(MemorySegment device) {
        try {
            return MemorySegment.ofAddress((long) BACKEND_DEV_DESCRIPTION.invokeExact(device));
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `void ggml_backend_dev_memory(ggml_backend_dev_t device, size_t * free, size_t * total);`
    private static final MethodHandle BACKEND_DEV_MEMORY = downcall("ggml_backend_dev_memory", Shapes.PPP);

    static void backendDevMemory(MemorySegment device, MemorySegment free, MemorySegment total) {
        try {
            long _ = (long) BACKEND_DEV_MEMORY.invokeExact(device, free, total);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `enum ggml_backend_dev_type ggml_backend_dev_type(ggml_backend_dev_t device);`
    private static final MethodHandle BACKEND_DEV_TYPE = downcall("ggml_backend_dev_type", Shapes.P);

    static int backendDevType(MemorySegment device) {
        try {
            return (int) (long) BACKEND_DEV_TYPE.invokeExact(device);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `ggml_backend_buffer_type_t ggml_backend_dev_buffer_type(ggml_backend_dev_t device);`
    private static final MethodHandle BACKEND_DEV_BUFFER_TYPE = downcall("ggml_backend_dev_buffer_type", Shapes.P);

    static MemorySegment backendDevBufferType(MemorySegment device) {
        try {
            return MemorySegment.ofAddress((long) BACKEND_DEV_BUFFER_TYPE.invokeExact(device));
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `const char * ggml_backend_buft_name(ggml_backend_buffer_type_t buft);`
    private static final MethodHandle BACKEND_BUFT_NAME = downcall("ggml_backend_buft_name", Shapes.P);

    static MemorySegment backendBuftName(MemorySegment type) {
        try {
            return MemorySegment.ofAddress((long) BACKEND_BUFT_NAME.invokeExact(type));
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `ggml_abort_callback_t ggml_set_abort_callback(ggml_abort_callback_t callback);`
    private static final MethodHandle SET_ABORT_CALLBACK = downcall("ggml_set_abort_callback", Shapes.P);

    static void setAbortCallback(MemorySegment callback) {
        try {
            long _ = (long) SET_ABORT_CALLBACK.invokeExact(callback);
        } catch (Throwable t) {
            throw broken(t);
        }
    }
}
