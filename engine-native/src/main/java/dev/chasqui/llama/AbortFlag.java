package dev.chasqui.llama;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/// A flag ggml looks at after every node of a graph, to stop a decode from another thread.
///
/// ggml wants `bool (*)(void * data)`, many hundred times a token. Rather than call up into Java so often, it is
/// given libc's `strlen` and a string: empty it is 0, `false`; set, it is one character long, `true`. So nothing
/// can be thrown, and no Java runs inside a decode.
final class AbortFlag {

    private static final MemorySegment STRLEN =
            Linker.nativeLinker().defaultLookup().findOrThrow("strlen");

    private static final VarHandle BYTE = JAVA_BYTE.varHandle();

    private final MemorySegment string;

    AbortFlag(Arena arena) {
        string = arena.allocate(16);
    }

    MemorySegment callback() {
        return STRLEN;
    }

    MemorySegment data() {
        return string;
    }

    boolean raised() {
        return (byte) BYTE.getVolatile(string, 0L) != 0;
    }

    void raise() {
        BYTE.setVolatile(string, 0L, (byte) 1);
    }

    void lower() {
        BYTE.setVolatile(string, 0L, (byte) 0);
    }
}
