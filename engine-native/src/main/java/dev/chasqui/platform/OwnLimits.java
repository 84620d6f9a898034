package dev.chasqui.platform;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;

/// What a throwaway process takes from itself, so that it harms no other.
public final class OwnLimits {

    /// Linux' number and macOS' number.
    private static final int RLIMIT_DATA = 2;

    private OwnLimits() {}

    /// Has the system refuse this process more memory of its own than that. Mapped files do not count. Linux keeps
    /// to it; where there is no such limit nothing happens.
    ///
    /// @param bytes what the process has already included
    public static void privateMemory(long bytes) {
        Linker linker = Linker.nativeLinker();
        linker.defaultLookup().find("setrlimit").ifPresent(setrlimit -> {
            try (Arena scratch = Arena.ofConfined()) {
                MemorySegment softAndHard = scratch.allocateFrom(JAVA_LONG, bytes, bytes);
                // `int setrlimit(int resource, const struct rlimit * limit);` What it refuses is not limited.
                int _ = (int) linker.downcallHandle(setrlimit, FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS))
                        .invokeExact(RLIMIT_DATA, softAndHard);
            } catch (Throwable t) {
                throw new AssertionError(t);
            }
        });
    }

    /// Has Linux choose this process where it must end one for want of memory.
    public static void firstToBeEnded() {
        try {
            Files.writeString(Path.of("/proc/self/oom_score_adj"), "1000");
        } catch (IOException e) {
            // another system; it has no such choice
        }
    }
}
