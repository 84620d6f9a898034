package dev.chasqui.platform;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Where the libraries come from.
///
/// @param folder     holds all of them
/// @param content    a hash that changes when they do
/// @param isOwnBuild whether the user brought them
record NativeSource(Path folder, String content, boolean isOwnBuild) {

    /// @throws NativeLibraryException if there are none for this machine, or they cannot be brought to a folder
    static NativeSource find(Platform platform) {
        Optional<String> own = Setting.CHASQUI_LLAMA_DIR.value();
        if (own.isPresent()) return ownBuild(platform, Path.of(own.get()).toAbsolutePath());
        NativeIndex index = NativeIndex.find(platform).orElseThrow(() -> missing(platform));
        Path folder = Extraction.extract(index, CacheFolder.natives(platform));
        return new NativeSource(folder, index.hash().substring(0, 16), false);
    }

    static NativeSource ownBuild(Platform platform, Path folder) {
        String remedy = ". Set " + Setting.CHASQUI_LLAMA_DIR + " to a folder that holds llama.cpp "
                + OpenLibraries.EXPECTED_VERSION + "'s shared libraries, or unset it to use those we ship";
        if (!Files.isDirectory(folder)) {
            throw new NativeLibraryException(
                    Setting.CHASQUI_LLAMA_DIR + " is " + folder + ", which is not a folder" + remedy);
        }
        try {
            if (platform.find(folder, "llama").isEmpty()) {
                throw new NativeLibraryException(
                        Setting.CHASQUI_LLAMA_DIR + " is " + folder + ", which holds no libllama" + remedy);
            }
            return new NativeSource(folder, fingerprint(folder), true);
        } catch (IOException e) {
            throw new NativeLibraryException("cannot read the folder " + folder + ": " + e, e);
        }
    }

    /// Names, sizes and times of the files: reading 30 MB at each start would cost more than it saves.
    private static String fingerprint(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            StringBuilder text = new StringBuilder();
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                text.append(file).append(' ').append(Files.size(file)).append(' ');
                text.append(Files.getLastModifiedTime(file).toMillis()).append('\n');
            }
            return Fingerprint.of(text.toString());
        }
    }

    private static NativeLibraryException missing(Platform platform) {
        List<String> jars = platform.classifiers().reversed().stream()
                .map(classifier -> "engine-native-<version>-" + classifier + ".jar")
                .toList();
        return new NativeLibraryException("no native libraries for " + platform.name() + " on the class path: add "
                + String.join(" or ", jars) + ", or set " + Setting.CHASQUI_LLAMA_DIR
                + " to a folder with llama.cpp " + OpenLibraries.EXPECTED_VERSION + ". Searched: "
                + System.getProperty("java.class.path"));
    }
}
