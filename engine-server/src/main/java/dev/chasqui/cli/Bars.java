package dev.chasqui.cli;

import java.util.Optional;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/// Shows long work on standard error: as bars on a terminal, else one line per step.
final class Bars implements Steps, AutoCloseable {

    private static final int UPDATE_MILLIS = 100;

    private final Screen screen;
    private String last = "";
    private Optional<ProgressBar> bar = Optional.empty();

    Bars(Screen screen) {
        this.screen = screen;
    }

    @Override
    public void step(String what) {
        endBar();
        last = what;
        screen.err().println(what);
    }

    @Override
    public void progress(String what, long done, long total) {
        if (!what.equals(last)) {
            endBar();
            last = what;
            if (screen.errIsTty()) bar = Optional.of(bar(what, total));
            else screen.err().println(total > 0 ? what + " (" + Human.bytes(total) + ")" : what);
        }
        bar.ifPresent(shown -> shown.stepTo(done));
        if (total > 0 && done >= total) endBar();
    }

    /// How far work of many steps is, as one bar; off a terminal, a line for each step.
    ///
    /// @param step what is done now
    void count(String work, String step, long done, long total) {
        if (screen.errIsTty()) {
            if (bar.isEmpty()) bar = Optional.of(builder(work, total).build());
            bar.ifPresent(shown -> shown.maxHint(total).setExtraMessage(step).stepTo(done));
        } else if (!step.equals(last)) {
            screen.err().println(step);
        }
        last = step;
    }

    @Override
    public void close() {
        endBar();
    }

    private void endBar() {
        bar.ifPresent(ProgressBar::close);
        bar = Optional.empty();
    }

    private ProgressBar bar(String what, long total) {
        return builder(what, total).setUnit(" MB", 1_000_000).showSpeed().build();
    }

    private ProgressBarBuilder builder(String what, long total) {
        int width = Math.max(20, screen.width() - 1);
        return new ProgressBarBuilder()
                .setTaskName(what)
                .setInitialMax(Math.max(total, 0))
                .setUpdateIntervalMillis(UPDATE_MILLIS)
                .setStyle(ProgressBarStyle.UNICODE_BLOCK)
                .setConsumer(new ConsoleProgressBarConsumer(screen.err(), width));
    }
}
