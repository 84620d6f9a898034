package dev.chasqui.platform;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.LoggerFactory;

/// Registers the GPU libraries of a folder that this machine can use; the CPU is there for the rest.
final class GpuBackends {

    private static final List<String> KINDS = List.of("cuda", "metal", "vulkan");

    private GpuBackends() {}

    /// @return one line per library found: that it is registered, or why it is not
    static List<String> register(Platform platform, Path folder, OpenLibraries open) {
        List<String> lines = new ArrayList<>();
        for (String kind : KINDS) {
            Optional<Path> library = find(platform, folder, kind);
            if (library.isEmpty()) continue;
            String line = register(kind, library.get(), open);
            LoggerFactory.getLogger(GpuBackends.class).info("{}", line);
            lines.add(line);
        }
        return List.copyOf(lines);
    }

    // Opened by the JVM first: its error carries the dynamic linker's reason, ggml's goes to a log.
    @SuppressWarnings("restricted")
    private static String register(String kind, Path library, OpenLibraries open) {
        try {
            System.load(library.toString());
        } catch (UnsatisfiedLinkError e) {
            return kind + " is not used, the CPU is: " + e.getMessage();
        }
        if (open.register(library)) return kind + " is used: " + library;
        return kind + " is not used, the CPU is: ggml found no device for " + library;
    }

    private static Optional<Path> find(Platform platform, Path folder, String kind) {
        try {
            return platform.find(folder, "ggml-" + kind);
        } catch (IOException e) {
            throw new NativeLibraryException("cannot read the folder " + folder + ": " + e, e);
        }
    }
}
