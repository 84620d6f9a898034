package dev.chasqui.platform;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/// What this process has already loaded. Two copies of libllama in one process have two registries of devices.
final class LoadedLibraries {

    private static final Path MAPS = Path.of("/proc/self/maps");
    private static final Pattern OURS = Pattern.compile("/.*/lib(llama|ggml|ggml-base|ggml-cpu.*)(\\..*)?\\.so[.\\d]*");

    private LoadedLibraries() {}

    /// @throws NativeLibraryException if llama.cpp from another folder is in this process
    static void refuseAnother(Path folder) {
        if (!Files.isReadable(MAPS)) return;
        try {
            Path here = folder.toRealPath();
            for (String line : Files.readString(MAPS, StandardCharsets.UTF_8).split("\n")) {
                int path = line.indexOf('/');
                if (path < 0
                        || line.indexOf("/lib", path) < 0
                        || !OURS.matcher(line.substring(path)).matches()) continue;
                Path library = Path.of(line.substring(path));
                if (here.equals(library.getParent()) || isLinkedIn(here, library)) continue;
                throw new NativeLibraryException("this process has already loaded " + library
                        + "; llama.cpp must not be loaded twice, and ours is in " + folder
                        + ". Use one of the two libraries per JVM");
            }
        } catch (IOException e) {
            throw new NativeLibraryException("cannot see what this process has loaded: " + e, e);
        }
    }

    /// The dynamic linker's own words why a library cannot be opened. Call it only after opening failed.
    @SuppressWarnings("restricted")
    static String whyNot(Path library) {
        if (!Files.exists(library)) return "there is no such file";
        try {
            System.load(library.toAbsolutePath().toString());
            return "it opened at the second try";
        } catch (UnsatisfiedLinkError e) {
            return String.valueOf(e.getMessage());
        }
    }

    // A folder of symbolic links to libraries elsewhere is the user's own choice.
    private static boolean isLinkedIn(Path folder, Path library) throws IOException {
        Path name = library.getFileName();
        if (name == null) return false;
        try (var files = Files.list(folder)) {
            for (Path file : files.filter(Files::isSymbolicLink).toList()) {
                if (Files.exists(file) && file.toRealPath().equals(library)) return true;
            }
        }
        return false;
    }
}
