package dev.chasqui.engine;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.Summary;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// What is pinned, by name. A name that is pinned again lets go of what it held once the new context is there.
final class Pins implements AutoCloseable {

    private static final int LONGEST_NAME = 256;

    /// @param model  where the tokens are
    /// @param tokens gives its tokens free
    /// @param lease  gives its model free
    record Held(LoadedModel model, Summary cost, Runnable tokens, Runnable lease) {
        void release() {
            tokens.run();
            lease.run();
        }
    }

    private final Map<String, Held> held = new HashMap<>();
    private boolean closed;

    PinnedContext pin(String name, Function<String, Held> make) {
        if (name.isBlank() || name.length() > LONGEST_NAME) {
            throw BackendException.invalid(
                    "the pin's name has " + name.length() + " characters; expected 1 to " + LONGEST_NAME);
        }
        Held fresh = make.apply(name);
        Held older;
        synchronized (this) {
            if (closed) {
                fresh.release();
                throw new IllegalStateException("the engine is closed");
            }
            older = held.put(name, fresh);
        }
        if (older != null && older.model() == fresh.model()) {
            older.lease().run(); // the name has moved to the new tokens already
        } else if (older != null) {
            older.release();
        }
        return new PinnedContext(name, fresh.cost(), () -> release(name, fresh));
    }

    private void release(String name, Held one) {
        synchronized (this) {
            if (!held.remove(name, one)) return;
        }
        one.release();
    }

    @Override
    public void close() {
        List<Held> all;
        synchronized (this) {
            closed = true;
            all = List.copyOf(held.values());
            held.clear();
        }
        all.forEach(Held::release);
    }
}
