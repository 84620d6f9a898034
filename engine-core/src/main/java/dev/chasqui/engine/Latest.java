package dev.chasqui.engine;

import dev.chasqui.api.BackendException;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Of the requests with one name, only the newest matters: an instrument's last tick.
final class Latest {

    private final ConcurrentHashMap<String, Claim> newest = new ConcurrentHashMap<>();

    /// A request's claim to be the newest of its name.
    final class Claim implements AutoCloseable {

        private final String name;
        private boolean superseded;
        private @Nullable EngineGeneration generation;

        private Claim(String name) {
            this.name = name;
        }

        /// @throws BackendException if a newer request came meanwhile
        synchronized void hold(EngineGeneration started) {
            if (superseded) {
                started.close();
                throw Refusals.superseded(name);
            }
            generation = started;
        }

        private synchronized void supersede() {
            superseded = true;
            if (generation != null) generation.breakOff(Refusals.superseded(name));
        }

        /// The request is over.
        @Override
        public void close() {
            newest.remove(name, this);
        }
    }

    /// Enters a request; an older one of the same name ends now.
    Optional<Claim> enter(Optional<String> name) {
        return name.map(text -> {
            Claim claim = new Claim(text);
            Claim older = newest.put(text, claim);
            if (older != null) older.supersede();
            return claim;
        });
    }
}
