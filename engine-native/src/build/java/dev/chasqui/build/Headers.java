package dev.chasqui.build;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Takes llama.cpp's headers from the very source that the prebuilt libraries were made of.
///
/// It comes as a git bundle in the npm package `node-llama-cpp`.
record Headers(Lockfile lock, NpmCache cache, Path target) {

    private static final List<String> FOLDERS = List.of("common", "include", "ggml/include", "vendor");

    /// Fills `llama-headers` with what a C++ compiler needs, and llama.cpp's licence.
    void unpack() throws IOException {
        Lockfile.Pin pin = lock.pin("node-llama-cpp");
        Stamp stamp = new Stamp(target.resolve("natives-stamps").resolve("headers"), pin.integrity());
        if (stamp.isCurrent()) return;

        Path scratch = target.resolve("natives-stamps").resolve("headers.unpacked");
        NpmCache.deleteAll(scratch);
        Files.createDirectories(scratch);
        Tar.unpack(cache.tarball(pin), scratch, List.of("package/llama/gitRelease.bundle"));
        Commands.run(
                scratch,
                List.of("git", "clone", "--quiet", "llama/gitRelease.bundle", "source"),
                "git is needed to unpack llama.cpp's headers and is not installed: apt-get install git",
                "cannot unpack the source bundle of " + pin.name() + " " + pin.version());
        stamp.write(take(scratch.resolve("source")));
        NpmCache.deleteAll(scratch);
    }

    private List<Path> take(Path source) throws IOException {
        Path headers = target.resolve("llama-headers");
        NpmCache.deleteAll(headers);
        List<Path> taken = new ArrayList<>();
        for (String folder : FOLDERS) {
            Path from = source.resolve(folder);
            if (!Files.isDirectory(from)) throw new BuildException("llama.cpp's source has no folder " + folder);
            for (Path file : Stamp.filesIn(from)) {
                if (!file.toString().matches(".*\\.(h|hpp|inc)")) continue;
                taken.add(move(file, headers.resolve(source.relativize(file).toString())));
            }
        }
        taken.add(move(source.resolve("LICENSE"), headers.resolve("LICENSE")));
        return taken;
    }

    private static Path move(Path from, Path to) throws IOException {
        Files.createDirectories(to.getParent());
        return Files.move(from, to);
    }
}
