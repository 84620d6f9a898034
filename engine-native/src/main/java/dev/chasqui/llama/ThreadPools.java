package dev.chasqui.llama;

import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;

import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/// ggml's compute threads of one context, kept from one decode to the next; without them ggml starts threads for
/// every token.
///
/// A pool is exactly as large as asked: a thread that has no part in a graph would still spin for its next one.
/// Each size has its own pool, of which ggml lets all but the one in use sleep. The caller's own thread is the
/// first of each.
///
/// ggml's CPU backend remembers the pool it used last and touches it when the next graph comes with another, so
/// no pool is freed before its context is.
///
/// Where CPUs are named, a pool as large as their number has each thread on a CPU of its own. A smaller one may
/// use them all, so that the kernel can keep its threads off a CPU that somebody else wants.
final class ThreadPools {

    /// How long a thread spins for work before it sleeps, of 100: some 10 ms here, so that it never sleeps between two
    /// tokens. With llama.cpp's 50 a core was busy for 100 ms after each answer; without spinning, steps stretch.
    private static final int POLL = 5;

    private final SortedSet<Integer> cpus;
    private final Map<Integer, MemorySegment> pools = new HashMap<>();
    private int threads;
    private int batchThreads;

    /// @param cpus where they may run, by the kernel's numbers, below 512; empty lets the kernel decide
    ThreadPools(SortedSet<Integer> cpus) {
        this.cpus = new TreeSet<>(cpus);
    }

    /// Has the context use so many threads from its next decode on. Not during a decode.
    void attach(MemorySegment context, int threads, int batchThreads) {
        LlamaH.attachThreadpool(context, pool(threads), pool(batchThreads));
        LlamaH.setNThreads(context, threads, batchThreads);
        this.threads = threads;
        this.batchThreads = batchThreads;
    }

    /// Ties the calling thread, which is about to decode, to the CPUs of the pool it will be part of, until
    /// [Affinity.Tie#close].
    Affinity.Tie tie(int rows) {
        if (cpus.isEmpty()) return Affinity.NO_TIE;
        return Affinity.tie(isOneEach(rows > 1 ? batchThreads : threads) ? cpus.tailSet(cpus.last()) : cpus);
    }

    /// Ends every thread; the context must be freed by then.
    void free() {
        pools.values().forEach(CpuBackend::threadpoolFree);
        pools.clear();
    }

    private MemorySegment pool(int threads) {
        return pools.computeIfAbsent(threads, this::create);
    }

    /// ggml gives the caller's thread the last CPU then.
    private boolean isOneEach(int threads) {
        return threads == cpus.size();
    }

    private MemorySegment create(int threads) {
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment params = scratch.allocate(Structs.THREADPOOL_PARAMS);
            GgmlH.threadpoolParamsInit(params, threads);
            Structs.set(params, Structs.THREADPOOL_PARAMS, "poll", POLL);
            Structs.set(params, Structs.THREADPOOL_PARAMS, "paused", true);
            Structs.set(params, Structs.THREADPOOL_PARAMS, "strict_cpu", isOneEach(threads));
            long mask = Structs.offset(Structs.THREADPOOL_PARAMS, "cpumask");
            for (int cpu : cpus) params.set(JAVA_BOOLEAN, mask + cpu, true);
            return CpuBackend.threadpoolNew(params);
        }
    }

    /// Functions of the CPU library, which is opened by ggml: only its registry knows where they are.
    private static final class CpuBackend {

        /// `struct ggml_threadpool * ggml_threadpool_new(struct ggml_threadpool_params * params);`
        private static final MethodHandle THREADPOOL_NEW =
                Linker.nativeLinker().downcallHandle(address("ggml_threadpool_new"), Shapes.P);

        /// `void ggml_threadpool_free(struct ggml_threadpool * threadpool);`
        private static final MethodHandle THREADPOOL_FREE =
                Linker.nativeLinker().downcallHandle(address("ggml_threadpool_free"), Shapes.P);

        static MemorySegment threadpoolNew(MemorySegment params) {
            try {
                return MemorySegment.ofAddress((long) THREADPOOL_NEW.invokeExact(params));
            } catch (Throwable t) {
                throw Symbols.broken(t);
            }
        }

        static void threadpoolFree(MemorySegment pool) {
            try {
                long _ = (long) THREADPOOL_FREE.invokeExact(pool);
            } catch (Throwable t) {
                throw Symbols.broken(t);
            }
        }

        private static MemorySegment address(String name) {
            try (Arena scratch = Arena.ofConfined()) {
                MemorySegment registry = GgmlH.backendRegByName(scratch.allocateFrom("CPU"));
                if (registry.address() == 0) throw new LlamaException("ggml has no CPU library registered");
                MemorySegment function = GgmlH.backendRegGetProcAddress(registry, scratch.allocateFrom(name));
                if (function.address() == 0) throw new LlamaException("ggml's CPU library has no function " + name);
                return function;
            }
        }
    }
}
