package dev.chasqui.platform;

import static java.lang.foreign.FunctionDescriptor.of;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// llama.cpp's libraries, loaded into this process once.
public final class NativeLibraries {

    private static @Nullable NativeLibraries loaded;

    private final Path folder;
    private final SymbolLookup symbols;

    private NativeLibraries(Path folder, SymbolLookup symbols) {
        this.folder = folder;
        this.symbols = symbols;
    }

    /// Loads the libraries of the folder `CHASQUI_LLAMA_DIR`; the first call does the work.
    public static synchronized NativeLibraries load() {
        if (loaded != null) return loaded;
        String folder = System.getenv("CHASQUI_LLAMA_DIR");
        if (folder == null) throw new IllegalStateException("CHASQUI_LLAMA_DIR is not set; it names llama.cpp's folder");
        return loadUnproven(Path.of(folder), Path.of(folder, "libggml-cpu-haswell.so"));
    }

    /// Loads this folder's libraries with this one CPU library, whether or not it was proven.
    public static synchronized NativeLibraries loadUnproven(Path folder, Path cpuLibrary) {
        if (loaded != null) throw new IllegalStateException("llama.cpp is loaded already, from " + loaded.folder);
        setEnvironment("GGML_NO_BACKTRACE", "1");
        SymbolLookup symbols = name -> java.util.Optional.empty();
        for (String library : List.of("libggml-base.so", "libggml.v0.5.0.so", "libllama.v0.5.0.so")) {
            SymbolLookup next = SymbolLookup.libraryLookup(folder.resolve(library), Arena.global());
            symbols = symbols.or(next);
        }
        register(symbols, cpuLibrary);
        loaded = new NativeLibraries(folder, symbols);
        return loaded;
    }

    /// The folder that holds every library of this platform.
    public Path folder() {
        return folder;
    }

    /// Where the symbols of libllama, libggml and libggml-base are found.
    public SymbolLookup symbols() {
        return symbols;
    }

    private static void setEnvironment(String name, String value) {
        Linker linker = Linker.nativeLinker();
        try (Arena scratch = Arena.ofConfined()) {
            int ignored = (int) linker.downcallHandle(
                            linker.defaultLookup().findOrThrow("setenv"), of(JAVA_INT, ADDRESS, ADDRESS, JAVA_INT))
                    .invokeExact(scratch.allocateFrom(name), scratch.allocateFrom(value), 0);
        } catch (Throwable t) {
            throw new IllegalStateException(t);
        }
    }

    private static void register(SymbolLookup symbols, Path cpuLibrary) {
        if (!Files.exists(cpuLibrary)) throw new IllegalStateException(cpuLibrary + " does not exist");
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment registry = (MemorySegment) Linker.nativeLinker()
                    .downcallHandle(symbols.findOrThrow("ggml_backend_load"), of(ADDRESS, ADDRESS))
                    .invokeExact(scratch.allocateFrom(cpuLibrary.toString()));
            if (registry.address() == 0) throw new IllegalStateException(cpuLibrary + " is no backend of ggml");
        } catch (Throwable t) {
            throw new IllegalStateException(t);
        }
    }
}
