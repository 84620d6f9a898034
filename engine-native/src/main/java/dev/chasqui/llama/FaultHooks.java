package dev.chasqui.llama;

import static java.lang.foreign.ValueLayout.ADDRESS;

import dev.chasqui.platform.Containment;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Where ggml aborts and where C++ terminates, the thread comes here and stays.
///
/// ggml calls the first hook before `abort()`, C++ the second when an exception found no handler, which is so for
/// any that would leave a call by FFM. Neither may return, so the thread is parked for ever. The JVM's own ways to
/// end go by neither. What other native libraries of the process terminate for is theirs: it goes on as before.
///
/// @see <a href="https://github.com/ggml-org/llama.cpp/blob/master/ggml/src/ggml.c">ggml.c, `ggml_abort`</a>
final class FaultHooks {

    private static final Logger LOG = LoggerFactory.getLogger(FaultHooks.class);

    private static final long LONGEST = 1 << 12;

    /// C++'s names of `std::set_terminate` and of its library, where exceptions are GNU's.
    private static final String SET_TERMINATE = "_ZSt13set_terminatePFvvE";

    private static final String CPP = "libstdc++.so.6";

    private static @Nullable MethodHandle terminatedBefore;

    private FaultHooks() {}

    static void install() {
        if (!Containment.isOn()) return;
        GgmlH.setAbortCallback(upcall("aborted", FunctionDescriptor.ofVoid(ADDRESS)));
        try {
            SymbolLookup library = SymbolLookup.libraryLookup(CPP, Arena.global());
            MethodHandle set = Linker.nativeLinker()
                    .downcallHandle(library.findOrThrow(SET_TERMINATE), FunctionDescriptor.of(ADDRESS, ADDRESS));
            MemorySegment before = (MemorySegment) set.invokeExact(upcall("terminated", FunctionDescriptor.ofVoid()));
            if (before.address() != 0) {
                terminatedBefore = Linker.nativeLinker().downcallHandle(before, FunctionDescriptor.ofVoid());
            }
        } catch (IllegalArgumentException | java.util.NoSuchElementException e) {
            LOG.debug("C++ exceptions are not contained here: {}", e.getMessage()); // not GNU's library
        } catch (Throwable t) {
            throw Symbols.broken(t);
        }
    }

    private static MemorySegment upcall(String method, FunctionDescriptor type) {
        try {
            MethodHandle target = MethodHandles.lookup().findStatic(FaultHooks.class, method, type.toMethodType());
            return Linker.nativeLinker().upcallStub(target, type, Arena.global());
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    /// Called by ggml, from any thread, its own ones too.
    @SuppressWarnings("unused")
    private static void aborted(MemorySegment message) {
        try {
            NativeFaults.report(message.reinterpret(LONGEST).getString(0).strip());
        } catch (Throwable t) {
            lastResort(t);
        }
        stay();
    }

    /// Called by C++, from any thread.
    @SuppressWarnings("unused")
    private static void terminated() {
        try {
            if (!isOurs()) {
                MethodHandle before = terminatedBefore;
                if (before != null) before.invokeExact();
                return; // C++ ends the process then
            }
            NativeFaults.report("an exception in C++ found no handler" + LlamaLog.because());
        } catch (Throwable t) {
            lastResort(t);
        }
        stay();
    }

    /// Whether this thread came here out of a call of ours.
    private static boolean isOurs() {
        String room = FaultHooks.class.getPackageName();
        return StackWalker.getInstance()
                .walk(frames -> frames.anyMatch(frame -> frame.getClassName().startsWith(room)
                        && !frame.getClassName().startsWith(FaultHooks.class.getName())));
    }

    /// Nobody could be told. Then at least nobody may be called.
    private static void lastResort(Throwable t) {
        try {
            NativeFaults.die("a fault that could not be reported: " + t);
        } catch (Throwable ignored) {
            // There is nothing left to do but to stay.
        }
    }

    private static void stay() {
        while (true) {
            LockSupport.park();
            boolean _ = Thread.interrupted(); // an interrupted thread would not park again
        }
    }
}
