package dev.chasqui.llama;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Collection;

/// The CPUs a thread may run on, by Linux' own functions.
///
/// Whoever decodes is one of ggml's threads for that long, and ggml ties it like its own, for ever. But a thread
/// hands its CPUs on to each thread it starts, and the JVM starts some on any thread's behalf, carriers of
/// virtual threads for one. So the caller gets its CPUs back after each decode.
final class Affinity {

    /// ggml's masks have as many places.
    static final int CPUS = 512;

    static final Tie NO_TIE = () -> {};

    private static final int MASK_BYTES = 1024; // the kernel asks for a bit of each CPU it could have
    private static final FunctionDescriptor NNP = FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS);

    /// `int sched_getaffinity(pid_t pid, size_t cpusetsize, cpu_set_t *mask);`
    private static final MethodHandle GET = libc("sched_getaffinity");

    /// `int sched_setaffinity(pid_t pid, size_t cpusetsize, const cpu_set_t *mask);`
    private static final MethodHandle SET = libc("sched_setaffinity");

    private Affinity() {}

    /// Until it is closed, by the same thread.
    interface Tie extends AutoCloseable {
        @Override
        void close();
    }

    /// Ties the calling thread to these CPUs. One that is gone meanwhile is no error: the kernel leaves the thread
    /// where it was.
    static Tie tie(Collection<Integer> cpus) {
        Arena arena = Arena.ofConfined();
        MemorySegment before = arena.allocate(MASK_BYTES);
        boolean known = call(GET, before) == 0;
        MemorySegment mask = arena.allocate(MASK_BYTES);
        for (int cpu : cpus) mask.set(JAVA_BYTE, cpu / 8, (byte) (mask.get(JAVA_BYTE, cpu / 8) | 1 << cpu % 8));
        call(SET, mask);
        return () -> {
            if (known) call(SET, before);
            arena.close();
        };
    }

    /// @return what the function says; `0` is success
    private static int call(MethodHandle function, MemorySegment mask) {
        try {
            return (int) (long) function.invokeExact(0L, (long) MASK_BYTES, mask);
        } catch (Throwable t) {
            throw Symbols.broken(t);
        }
    }

    private static MethodHandle libc(String name) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(
                linker.defaultLookup()
                        .find(name)
                        .orElseThrow(() -> new LlamaException("threads cannot be tied to CPUs here: no " + name)),
                NNP);
    }
}
