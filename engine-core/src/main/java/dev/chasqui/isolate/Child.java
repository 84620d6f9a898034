package dev.chasqui.isolate;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.BackendException.Kind;
import dev.chasqui.platform.WorkerJvm;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One life of the child process: from its start to its end, which ends every call.
final class Child implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Child.class);

    /// Time for a process that closed its connection to end, so that it can be said why.
    private static final long LAST_WORDS_MILLIS = 400;

    /// Time to end by itself when its input was closed.
    private static final long END_MILLIS = 1_000;

    private final RunFolder folder;
    private final Process process;
    private final ChildOutput output;
    private final Thread reading;
    private final Link link;
    private final BiConsumer<Child, String> died;
    /// An empty text when it is, or why it never will be.
    private final CompletableFuture<String> ready = new CompletableFuture<>();
    private final Map<Integer, RemoteCall> calls = new ConcurrentHashMap<>();
    private final AtomicInteger lastCall = new AtomicInteger();
    private final AtomicBoolean over = new AtomicBoolean();
    /// For each call its own.
    private volatile Supplier<BackendException> end =
            () -> new BackendException(Kind.FAILED, "the engine process runs");
    private volatile Set<String> asked = Set.of();
    private volatile boolean heard;

    private Child(
            RunFolder folder,
            Process process,
            ChildOutput output,
            Thread reading,
            Link link,
            BiConsumer<Child, String> died) {
        this.folder = folder;
        this.process = process;
        this.output = output;
        this.reading = reading;
        this.link = link;
        this.died = died;
    }

    /// Starts one and waits until it is ready.
    ///
    /// @param died hears, once, why it ended, unless it was closed; its calls have ended by then
    /// @throws IOException if it cannot be started, or ends before it is ready; the message says why
    static Child start(Launch launch, BiConsumer<Child, String> died) throws IOException, InterruptedException {
        RunFolder folder = RunFolder.make();
        Process process = null;
        try (Door door = Door.open(folder.socket())) {
            BlackBox.create(folder.blackBox());
            process = WorkerJvm.start(
                    launch.main(),
                    List.of(folder.socket().toString(), folder.blackBox().toString()),
                    launch.classes(),
                    Map.of(
                            "slf4j.provider",
                            ChildLogs.class.getName(),
                            ChildLogs.LEVEL,
                            LOG.isDebugEnabled() ? "DEBUG" : "INFO",
                            "slf4j.internal.verbosity",
                            "WARN",
                            "stdout.encoding",
                            "UTF-8"));
            CompletableFuture<Consumer<String>> crashed = new CompletableFuture<>();
            ChildOutput output =
                    new ChildOutput(signal -> crashed.thenAccept(hears -> hears.accept(signal)), System::nanoTime);
            Process started = process;
            Thread reading = Thread.ofPlatform()
                    .daemon()
                    .name("chasqui-isolate-output")
                    .start(() -> output.read(started.getInputStream()));
            OutputStream token = process.getOutputStream();
            token.write((door.token() + "\n").getBytes(StandardCharsets.US_ASCII));
            token.flush();
            long until = System.nanoTime() + launch.patience().toNanos();
            SocketChannel channel = door.await(process::isAlive, until)
                    .orElseThrow(() ->
                            new IOException("the engine process did not come up: " + whyNot(started, output, reading)));
            Child child = new Child(folder, process, output, reading, new Link(channel), died);
            crashed.complete(signal -> child.end("it died of " + signal));
            child.open(launch, until);
            return child;
        } catch (Throwable t) {
            if (process != null) process.destroyForcibly();
            folder.close();
            throw t;
        }
    }

    private static String whyNot(Process process, ChildOutput output, Thread reading) {
        if (process.isAlive()) return "it did not connect in time";
        return lastWords(process, output, reading);
    }

    private static String lastWords(Process process, ChildOutput output, Thread reading) {
        try {
            if (!process.waitFor(LAST_WORDS_MILLIS, TimeUnit.MILLISECONDS)) return "it closed its connection";
            reading.join(LAST_WORDS_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return process.isAlive() ? "it closed its connection" : output.reason(process.exitValue());
    }

    private void open(Launch launch, long until) throws IOException, InterruptedException {
        Thread.ofPlatform().daemon().name("chasqui-isolate-link").start(this::pump);
        try {
            link.send(new Frame(Frame.Kind.OPEN, 0, launch.opening()));
            String failure = ready.get(Math.max(0, until - System.nanoTime()), TimeUnit.NANOSECONDS);
            if (!failure.isEmpty()) throw new IOException(failure);
        } catch (ExecutionException e) {
            throw new AssertionError("nobody completes it so", e);
        } catch (TimeoutException e) {
            over.set(true);
            throw new IOException(
                    "the engine process was not ready within "
                            + launch.patience().toSeconds() + " s",
                    e);
        }
    }

    private void pump() {
        try {
            link.pump(this::take);
        } catch (BadFrameException e) {
            end(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            LOG.debug("the connection to the engine process ended: {}", e.toString());
        } catch (RuntimeException | Error e) {
            end("what it sent could not be taken: " + e);
        }
        if (!over.get()) end(lastWords(process, output, reading));
    }

    private void take(Frame frame) {
        heard = true;
        switch (frame.kind()) {
            case BEAT -> {}
            case READY -> ready.complete("");
            case ACCEPTED, PIECE, RESULT, FAILURE -> {
                RemoteCall call = calls.get(frame.call());
                if (call != null) call.came(frame); // else nobody waits for it any more
            }
            default -> throw new BadFrameException("a message of kind " + frame.kind());
        }
    }

    /// Begins a call.
    ///
    /// @param model   the one it is about; empty if it is about none
    /// @param message the call's first byte and what it is about
    RemoteCall call(String model, byte[] message) {
        int id = lastCall.updateAndGet(last -> last == Integer.MAX_VALUE ? 1 : last + 1);
        RemoteCall call = new RemoteCall(id, model, link, () -> calls.remove(id));
        calls.put(id, call);
        try {
            link.send(new Frame(Frame.Kind.CALL, id, message));
        } catch (IllegalArgumentException e) {
            calls.remove(id);
            throw BackendException.invalid(
                    "the request is too long for an engine in a process of its own: " + e.getMessage());
        } catch (IOException e) {
            LOG.debug("call {} could not be sent: {}", id, e.toString());
        }
        if (over.get()) breakOff(); // it ended meanwhile and may not have seen this call
        return call;
    }

    /// Ends it and every call.
    ///
    /// @param reason begins with "it", for people
    void end(String reason) {
        if (!over.compareAndSet(false, true)) return;
        end = () -> new BackendException(
                Kind.OVERLOADED,
                "the engine process ended while it worked at this request: " + reason
                        + ". It is being started again; the request may be repeated");
        ready.complete("the engine process ended before it was ready: " + reason);
        process.destroyForcibly();
        asked = calls.values().stream()
                .map(RemoteCall::model)
                .filter(model -> !model.isEmpty())
                .collect(Collectors.toUnmodifiableSet());
        breakOff();
        died.accept(this, reason);
        cleanUp();
    }

    private void breakOff() {
        Supplier<BackendException> cause = end;
        calls.values().removeIf(call -> {
            call.broke(cause.get());
            return true;
        });
    }

    private void cleanUp() {
        try {
            link.close();
        } catch (IOException e) {
            LOG.debug("the connection to the engine process: {}", e.toString());
        }
        folder.close();
    }

    boolean isOver() {
        return over.get();
    }

    /// Whether it was heard since this was asked last.
    boolean wasHeard() {
        boolean was = heard;
        heard = false;
        return was;
    }

    /// Whether the system says that it was stopped. Never where there is no `/proc`.
    boolean isStopped() {
        try {
            String stat = Files.readString(Path.of("/proc", String.valueOf(process.pid()), "stat"));
            String afterName = stat.substring(stat.lastIndexOf(')') + 1).strip();
            return afterName.startsWith("T") || afterName.startsWith("t");
        } catch (IOException e) {
            return false;
        }
    }

    /// The models it may have died of: those it loaded, for that is more likely to kill than computing beside it; else
    /// those it computed with; else the one that all requests were about. Read before the folder goes.
    Set<String> suspects() {
        List<BlackBox.Entry> entries;
        try {
            entries = BlackBox.read(folder.blackBox());
        } catch (IOException e) {
            entries = List.of();
        }
        for (BlackBox.Doing doing : List.of(BlackBox.Doing.LOADING, BlackBox.Doing.COMPUTING)) {
            Set<String> models = entries.stream()
                    .filter(entry -> entry.doing() == doing)
                    .map(BlackBox.Entry::model)
                    .collect(Collectors.toUnmodifiableSet());
            if (!models.isEmpty()) return models;
        }
        return asked.size() == 1 ? asked : Set.of();
    }

    long pid() {
        return process.pid();
    }

    /// Ends the process and waits until it is gone. Calls that are left hear that the engine is closed. Idempotent.
    @Override
    public void close() {
        boolean first = over.compareAndSet(false, true);
        if (first) {
            end = () -> new BackendException(Kind.CANCELLED, "the engine was closed before the answer's end");
            ready.complete("the engine was closed");
            breakOff();
        }
        boolean interrupted = false;
        try {
            process.getOutputStream().close();
            if (!process.waitFor(END_MILLIS, TimeUnit.MILLISECONDS)) process.destroyForcibly();
        } catch (InterruptedException e) {
            interrupted = true;
            process.destroyForcibly();
        } catch (IOException e) {
            process.destroyForcibly();
        }
        while (process.isAlive()) {
            try {
                process.waitFor();
            } catch (InterruptedException e) {
                interrupted = true; // SIGKILL is on its way; a process that is left would be worse
            }
        }
        if (interrupted) Thread.currentThread().interrupt();
        if (first) cleanUp();
    }
}
