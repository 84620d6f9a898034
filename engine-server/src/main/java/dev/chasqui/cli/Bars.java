package dev.chasqui.cli;

import dev.chasqui.api.Progress;
import dev.chasqui.api.ProgressLine;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/// Shows long work on standard error. On a terminal every piece of it has a line of its own, with a bar, a rate and
/// the time that is left, and those under way are drawn anew as they get on; elsewhere each is named once.
public final class Bars implements Progress, AutoCloseable {

    private static final long REDRAW_NANOS = 100_000_000;
    private static final String UP = "\u001b[%dA";
    private static final String CLEAR_REST = "\u001b[K";

    private final PrintStream out;
    private final boolean live;
    private final Screen.Area area;
    private final LongSupplier nanos;
    private final Map<String, Bar> all = new HashMap<>();
    /// Those that may still change, and those between them.
    private final List<Bar> moving = new ArrayList<>();

    private int drawn;
    private long drawnAt;

    /// @param live  whether lines can be drawn anew
    /// @param nanos the clock, see [System#nanoTime]
    Bars(PrintStream out, boolean live, Screen.Area area, LongSupplier nanos) {
        this.out = out;
        this.live = live;
        this.area = area;
        this.nanos = nanos;
    }

    /// For a program of its own.
    public static Bars onStandardError() {
        return on(Screen.standard(System.getenv()));
    }

    static Bars on(Screen screen) {
        boolean live = screen.errIsTty() && !screen.dumb();
        return new Bars(screen.err(), live, live ? screen.area() : Screen.Area.USUAL, System::nanoTime);
    }

    @Override
    public synchronized void report(ProgressLine line) {
        Bar known = all.get(line.status());
        Bar bar = known != null ? known : new Bar(line.status(), Human::bytes);
        bar.at(line.completedBytes(), line.totalBytes(), nanos.getAsLong());
        show(bar, known == null);
    }

    /// How far work of many steps is, as one bar; off a terminal, a line for each step.
    ///
    /// @param step what is done now
    public synchronized void count(String work, String step, long done, long total) {
        if (!live) {
            report(new ProgressLine(step, "", 0, 0));
            return;
        }
        Bar known = all.get(work);
        Bar bar = known != null ? known : new Bar(work, Long::toString);
        bar.at(done, total, nanos.getAsLong());
        bar.note(step);
        show(bar, known == null);
    }

    /// What is shown stays where it is, as it is now.
    @Override
    public synchronized void close() {
        if (!moving.isEmpty()) draw();
        moving.clear();
        drawn = 0;
    }

    private void show(Bar bar, boolean fresh) {
        if (fresh) {
            all.put(bar.name(), bar);
            moving.add(bar);
        }
        if (!live) {
            if (fresh) out.println(bar.plain());
            moving.clear();
        } else if (fresh || bar.isOver() || nanos.getAsLong() - drawnAt >= REDRAW_NANOS) {
            if (moving.contains(bar)) draw();
        }
    }

    /// Draws what moves over itself. The lines at the top that are over stay from then on, and so do those the
    /// screen has no room for: what has left it cannot be reached.
    private void draw() {
        StringBuilder text = new StringBuilder();
        if (drawn > 0) text.append(UP.formatted(drawn));
        for (Bar bar : moving) {
            text.append('\r')
                    .append(bar.line(area.width() - 1))
                    .append(CLEAR_REST)
                    .append('\n');
        }
        while (!moving.isEmpty() && (moving.getFirst().isOver() || moving.size() >= area.height())) {
            moving.removeFirst();
        }
        drawn = moving.size();
        drawnAt = nanos.getAsLong();
        out.print(text);
        out.flush();
    }
}
