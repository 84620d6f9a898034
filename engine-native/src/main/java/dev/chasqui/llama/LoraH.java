package dev.chasqui.llama;

import static dev.chasqui.llama.Symbols.broken;
import static dev.chasqui.llama.Symbols.downcall;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/// The functions of `llama.h` about LoRA adapters, as in [LlamaH].
final class LoraH {

    private LoraH() {}

    /// `struct llama_adapter_lora * llama_adapter_lora_init(struct llama_model * model, const char * path_lora);`
    private static final MethodHandle ADAPTER_LORA_INIT = downcall("llama_adapter_lora_init", Shapes.PP);

    static MemorySegment adapterLoraInit(MemorySegment model, MemorySegment path) {
        try {
            return MemorySegment.ofAddress((long) ADAPTER_LORA_INIT.invokeExact(model, path));
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `int32_t llama_set_adapters_lora(struct llama_context * ctx, struct llama_adapter_lora ** adapters, size_t
    /// n_adapters, float * scales);`
    private static final MethodHandle SET_ADAPTERS_LORA = downcall("llama_set_adapters_lora", Shapes.PPNP);

    static int setAdaptersLora(MemorySegment context, MemorySegment adapters, long count, MemorySegment scales) {
        try {
            return (int) (long) SET_ADAPTERS_LORA.invokeExact(context, adapters, count, scales);
        } catch (Throwable t) {
            throw broken(t);
        }
    }
}
