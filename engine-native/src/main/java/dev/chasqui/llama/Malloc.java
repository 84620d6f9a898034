package dev.chasqui.llama;

import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/// The C library's heap. A freed model's buffers stay with it, in an arena per thread, until it is told to give
/// them back; a JVM that loads and unloads all day would grow for hours.
final class Malloc {

    /// `int malloc_trim(size_t pad);` of glibc; other C libraries give memory back by themselves.
    private static final Optional<MethodHandle> TRIM = Linker.nativeLinker()
            .defaultLookup()
            .find("malloc_trim")
            .map(symbol -> Linker.nativeLinker().downcallHandle(symbol, Shapes.N));

    private Malloc() {}

    /// Gives what is free back to the system. Takes some milliseconds.
    static void trim() {
        if (TRIM.isEmpty()) return;
        try {
            long _ = (long) TRIM.get().invokeExact(0L);
        } catch (Throwable t) {
            throw Symbols.broken(t);
        }
    }
}
