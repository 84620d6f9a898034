package dev.chasqui.platform;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;

/// The process's real environment, which native code reads; `System.getenv` is only a copy of it.
final class ProcessEnvironment {

    static final String NO_BACKTRACE = "GGML_NO_BACKTRACE";

    private ProcessEnvironment() {}

    /// Keeps ggml from starting a debugger on this JVM when it aborts. Must come before any library is loaded.
    static void setNoBacktrace(Platform platform) {
        if (platform.isWindows() || System.getenv(NO_BACKTRACE) != null) return; // ggml does so on Unix only
        try (Arena scratch = Arena.ofConfined()) {
            MethodHandle setenv = OpenLibraries.downcall(
                    Linker.nativeLinker().defaultLookup(),
                    "setenv",
                    FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, JAVA_INT));
            int failed = (int) setenv.invokeExact(scratch.allocateFrom(NO_BACKTRACE), scratch.allocateFrom("1"), 1);
            if (failed != 0) throw new NativeLibraryException("cannot set " + NO_BACKTRACE + " in this process");
        } catch (NativeLibraryException e) {
            throw e;
        } catch (Throwable t) {
            throw new AssertionError("calling setenv failed; the binding is wrong", t);
        }
    }
}
