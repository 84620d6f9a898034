package dev.chasqui.cli;

import dev.chasqui.api.Generation;
import java.util.concurrent.atomic.AtomicReference;
import org.jline.terminal.Terminal;
import org.jspecify.annotations.Nullable;

/// While open, Ctrl-C on a terminal ends what this thread waits for, and not the program: the answer under way, or
/// before that the load that comes first. What is typed meanwhile shows up on the next line that is asked for, not in
/// the middle of the answer.
final class Interruptible implements AutoCloseable {

    private final Terminal terminal;
    private final Terminal.SignalHandler before;
    private final boolean echoed;
    private final Thread waiting = Thread.currentThread();
    private final AtomicReference<@Nullable Generation> answer = new AtomicReference<>();

    Interruptible(Terminal terminal) {
        this.terminal = terminal;
        this.before = terminal.handle(Terminal.Signal.INT, _ -> interrupt());
        this.echoed = terminal.echo(false);
    }

    /// From now on this is what ends.
    Generation answering(Generation generation) {
        answer.set(generation);
        return generation;
    }

    @Override
    public void close() {
        terminal.echo(echoed);
        terminal.handle(Terminal.Signal.INT, before);
        Thread.interrupted(); // one that came too late is not meant for what comes next
    }

    private void interrupt() {
        Generation running = answer.get();
        if (running != null) running.close();
        else waiting.interrupt();
    }
}
