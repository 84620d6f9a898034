package dev.chasqui.llama;

import dev.chasqui.platform.NativeLibraries;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/// Turns the name of a C function into a handle that calls it.
final class Symbols {

    private static final Linker LINKER = Linker.nativeLinker();

    private Symbols() {}

    static MethodHandle downcall(String name, FunctionDescriptor type, Linker.Option... options) {
        return LINKER.downcallHandle(find(NativeLibraries.load().symbols(), name), type, options);
    }

    /// @throws UnsatisfiedLinkError if the library has no such symbol
    static MemorySegment find(SymbolLookup symbols, String name) {
        return symbols.find(name)
                .orElseThrow(() -> new UnsatisfiedLinkError((name.startsWith("ggml") ? "libggml" : "libllama")
                        + ".so has no symbol " + name
                        + "; the library and these bindings are from different llama.cpp versions"));
    }

    /// A correct downcall throws nothing. What arrives here is a bug of ours (a closed arena, a mistyped
    /// descriptor), so it keeps its own type and is never dressed as an error of llama.cpp.
    static AssertionError broken(Throwable t) {
        if (t instanceof RuntimeException runtime) throw runtime;
        if (t instanceof Error error) throw error;
        return new AssertionError(t);
    }
}
