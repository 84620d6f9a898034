package dev.chasqui.llama;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.chasqui.platform.NativeLibraries;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.function.IntConsumer;

/// Has native code fail in earnest. Only for a JVM of its own: what fails stays failed.
public final class Faults {

    private Faults() {}

    /// What `GGML_ABORT` and `GGML_ASSERT` do. Does not come back.
    public static void abort(String message) {
        try (Arena scratch = Arena.ofConfined()) {
            MethodHandle abort = Linker.nativeLinker()
                    .downcallHandle(
                            NativeLibraries.load().symbols().findOrThrow("ggml_abort"),
                            FunctionDescriptor.ofVoid(ADDRESS, JAVA_INT, ADDRESS, ADDRESS),
                            Linker.Option.firstVariadicArg(3));
            abort.invokeExact(
                    scratch.allocateFrom("test.c"), 7, scratch.allocateFrom("%s"), scratch.allocateFrom(message));
        } catch (Throwable t) {
            throw Symbols.broken(t);
        }
    }

    /// Has ggml come by after every node of what every open context computes from now on, on the thread that decodes.
    ///
    /// @param visitor hears which node of the decode it is, from 1
    public static void everyNode(IntConsumer visitor) {
        Watchdog.contexts().forEach(context -> everyNodeOf(context, visitor));
    }

    static void everyNodeOf(LlamaContext context, IntConsumer visitor) {
        try {
            MethodHandle target = MethodHandles.lookup()
                    .bind(new Nodes(visitor), "next", MethodType.methodType(boolean.class, MemorySegment.class));
            MemorySegment stub = Linker.nativeLinker()
                    .upcallStub(target, FunctionDescriptor.of(JAVA_BOOLEAN, ADDRESS), Arena.global());
            MethodHandle set = Linker.nativeLinker()
                    .downcallHandle(
                            NativeLibraries.load().symbols().findOrThrow("llama_set_abort_callback"),
                            FunctionDescriptor.ofVoid(ADDRESS, ADDRESS, ADDRESS));
            set.invokeExact(context.address(), stub, MemorySegment.NULL);
        } catch (Throwable t) {
            throw Symbols.broken(t);
        }
    }

    private record Nodes(IntConsumer visitor, int[] count) {

        Nodes(IntConsumer visitor) {
            this(visitor, new int[1]);
        }

        boolean next(MemorySegment data) {
            visitor.accept(++count[0]);
            return false;
        }
    }
}
