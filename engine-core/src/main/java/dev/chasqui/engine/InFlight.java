package dev.chasqui.engine;

import dev.chasqui.api.BackendException;
import dev.chasqui.llama.NativeFaultException;
import dev.chasqui.llama.NativeFaults;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/// Requests that are being answered, so that each of their callers hears it at once when native code dies.
///
/// The thread that would answer them is lost then, and whatever it holds; so nothing here waits for a lock of a
/// scheduler's.
final class InFlight implements AutoCloseable {

    private final Set<Entry> entries = ConcurrentHashMap.newKeySet();
    private final Runnable farewell = NativeFaults.onDeath(this::fail);

    /// A request, until it is over.
    final class Entry {

        private final CompletableFuture<BackendException> fault = new CompletableFuture<>();

        /// @param end ends the request with an error, from another thread and without waiting
        void onFault(Consumer<BackendException> end) {
            fault.thenAccept(end);
        }

        /// Idempotent.
        void leave() {
            entries.remove(this);
        }
    }

    Entry enter() {
        Entry entry = new Entry();
        entries.add(entry);
        if (NativeFaults.dead().isPresent()) entry.fault.complete(refusal());
        return entry;
    }

    /// @throws BackendException if native code is dead in this process
    static void requireAlive() {
        if (NativeFaults.dead().isPresent()) throw refusal();
    }

    /// For requests that come too late, which another process might answer.
    private static BackendException refusal() {
        return new BackendException(
                BackendException.Kind.OVERLOADED,
                obstacle(NativeFaults.dead()).orElse("llama.cpp failed in this process"));
    }

    static Optional<String> obstacle(Optional<String> dead) {
        return dead.map(cause -> "llama.cpp failed in this process (" + cause + ") and is not called here any more."
                + " Restart it; with CHASQUI_ISOLATION=process models run in a process of their own");
    }

    private void fail(NativeFaultException fault) {
        String message = "the answer broke off: " + fault.getMessage();
        entries.forEach(entry -> entry.fault.complete(BackendException.failed(message, fault)));
    }

    @Override
    public void close() {
        farewell.run();
    }
}
