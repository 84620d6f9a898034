package dev.chasqui.engine;

import dev.chasqui.api.BackendException;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Of the requests with one name, only the newest matters: an instrument's last tick.
final class Latest {

    private final ConcurrentHashMap<String, Claim> newest = new ConcurrentHashMap<>();

    /// A request's claim to be the newest of its name.
    final class Claim implements AutoCloseable {

        private final String name;
        private boolean superseded;
        private @Nullable Consumer<BackendException> breakOff;

        private Claim(String name) {
            this.name = name;
        }

        /// @param breakOff ends the request, and tells its caller why
        /// @throws BackendException if a newer request came meanwhile; this one was ended then
        synchronized void hold(Consumer<BackendException> breakOff) {
            if (superseded) {
                BackendException why = Refusals.superseded(name);
                breakOff.accept(why);
                throw why;
            }
            this.breakOff = breakOff;
        }

        private synchronized void supersede() {
            superseded = true;
            if (breakOff != null) breakOff.accept(Refusals.superseded(name));
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
