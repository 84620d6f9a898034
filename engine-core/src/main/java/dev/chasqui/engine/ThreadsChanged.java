package dev.chasqui.engine;

import java.util.Locale;
import jdk.jfr.Category;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/// For a flight recorder: a model's next steps get another number of threads.
@Name("chasqui.ThreadsChanged")
@Label("Threads changed")
@Category("Chasqui")
@StackTrace(false)
final class ThreadsChanged extends Event {

    @Label("Model")
    private final String model;

    @Label("Kind of step")
    private final String kind;

    @Label("Threads before")
    private final int before;

    @Label("Threads after")
    private final int after;

    private ThreadsChanged(String model, String kind, int before, int after) {
        this.model = model;
        this.kind = kind;
        this.before = before;
        this.after = after;
    }

    static void commit(String model, ThreadPlan.Kind kind, int before, int after) {
        ThreadsChanged event = new ThreadsChanged(model, kind.name().toLowerCase(Locale.ROOT), before, after);
        if (event.shouldCommit()) event.commit();
    }
}
