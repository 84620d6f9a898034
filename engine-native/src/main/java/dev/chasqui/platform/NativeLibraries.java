package dev.chasqui.platform;

import java.io.IOException;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// llama.cpp's libraries, loaded into this process once, with a CPU backend that was proven on this machine.
///
/// They come from a folder of the user (`CHASQUI_LLAMA_DIR`) or from a classifier jar on the class path, which is
/// extracted to a cache folder of this user. Nothing is loaded before [#load] is called.
public final class NativeLibraries {

    /// What the proving child prints when its decode went well.
    public static final String PROVEN = "chasqui: this CPU library works";

    private static @Nullable NativeLibraries loaded;
    private static @Nullable NativeLibraryException failed;

    private final Platform platform;
    private final NativeSource source;
    private final OpenLibraries open;
    private final CpuChoice cpu;
    private final List<String> gpus;

    private NativeLibraries(
            Platform platform, NativeSource source, OpenLibraries open, CpuChoice cpu, List<String> gpus) {
        this.platform = platform;
        this.source = source;
        this.open = open;
        this.cpu = cpu;
        this.gpus = gpus;
    }

    /// Loads the libraries; from the second call on, returns what the first one loaded.
    ///
    /// @throws NativeLibraryException if that cannot be done; later calls throw with the same message, unless the
    ///                                trouble was only to start a process that tries a CPU variant
    public static NativeLibraries load() {
        return load(CpuProof.DECODE);
    }

    static synchronized NativeLibraries load(CpuProof proof) {
        if (loaded != null) return loaded;
        if (failed != null) throw new NativeLibraryException(String.valueOf(failed.getMessage()), failed);
        try {
            return loaded = loadProven(proof);
        } catch (NotTriedException e) {
            throw e;
        } catch (NativeLibraryException e) {
            failed = e;
            throw e;
        }
    }

    /// Loads libraries whose CPU variant may kill this process. Only for the process that finds out.
    ///
    /// @param cpuLibrary the CPU variant's file
    public static synchronized NativeLibraries loadUnproven(Path folder, Path cpuLibrary) {
        if (loaded != null) throw new IllegalStateException("the native libraries are loaded already");
        Platform platform = Platform.host();
        OpenLibraries open = OpenLibraries.open(platform, folder, cpuLibrary, false);
        CpuVariant variant = new CpuVariant("unproven", cpuLibrary);
        NativeSource source = new NativeSource(folder, "", false);
        return loaded = new NativeLibraries(
                platform, source, open, new CpuChoice(variant, CpuFeatures.read(), List.of()), List.of());
    }

    /// The folder that holds every library of this platform, JavaCPP's included.
    public Path folder() {
        return source.folder();
    }

    /// Every function of llama, ggml and ggml-base. The CPU backend's own are found through ggml's registry.
    public SymbolLookup symbols() {
        return open.symbols();
    }

    /// JavaCPP's name of this platform, for example `linux-x86_64`.
    public String platform() {
        return platform.name();
    }

    /// llama.cpp's own word for its version.
    public String llamaVersion() {
        return open.version();
    }

    /// Tells these libraries, with the CPU variant in use, from all others; one word.
    public String identity() {
        return source.content() + "." + cpu.variant().name();
    }

    /// Whether the folder is the user's own build of llama.cpp.
    public boolean isOwnBuild() {
        return source.isOwnBuild();
    }

    /// The CPU variant in use, and what became of those tried before it.
    public CpuChoice cpu() {
        return cpu;
    }

    /// One line per GPU library in the folder: that it is registered, or why it is not.
    public List<String> gpus() {
        return gpus;
    }

    /// The file where verdicts are remembered; delete it to have CPU variants proven again.
    public static Path verdictsFile() {
        return CacheFolder.natives(Platform.host()).resolve("verdicts.properties");
    }

    private static NativeLibraries loadProven(CpuProof proof) {
        Platform platform = Platform.host();
        NativeSource source = NativeSource.find(platform);
        CpuChoice cpu = CpuChoice.make(platform, source, verdictsFile(), proof);
        OpenLibraries open =
                OpenLibraries.open(platform, source.folder(), cpu.variant().library(), true);
        return new NativeLibraries(platform, source, open, cpu, GpuBackends.register(platform, source.folder(), open));
    }

    /// The file of a library beside libllama, for example `jnichasqui`, whatever version its name carries.
    public Optional<Path> find(String library) {
        try {
            return platform.find(folder(), library);
        } catch (IOException e) {
            throw new NativeLibraryException("cannot read the folder " + folder() + ": " + e, e);
        }
    }
}
