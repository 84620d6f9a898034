package dev.chasqui.llama;

import static dev.chasqui.llama.Symbols.broken;
import static dev.chasqui.llama.Symbols.downcall;
import static java.lang.foreign.FunctionDescriptor.of;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.invoke.MethodHandle;

/// The functions of `llama.h` that write a model anew, as in [LlamaH]. Apart from the others because hardly any
/// process needs them, and linking takes time.
final class QuantizeH {

    private QuantizeH() {}

    /// `struct llama_model_quantize_params llama_model_quantize_default_params(void);`
    private static final MethodHandle MODEL_QUANTIZE_DEFAULT_PARAMS =
            downcall("llama_model_quantize_default_params", of(Structs.QUANTIZE_PARAMS));

    static MemorySegment modelQuantizeDefaultParams(SegmentAllocator allocator) {
        try {
            return (MemorySegment) MODEL_QUANTIZE_DEFAULT_PARAMS.invokeExact(allocator);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `uint32_t llama_model_quantize(const char * fname_inp, const char * fname_out, const
    /// llama_model_quantize_params * params);`
    private static final MethodHandle MODEL_QUANTIZE = downcall("llama_model_quantize", Shapes.PPP);

    static int modelQuantize(MemorySegment source, MemorySegment target, MemorySegment params) {
        try {
            return (int) (long) MODEL_QUANTIZE.invokeExact(source, target, params);
        } catch (Throwable t) {
            throw broken(t);
        }
    }
}
