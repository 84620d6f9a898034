package dev.chasqui.probe;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.chasqui.platform.OwnLimits;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/// A probing child that ends as the model's file name says, without looking into it.
final class EndsAsNamed {

    private EndsAsNamed() {}

    public static void main(String[] arguments) throws Throwable {
        Path file = Path.of(arguments[3]);
        System.out.println(ProbeChild.STAGE + "it was tested");
        switch (file.getFileName().toString()) {
            case "hangs.gguf" -> new CountDownLatch(1).await();
            case "killed.gguf" -> raise(9);
            case "terminated.gguf" -> raise(15);
            case "aborts.gguf" -> raise(6);
            case "refused.gguf" -> {
                System.out.println(ProbeChild.REFUSED + "it holds nothing");
                System.exit(ProbeChild.REFUSED_STATUS);
            }
            case "silent.gguf" -> {}
            case "greedy.gguf" -> {
                OwnLimits.privateMemory(Long.parseLong(arguments[2]));
                allocate(4096);
                System.out.println(ProbeChild.LIVED);
            }
            default -> throw new AssertionError(file);
        }
    }

    /// So many mebibytes, none of which is touched.
    private static void allocate(int mebibytes) throws Throwable {
        Linker linker = Linker.nativeLinker();
        MethodHandle malloc = linker.downcallHandle(
                linker.defaultLookup().find("malloc").orElseThrow(), FunctionDescriptor.of(ADDRESS, JAVA_LONG));
        for (int had = 0; had < mebibytes; had += 64) {
            MemorySegment block = (MemorySegment) malloc.invokeExact(64L << 20);
            if (block.address() == 0) throw new IllegalStateException("no memory, and " + had + " MiB were had");
        }
    }

    private static void raise(int signal) throws Exception {
        String self = Long.toString(ProcessHandle.current().pid());
        new ProcessBuilder("kill", "-" + signal, self).inheritIO().start().waitFor();
        new CountDownLatch(1).await();
    }
}
