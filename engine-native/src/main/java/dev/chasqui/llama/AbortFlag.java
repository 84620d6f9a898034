package dev.chasqui.llama;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.Optional;

/// What ggml looks at after every node of a graph: a flag to stop a decode from another thread, and a count of how
/// often it looked.
///
/// ggml wants `bool (*)(void * data)`, many hundred times a token. Rather than call up into Java so often, it is
/// given a function of libc's, so nothing can be thrown, and no Java runs inside a decode. On Linux that is `sem_post`
/// with a semaphore nobody waits for: it counts one up and is 0, `false`, until the semaphore is full; then it is
/// -1, `true`. Elsewhere it is `strlen` with a string: empty it is `false`; set, it is one character long. That one
/// does not count.
///
/// @see <a href="https://man7.org/linux/man-pages/man3/sem_post.3.html">sem_post(3)</a>
final class AbortFlag {

    private static final Optional<MemorySegment> SEM_POST =
            System.getProperty("os.name").equals("Linux")
                    ? Linker.nativeLinker().defaultLookup().find("sem_post")
                    : Optional.empty();

    private static final MemorySegment LOOK =
            SEM_POST.orElseGet(() -> Linker.nativeLinker().defaultLookup().findOrThrow("strlen"));

    /// A full semaphore's value, `SEM_VALUE_MAX`; as a string, it is not empty.
    private static final int RAISED = Integer.MAX_VALUE;

    /// A semaphore's value, in glibc and in musl, or a string's first characters.
    private static final VarHandle VALUE = JAVA_INT.varHandle();

    private final MemorySegment data;

    AbortFlag(Arena arena) {
        data = arena.allocate(64, 16); // a semaphore has 32 bytes, and all of them 0 are an empty one
    }

    MemorySegment callback() {
        return LOOK;
    }

    MemorySegment data() {
        return data;
    }

    /// Whether [#looks] counts.
    static boolean counts() {
        return SEM_POST.isPresent();
    }

    /// How often ggml looked since the flag was lowered.
    int looks() {
        return (int) VALUE.getVolatile(data, 0L);
    }

    boolean raised() {
        return looks() == RAISED;
    }

    void raise() {
        VALUE.setVolatile(data, 0L, RAISED);
    }

    /// Lowers it, and begins to count anew.
    void lower() {
        VALUE.setVolatile(data, 0L, 0);
    }
}
