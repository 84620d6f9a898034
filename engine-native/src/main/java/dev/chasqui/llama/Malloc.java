package dev.chasqui.llama;

import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
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

    /// `int mallopt(int param, int value);` of glibc. Its first number travels as a pointer does, so that no
    /// other shape has to be linked.
    private static final Optional<MethodHandle> OPT = Linker.nativeLinker()
            .defaultLookup()
            .find("mallopt")
            .filter(symbol -> TRIM.isPresent())
            .map(symbol -> Linker.nativeLinker().downcallHandle(symbol, Shapes.PN));

    private static final int TRIM_THRESHOLD = -1;
    private static final int MMAP_THRESHOLD = -3;
    private static final int LARGE_BYTES = 4 << 20;

    private Malloc() {}

    /// Has large buffers, a context's for example, come from the system and go back to it one by one. As it is,
    /// the first one that is freed teaches glibc to keep such in the arena of the thread that asked, and what is
    /// free at an arena's end no [#trim] gives back: some 12 MiB for each of up to 16 arenas.
    static void settle() {
        OPT.ifPresent(opt -> {
            set(opt, MMAP_THRESHOLD);
            set(opt, TRIM_THRESHOLD);
        });
    }

    private static void set(MethodHandle opt, int parameter) {
        try {
            long _ = (long) opt.invokeExact(MemorySegment.ofAddress(parameter), (long) LARGE_BYTES);
        } catch (Throwable t) {
            throw Symbols.broken(t);
        }
    }

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
