package dev.chasqui.llama;

import dev.chasqui.platform.Containment;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Finds out when a decode does not go on: ggml's threads wait for one another, and one that is lost, or a kernel
/// that never ends, keeps them all for ever.
///
/// ggml comes by [AbortFlag] after every node of a graph. A node may take long where others want the cores too, so
/// what counts is how long the decoding thread *computed* without one: half a minute, and more where weights and
/// batches are large. A thread that does not even compute is given [#PATIENCE] times as long.
///
/// One thread watches all contexts, and sleeps as long as there are none. A decode notices nothing of it. Nodes on
/// GPUs are not counted, so where there is one, nobody watches.
final class Watchdog {

    private static final int PATIENCE = 20;

    /// No node has more of a graph's work than some hundredth, and no CPU multiplies less than this in a second.
    private static final long BYTES_PER_SECOND = 100L * 1_000_000_000;

    private static final Duration LIMIT = Containment.watchdog();
    private static final long PERIOD_MILLIS = Math.clamp(LIMIT.toMillis() / 6, 50, 5_000);

    private static final Set<LlamaContext> WATCHED = new HashSet<>();
    private static @Nullable Thread watcher;

    /// What was last seen of a decode.
    private record Sight(LlamaContext.Decoding decoding, int looks, long nanos, long cpuNanos) {}

    private Watchdog() {}

    static void watch(LlamaContext context) {
        if (LIMIT.isZero() || !AbortFlag.counts() || Llama.supportsGpu()) return;
        synchronized (WATCHED) {
            WATCHED.add(context);
            WATCHED.notifyAll();
            if (watcher == null) {
                watcher = Thread.ofPlatform().name("chasqui-watchdog").daemon().start(Watchdog::run);
            }
        }
    }

    static void leave(LlamaContext context) {
        synchronized (WATCHED) {
            WATCHED.remove(context);
        }
    }

    /// Those that are open now.
    static Set<LlamaContext> contexts() {
        synchronized (WATCHED) {
            return Set.copyOf(WATCHED);
        }
    }

    private static void run() {
        Map<LlamaContext, Sight> seen = new HashMap<>();
        try {
            while (NativeFaults.dead().isEmpty()) {
                synchronized (WATCHED) {
                    while (WATCHED.isEmpty()) WATCHED.wait();
                    seen.keySet().retainAll(WATCHED);
                }
                Thread.sleep(PERIOD_MILLIS);
                for (LlamaContext context : contexts()) look(context, seen);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // nobody of ours does that
        }
    }

    private static void look(LlamaContext context, Map<LlamaContext, Sight> seen) {
        LlamaContext.Decoding decoding = context.decoding();
        if (decoding == null) {
            seen.remove(context);
            return;
        }
        int looks = context.looks();
        long now = System.nanoTime();
        Sight last = seen.get(context);
        if (last == null || last.decoding() != decoding || last.looks() != looks) {
            seen.put(context, new Sight(decoding, looks, now, cpuNanos(decoding.thread())));
            return;
        }
        long allowed = LIMIT.plusSeconds(decoding.bytes() / BYTES_PER_SECOND).toNanos();
        long computed = cpuNanos(decoding.thread()) - last.cpuNanos();
        long waited = now - last.nanos();
        if (computed < allowed && waited / PATIENCE < allowed) return;
        NativeFaults.stuck(context.model().file() + ": a decode made no progress for " + waited / 1_000_000_000
                + " s, in which its thread computed for " + computed / 1_000_000_000 + " s");
    }

    /// `-1` for a virtual thread, which then is judged by the clock alone.
    private static long cpuNanos(Thread thread) {
        return ManagementFactory.getThreadMXBean().getThreadCpuTime(thread.threadId());
    }
}
