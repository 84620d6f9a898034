package dev.chasqui.llama;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What native code of this process could not survive, and who has to know.
///
/// A fault stops its thread for ever, see [FaultHooks]; nothing waits for that thread, and nothing it may have held
/// is freed. A fault while something is being loaded concerns nobody else: it is the loader's error, and
/// [#MOST_BORNE] of them are borne. After any other, native code here is *dead*: whoever waits hears it at once, and
/// every later call is refused.
///
/// Safe to use from many threads.
public final class NativeFaults {

    /// Faults of loads that are borne; each leaves a thread behind, and what it had read of the file.
    public static final int MOST_BORNE = 2;

    private static final Logger LOG = LoggerFactory.getLogger(NativeFaults.class);

    private static final Map<Thread, Caller> CALLERS = new ConcurrentHashMap<>();
    private static final Set<Consumer<NativeFaultException>> LISTENERS = ConcurrentHashMap.newKeySet();
    private static final AtomicInteger BORNE = new AtomicInteger();

    private static volatile @Nullable String dead;

    /// Who waits for a thread that is in native code.
    private record Caller(Consumer<NativeFaultException> told, boolean bearable) {}

    private NativeFaults() {}

    /// What native code of this process died of; empty while it lives.
    public static Optional<String> dead() {
        return Optional.ofNullable(dead);
    }

    /// Tells somebody when it dies, or at once if it is dead already, on a thread of ours.
    ///
    /// @return takes him off the list
    public static Runnable onDeath(Consumer<NativeFaultException> listener) {
        LISTENERS.add(listener);
        String already = dead;
        if (already != null) tell(listener, already);
        return () -> LISTENERS.remove(listener);
    }

    /// @throws NativeFaultException if native code is dead here
    public static void requireAlive() {
        String cause = dead;
        if (cause != null) {
            throw new NativeFaultException("llama.cpp failed in this process and is not called any more: " + cause);
        }
    }

    /// Makes a call on this thread, for which somebody else waits.
    ///
    /// @param told     hears of a fault; this thread never comes back then
    /// @param bearable whether a fault in it concerns nobody else
    public static <T> T during(Consumer<NativeFaultException> told, boolean bearable, Supplier<T> call) {
        CALLERS.put(Thread.currentThread(), new Caller(told, bearable));
        try {
            return call.get();
        } finally {
            CALLERS.remove(Thread.currentThread());
        }
    }

    /// This thread cannot go on.
    static void report(String what) {
        Caller caller = CALLERS.get(Thread.currentThread());
        boolean borne = caller != null && caller.bearable() && BORNE.incrementAndGet() <= MOST_BORNE;
        LOG.error(
                "llama.cpp failed on thread {}, which is stopped for ever: {}. {}",
                Thread.currentThread().getName(),
                what,
                borne ? "What was being loaded is lost" : "It is not called any more in this process");
        if (!borne) die(what);
        if (caller != null) caller.told().accept(new NativeFaultException("llama.cpp failed: " + what));
    }

    /// Some thread does not come back, as others have found out.
    static void stuck(String what) {
        LOG.error("llama.cpp is stuck and is not called any more in this process: {}", what);
        die(what);
    }

    /// From now on nobody calls.
    static void die(String what) {
        synchronized (NativeFaults.class) {
            if (dead != null) return;
            dead = what;
        }
        LISTENERS.forEach(listener -> tell(listener, what));
    }

    /// Not on this thread: it may hold a lock the listener needs.
    private static void tell(Consumer<NativeFaultException> listener, String what) {
        Thread.ofPlatform()
                .name("chasqui-fault")
                .daemon()
                .start(() -> listener.accept(new NativeFaultException("llama.cpp failed: " + what)));
    }
}
