package dev.chasqui.platform;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps what ggml says while libraries are registered off the user's terminal. Whoever uses them next sets his
/// own.
final class GgmlLog {

    private static final Logger LOG = LoggerFactory.getLogger("dev.chasqui.llama.cpp");

    private static final long LONGEST = 1 << 16;

    private GgmlLog() {}

    static void install(SymbolLookup symbols) {
        FunctionDescriptor callback = FunctionDescriptor.ofVoid(JAVA_INT, ADDRESS, ADDRESS);
        try {
            MethodType type = callback.toMethodType();
            MethodHandle line = MethodHandles.lookup().findStatic(GgmlLog.class, "line", type);
            MemorySegment stub = Linker.nativeLinker().upcallStub(line, callback, Arena.global());
            MethodHandle set =
                    OpenLibraries.downcall(symbols, "ggml_log_set", FunctionDescriptor.of(JAVA_LONG, ADDRESS, ADDRESS));
            long _ = (long) set.invokeExact(stub, MemorySegment.NULL); // void in C; the shape is shared
        } catch (NativeLibraryException e) {
            throw e;
        } catch (Throwable t) {
            throw new AssertionError("calling ggml_log_set failed; the binding is wrong", t);
        }
    }

    /// Called by ggml. Nothing may leave it: an exception out of an upcall ends the JVM.
    @SuppressWarnings("unused")
    private static void line(int level, MemorySegment text, MemorySegment data) {
        try {
            if (LOG.isDebugEnabled())
                LOG.debug(text.reinterpret(LONGEST).getString(0).strip());
        } catch (Throwable ignored) {
            // A log line is worth less than the JVM.
        }
    }
}
