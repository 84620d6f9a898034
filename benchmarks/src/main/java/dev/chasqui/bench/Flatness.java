package dev.chasqui.bench;

import java.util.ArrayList;
import java.util.List;

/// How much a process that works for long may grow before it is said to leak.
///
/// Resident memory moves with what malloc and the JIT compiler happen to hold, threads with compiler threads that come
/// and go. Sequences that left the KV cache are kept within a budget of their own, which fills as the work goes on.
final class Flatness {

    static final double RSS_SHARE = 0.05;
    static final long RSS_MIB = 32;
    static final long HEAP_MIB = 16;
    static final long THREADS = 4;
    static final long MAPPED_FILES = 4;

    private Flatness() {}

    /// What grew more than it may; empty if nothing did.
    static List<String> grown(Footprint early, Footprint late) {
        List<String> grown = new ArrayList<>();
        long rss = RSS_MIB + (long) (early.otherMib() * RSS_SHARE);
        check(grown, "resident memory without cold sequences in MiB", early.otherMib(), late.otherMib(), rss);
        check(grown, "heap in MiB", early.heapMib(), late.heapMib(), HEAP_MIB);
        check(grown, "threads", early.threads(), late.threads(), THREADS);
        check(grown, "mapped files", early.mappedFiles(), late.mappedFiles(), MAPPED_FILES);
        return grown;
    }

    private static void check(List<String> grown, String what, long early, long late, long most) {
        if (late <= early + most) return;
        grown.add(what + ": " + early + ", then " + late + "; at most " + most + " more may be");
    }
}
