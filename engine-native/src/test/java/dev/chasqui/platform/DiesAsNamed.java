package dev.chasqui.platform;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/// A proving child that ends as the CPU library's file name says; it is really killed, not just out with a
/// status.
final class DiesAsNamed {

    private DiesAsNamed() {}

    public static void main(String[] arguments) throws Throwable {
        String name = Path.of(arguments[1]).getFileName().toString();
        switch (name) {
            case "libggml-cpu-segv.so" ->
                MemorySegment.ofAddress(8).reinterpret(8).set(ValueLayout.JAVA_LONG, 0, 1);
            case "libggml-cpu-ill.so" -> raise(4);
            case "libggml-cpu-killed.so" -> raise(9);
            case "libggml-cpu-abort.so" ->
                Linker.nativeLinker()
                        .downcallHandle(
                                Linker.nativeLinker()
                                        .defaultLookup()
                                        .find("abort")
                                        .orElseThrow(),
                                FunctionDescriptor.ofVoid())
                        .invokeExact();
            case "libggml-cpu-status.so" -> System.exit(3);
            case "libggml-cpu-hangs.so" -> new CountDownLatch(1).await();
            case "libggml-cpu-silent.so" -> System.out.println("nothing to say");
            case "libggml-cpu-throws.so" -> throw new IllegalStateException("the decode was wrong");
            case "libggml-cpu-good.so" -> System.out.println(NativeLibraries.PROVEN);
            default -> throw new AssertionError(name);
        }
    }

    private static void raise(int signal) throws Exception {
        new ProcessBuilder(
                        "kill",
                        "-" + signal,
                        Long.toString(ProcessHandle.current().pid()))
                .inheritIO()
                .start()
                .waitFor();
        new CountDownLatch(1).await();
    }
}
