package dev.chasqui.llama;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.chasqui.platform.NativeLibraries;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.util.ArrayList;
import java.util.List;

/// llama.cpp itself: loaded and initialised once per process, on first use.
public final class Llama {

    /// What a model's layers can be put on.
    ///
    /// @param freeBytes  memory free on it now, as its driver says
    /// @param totalBytes memory it has
    public record Device(String name, String description, Kind kind, long freeBytes, long totalBytes) {

        public enum Kind {
            CPU,
            GPU,
            /// A GPU that uses the host's memory.
            INTEGRATED_GPU,
            /// Helps the CPU, with no layers of its own.
            ACCELERATOR,
            OTHER
        }
    }

    /// The longest text a C function here returns.
    private static final long LONGEST_TEXT = 1 << 26;

    private Llama() {}

    /// Loads and initialises llama.cpp; later calls do nothing.
    ///
    /// @throws LlamaException if a library does not fit these bindings
    public static void load() {
        NativeLibraries.load();
        try {
            Initialised.now();
        } catch (ExceptionInInitializerError | NoClassDefFoundError e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new LlamaException(String.valueOf(cause.getMessage()), cause);
        }
    }

    /// Links the C functions that come after a model is loaded, for a start that has a core to spare meanwhile.
    /// Does nothing that would not happen later anyway.
    ///
    /// @throws LlamaException if a library does not fit these bindings
    public static void linkAhead() {
        load();
        for (Class<?> bindings : List.of(SamplerH.class, VocabH.class, GgmlH.class)) {
            try {
                MethodHandles.lookup().ensureInitialized(bindings);
            } catch (IllegalAccessException e) {
                throw new AssertionError(e); // all are of this package
            }
        }
    }

    /// llama.cpp's own version, such as `0.5.0`.
    public static String version() {
        load();
        return text(LlamaH.version());
    }

    /// The features of CPU and GPUs the loaded libraries use, in llama.cpp's words.
    public static String systemInfo() {
        load();
        return text(LlamaH.printSystemInfo()).strip();
    }

    /// Whether a loaded library can put layers on a GPU.
    public static boolean supportsGpu() {
        load();
        return LlamaH.supportsGpuOffload();
    }

    /// One line per GPU library of this build: that it is used, or why it is not.
    public static List<String> gpuLibraries() {
        return NativeLibraries.load().gpus();
    }

    /// The devices the loaded libraries see.
    public static List<Device> devices() {
        load();
        List<Device> devices = new ArrayList<>();
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment free = scratch.allocate(JAVA_LONG);
            MemorySegment total = scratch.allocate(JAVA_LONG);
            for (long i = 0; i < GgmlH.backendDevCount(); i++) {
                MemorySegment device = GgmlH.backendDevGet(i);
                GgmlH.backendDevMemory(device, free, total);
                devices.add(new Device(
                        text(GgmlH.backendDevName(device)),
                        text(GgmlH.backendDevDescription(device)),
                        kind(GgmlH.backendDevType(device)),
                        free.get(JAVA_LONG, 0),
                        total.get(JAVA_LONG, 0)));
            }
        }
        return List.copyOf(devices);
    }

    /// A C string of the library's; bytes that are no UTF-8 become replacement characters.
    static String text(MemorySegment string) {
        return string.address() == 0 ? "" : string.reinterpret(LONGEST_TEXT).getString(0);
    }

    private static Device.Kind kind(int type) {
        return switch (type) {
            case 0 -> Device.Kind.CPU;
            case 1 -> Device.Kind.GPU;
            case 2 -> Device.Kind.INTEGRATED_GPU;
            case 3 -> Device.Kind.ACCELERATOR;
            default -> Device.Kind.OTHER;
        };
    }

    /// Its class initialiser runs once, by the rules of the JVM.
    private static final class Initialised {

        static {
            LlamaLog.install();
            FaultHooks.install();
            Malloc.settle();
            LlamaH.backendInit();
        }

        static void now() {}
    }
}
