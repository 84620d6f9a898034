package dev.chasqui.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Who answers now: the first choice until its native code died, from then on an engine in a process of its own.
/// Owns both.
final class Fallback implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Fallback.class);

    private final Supplier<Work> apart;
    private final List<Work> left = new ArrayList<>();
    private volatile Work present;
    private volatile String moved = "";
    private boolean closed;

    /// @param apart makes the second choice
    Fallback(Work first, Supplier<Work> apart) {
        this.present = first;
        this.apart = apart;
    }

    Work now() {
        Work work = present;
        return work.dead().isEmpty() ? work : other(work);
    }

    private synchronized Work other(Work dead) {
        if (closed || present != dead) return present;
        String why = dead.dead().orElse("");
        LOG.error("the engine in this JVM is dead: {}. A process of its own takes what comes from now on", why);
        moved = "the engine in this JVM is dead (" + why + "); a process of its own answers instead. Restart this JVM"
                + " when you can: memory and a thread of the dead engine are lost until then";
        left.add(dead);
        present = apart.get();
        return present;
    }

    /// That it came so far, and what else there is to know.
    List<String> warnings() {
        List<String> warnings = new ArrayList<>(now().warnings());
        if (!moved.isEmpty()) warnings.addFirst(moved);
        return warnings;
    }

    @Override
    public void close() {
        List<Work> all = new ArrayList<>();
        synchronized (this) {
            closed = true;
            all.add(present);
            all.addAll(left);
        }
        all.forEach(Work::close);
    }
}
