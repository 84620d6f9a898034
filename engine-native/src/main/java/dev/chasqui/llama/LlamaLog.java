package dev.chasqui.llama;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes llama.cpp's log lines: to SLF4J, and the last error of each thread to whoever called.
///
/// llama.cpp is talkative, so its levels are taken down by one: what it calls information is for debugging here,
/// and a warning is information. An error is a warning, because whoever called reports it as an exception too.
final class LlamaLog {

    private static final Logger LOG = LoggerFactory.getLogger("dev.chasqui.llama.cpp");

    private static final int INFO = 2;
    private static final int WARN = 3;
    private static final int ERROR = 4;
    private static final int CONTINUED = 5;

    /// The longest line that is read; llama.cpp ends every line with NUL, and a template may be long.
    private static final long LONGEST = 1 << 20;

    private static final ThreadLocal<String> LAST_ERROR = new ThreadLocal<>();

    private static volatile @Nullable Consumer<String> follower;

    private LlamaLog() {}

    /// Lets somebody read every line too, on whichever thread it comes from.
    static void follow(Consumer<String> reader) {
        follower = reader;
    }

    static void install() {
        try {
            MethodHandle target = MethodHandles.lookup()
                    .findStatic(
                            LlamaLog.class,
                            "line",
                            MethodType.methodType(void.class, int.class, MemorySegment.class, MemorySegment.class));
            MemorySegment stub = Linker.nativeLinker()
                    .upcallStub(target, FunctionDescriptor.ofVoid(JAVA_INT, ADDRESS, ADDRESS), Arena.global());
            LlamaH.logSet(stub, MemorySegment.NULL);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    /// Forgets this thread's last error, before a call that may log one.
    static void clear() {
        LAST_ERROR.remove();
    }

    /// What llama.cpp last logged as an error on this thread since [#clear].
    static Optional<String> lastError() {
        return Optional.ofNullable(LAST_ERROR.get());
    }

    /// The same, ready to be put after a message.
    static String because() {
        return lastError().map(line -> ": " + line).orElse("");
    }

    /// Called by llama.cpp, from any thread. Nothing may leave it: an exception out of an upcall ends the JVM.
    @SuppressWarnings("unused")
    private static void line(int level, MemorySegment text, MemorySegment data) {
        try {
            Consumer<String> reader = follower;
            if (level < ERROR && reader == null && !LOG.isInfoEnabled()) return;
            String line = text.reinterpret(LONGEST).getString(0).strip();
            if (reader != null) reader.accept(line);
            if (line.isEmpty() || line.chars().allMatch(c -> c == '.')) return;
            if (level == ERROR) LAST_ERROR.set(line);
            switch (level) {
                case ERROR -> failed(line);
                case WARN -> warned(line);
                case INFO, CONTINUED -> LOG.debug(line);
                default -> LOG.trace(line);
            }
        } catch (Throwable ignored) {
            // A log line is worth less than the JVM.
        }
    }

    private static void failed(String line) {
        if (isAbort(line)) LOG.debug(line);
        else LOG.warn(line);
    }

    /// A request that was cancelled stops its batch; llama.cpp reports that as a failure, at three places.
    static boolean isAbort(String line) {
        return line.endsWith("graph_compute_async failed with error 1")
                || line.endsWith("failed to compute graph, compute status: 1")
                || line.endsWith("failed to decode, ret = 2");
    }

    /// A full cache and an aborted batch are outcomes the scheduler asked for, not news.
    private static void warned(String line) {
        if (line.contains("failed to find a memory slot") || line.contains("removing memory module entries")) {
            LOG.debug(line);
        } else {
            LOG.info(line);
        }
    }
}
