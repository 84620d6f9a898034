package dev.chasqui.platform;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// libggml-base, libggml and libllama of one folder, opened in this process, with one CPU backend registered.
record OpenLibraries(SymbolLookup symbols, String version) {

    /// llama.cpp's version that the bindings in this module were written for.
    static final String EXPECTED_VERSION = "0.5.0";

    /// @param cpuLibrary the CPU variant to register
    /// @param quiet      whether ggml's own lines go to our log; the proving child has none
    static OpenLibraries open(Platform platform, Path folder, Path cpuLibrary, boolean quiet) {
        LoadedLibraries.refuseAnother(folder);
        ProcessEnvironment.setNoBacktrace(platform);
        // Opened from the bottom up by full path, each finds what it needs loaded, wherever its RUNPATH points.
        Optional<SymbolLookup> base = library(platform, folder, "ggml-base");
        lookup(cpuLibrary);
        Optional<SymbolLookup> ggml = library(platform, folder, "ggml");
        SymbolLookup llama = library(platform, folder, "llama")
                .orElseThrow(() -> new NativeLibraryException("no libllama in " + folder
                        + "; expected a folder that holds llama.cpp " + EXPECTED_VERSION + "'s shared libraries"));
        SymbolLookup symbols = llama;
        if (ggml.isPresent()) symbols = symbols.or(ggml.get());
        if (base.isPresent()) symbols = symbols.or(base.get());
        String version = version(platform, symbols, folder);
        if (quiet) GgmlLog.install(symbols);
        OpenLibraries open = new OpenLibraries(symbols, version);
        if (!open.hasBackend("CPU") && !open.register(cpuLibrary)) {
            throw new NativeLibraryException(
                    cpuLibrary + " is not for this processor or not of this build of llama.cpp: it did not register");
        }
        LoadedLibraries.refuseAnother(folder);
        return open;
    }

    /// Whether a backend of this name is registered.
    boolean hasBackend(String name) {
        try (Arena scratch = Arena.ofConfined()) {
            MethodHandle byName = function("ggml_backend_reg_by_name", FunctionDescriptor.of(JAVA_LONG, ADDRESS));
            return (long) byName.invokeExact(scratch.allocateFrom(name)) != 0;
        } catch (Throwable t) {
            throw broken("ggml_backend_reg_by_name", t);
        }
    }

    /// Registers a backend's library.
    ///
    /// @return `false` if ggml refused it
    boolean register(Path library) {
        try (Arena scratch = Arena.ofConfined()) {
            MethodHandle load = function("ggml_backend_load", FunctionDescriptor.of(JAVA_LONG, ADDRESS));
            return (long) load.invokeExact(scratch.allocateFrom(library.toString())) != 0;
        } catch (Throwable t) {
            throw broken("ggml_backend_load", t);
        }
    }

    private MethodHandle function(String name, FunctionDescriptor descriptor) {
        return downcall(symbols, name, descriptor);
    }

    private static String version(Platform platform, SymbolLookup symbols, Path folder) {
        String made = "these bindings are made for " + String.join(" and ", versions(platform)) + ". Bring a build of"
                + " that version, or unset " + Setting.CHASQUI_LLAMA_DIR;
        MemorySegment symbol = symbols.find("llama_version")
                .orElseThrow(() -> new WrongVersionException("libllama in " + folder
                        + " has no symbol llama_version, as old versions of llama.cpp; " + made));
        String version;
        try {
            MethodHandle handle = Linker.nativeLinker().downcallHandle(symbol, FunctionDescriptor.of(JAVA_LONG));
            version = MemorySegment.ofAddress((long) handle.invokeExact())
                    .reinterpret(Long.MAX_VALUE)
                    .getString(0);
        } catch (Throwable t) {
            throw broken("llama_version", t);
        }
        for (String right : versions(platform)) {
            if (version.equals(right) || version.startsWith(right + "-")) return version;
        }
        throw new WrongVersionException("libllama in " + folder + " is llama.cpp " + version + "; " + made);
    }

    /// The versions whose C interface is the one bound here. 0.4.0 differs only in functions that are not bound;
    /// it is what the packages for macOS and Windows hold.
    private static List<String> versions(Platform platform) {
        return platform.isLinux() ? List.of(EXPECTED_VERSION) : List.of(EXPECTED_VERSION, "0.4.0");
    }

    private static Optional<SymbolLookup> library(Platform platform, Path folder, String name) {
        try {
            return platform.find(folder, name).map(OpenLibraries::lookup);
        } catch (IOException e) {
            throw new NativeLibraryException("cannot read the folder " + folder + ": " + e, e);
        }
    }

    private static SymbolLookup lookup(Path library) {
        try {
            return SymbolLookup.libraryLookup(library, Arena.global());
        } catch (IllegalArgumentException e) {
            throw new NativeLibraryException("cannot open " + library + ": " + LoadedLibraries.whyNot(library), e);
        }
    }

    static MethodHandle downcall(SymbolLookup symbols, String name, FunctionDescriptor descriptor) {
        MemorySegment symbol = symbols.find(name)
                .orElseThrow(() -> new NativeLibraryException("the libraries have no symbol " + name
                        + "; they and these bindings are from different llama.cpp versions"));
        return Linker.nativeLinker().downcallHandle(symbol, descriptor);
    }

    private static RuntimeException broken(String function, Throwable t) {
        if (t instanceof NativeLibraryException refused) return refused;
        throw new AssertionError("calling " + function + " failed; the binding is wrong", t);
    }
}
