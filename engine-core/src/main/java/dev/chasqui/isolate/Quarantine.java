package dev.chasqui.isolate;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/// Keeps models away from the child that killed it too often, so that the others can go on.
///
/// @see Limits
final class Quarantine {

    /// @param deaths  so many within
    /// @param window  such a time put a model away
    /// @param stay    for so long
    record Limits(int deaths, Duration window, Duration stay) {
        static final Limits DEFAULT = new Limits(3, Duration.ofSeconds(60), Duration.ofMinutes(10));
    }

    private record Held(String model, String reason, long until) {}

    /// More than anybody has; who invents more loses what is known of others.
    private static final int MOST_KEYS = 1_000;

    private final Limits limits;
    private final LongSupplier nanoClock;
    private final Map<String, Deque<Long>> deaths = new HashMap<>();
    private final Map<String, Held> held = new HashMap<>();
    private volatile boolean empty = true;

    Quarantine(Limits limits, LongSupplier nanoClock) {
        this.limits = limits;
        this.nanoClock = nanoClock;
    }

    /// Whether nobody needs to be asked about.
    boolean isEmpty() {
        return empty;
    }

    /// A death that is put down to a model.
    ///
    /// @param key    names its weights
    /// @param model  a name people know it by
    /// @param reason why the child died
    /// @return whether that puts it away
    synchronized boolean blame(String key, String model, String reason) {
        if (deaths.size() > MOST_KEYS) deaths.clear();
        long now = nanoClock.getAsLong();
        Deque<Long> times = deaths.computeIfAbsent(key, _ -> new ArrayDeque<>());
        times.addLast(now);
        while (now - times.getFirst() > limits.window().toNanos()) times.removeFirst();
        if (times.size() < limits.deaths()) return false;
        deaths.remove(key);
        held.put(key, new Held(model, reason, now + limits.stay().toNanos()));
        empty = false;
        return true;
    }

    /// Why a model is kept away, if it is.
    synchronized Optional<String> refusal(String key) {
        leave();
        return Optional.ofNullable(held.get(key)).map(this::said);
    }

    /// Each in a sentence.
    synchronized List<String> all() {
        leave();
        return held.values().stream().map(this::said).toList();
    }

    private void leave() {
        for (Iterator<Held> each = held.values().iterator(); each.hasNext(); ) {
            if (each.next().until() - nanoClock.getAsLong() <= 0) each.remove();
        }
        empty = held.isEmpty();
    }

    private String said(Held one) {
        long minutes = Math.max(1, Math.ceilDiv(one.until() - nanoClock.getAsLong(), 60_000_000_000L));
        return "model '" + one.model() + "' is quarantined: the engine process died " + limits.deaths()
                + " times within " + limits.window().toSeconds() + " s while it computed with it, at last because "
                + one.reason() + ". It is let in again in " + minutes
                + " min, or after a restart; `chasqui verify` says whether its file is whole";
    }
}
