package dev.chasqui.platform;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/// An operating system and processor, by JavaCPP's name, and how its library files are called.
///
/// @param name for example `linux-x86_64`, `linux-arm64`, `macosx-arm64`, `windows-x86_64`
record Platform(String name) {

    private static final Pattern EXTENSION = Pattern.compile("(\\.[\\w-]+)*\\.(so|dylib|dll)(\\.\\d+)*");

    static Platform host() {
        return of(System.getProperty("os.name", ""), System.getProperty("os.arch", ""));
    }

    static Platform of(String osName, String osArch) {
        String os = osName.toLowerCase(Locale.ROOT);
        String system =
                os.startsWith("mac") ? "macosx" : os.startsWith("windows") ? "windows" : os.replaceAll("[^a-z0-9]", "");
        String arch = switch (osArch.toLowerCase(Locale.ROOT)) {
            case "amd64", "x86_64", "x64" -> "x86_64";
            case "aarch64", "arm64" -> "arm64";
            default -> osArch.toLowerCase(Locale.ROOT);
        };
        return new Platform(system + "-" + arch);
    }

    boolean isLinux() {
        return name.startsWith("linux-");
    }

    boolean isMac() {
        return name.startsWith("macosx-");
    }

    boolean isWindows() {
        return name.startsWith("windows-");
    }

    boolean isX86() {
        return name.endsWith("-x86_64");
    }

    /// The classifier jars that fit this machine, the one to prefer first.
    List<String> classifiers() {
        return isLinux() ? List.of(name + "-cuda", name + "-vulkan", name) : List.of(name);
    }

    /// The file of a library in a folder, whatever version its name carries: for `llama`, on Linux,
    /// `libllama.so`, `libllama.so.0` or `libllama.v0.5.0.so`, but not `libllama-common.so`.
    ///
    /// @return the one with the shortest name
    Optional<Path> find(Path folder, String library) throws IOException {
        Path found = null;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                if (!tag(file, library).equals(Optional.of(""))) continue;
                if (found == null || length(file) < length(found)) found = file;
            }
        }
        return Optional.ofNullable(found);
    }

    private static int length(Path file) {
        return file.toString().length();
    }

    /// What follows a library's name in a file's name, without its version and extension: of
    /// `libggml-cpu-zen4.so` and `ggml-cpu`, `-zen4`; empty text if nothing does.
    ///
    /// @return empty if the file is no such library
    Optional<String> tag(Path file, String library) {
        String start = (isWindows() ? "" : "lib") + library;
        String fileName = file.getFileName().toString();
        if (!fileName.startsWith(start)) return Optional.empty();
        String rest = fileName.substring(start.length());
        int dot = rest.startsWith("-") ? tagEnd(rest) : 0;
        if (dot < 0 || !EXTENSION.matcher(rest.substring(dot)).matches()) return Optional.empty();
        return Optional.of(rest.substring(0, dot));
    }

    // A tag may hold a dot of its own (armv8.2_1), so it ends at the first dot that a letter follows.
    private static int tagEnd(String rest) {
        for (int at = rest.indexOf('.'); at >= 0; at = rest.indexOf('.', at + 1)) {
            if (at + 1 < rest.length() && Character.isLetter(rest.charAt(at + 1))) return at;
        }
        return -1;
    }
}
