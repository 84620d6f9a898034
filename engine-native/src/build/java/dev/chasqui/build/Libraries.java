package dev.chasqui.build;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// Unpacks the prebuilt libraries of one platform from their npm package.
///
/// The packages with a GPU library hold the CPU's libraries again under other names; only the GPU library is
/// taken, and it goes beside the plain platform's files.
record Libraries(Lockfile lock, NpmCache cache, Path target) {

    private static final Map<String, String> PACKAGES = Map.of(
            "linux-x86_64", "linux-x64",
            "linux-arm64", "linux-arm64",
            "linux-x86_64-cuda", "linux-x64-cuda",
            "linux-x86_64-vulkan", "linux-x64-vulkan",
            "macosx-arm64", "mac-arm64-metal",
            "windows-x86_64", "win-x64");

    private static final Pattern LIBRARY = Pattern.compile(".*\\.(so|dylib|dll)");
    private static final Pattern GPU_LIBRARY = Pattern.compile("(lib)?ggml-(cuda|vulkan)\\.(so|dll)");

    /// The plain platform beneath one with a GPU library: `linux-x86_64` of `linux-x86_64-cuda`.
    static String plain(String platform) {
        return platform.replaceFirst("-(cuda|vulkan)$", "");
    }

    /// Fills `natives/<platform>`. Files that others put there stay.
    void unpack(String platform) throws IOException {
        String name = PACKAGES.get(platform);
        if (name == null) {
            throw new BuildException("there are no prebuilt libraries for " + platform + "; there are for "
                    + PACKAGES.keySet().stream().sorted().toList());
        }
        if (!plain(platform).equals(platform)) unpack(plain(platform));
        Lockfile.Pin pin = lock.pin("@node-llama-cpp/" + name);
        Stamp stamp = new Stamp(target.resolve("natives-stamps").resolve(platform), pin.integrity());
        if (stamp.isCurrent()) return;

        Path tarball = cache.tarball(pin);
        Path scratch = target.resolve("natives-stamps").resolve(platform + ".unpacked");
        NpmCache.deleteAll(scratch);
        Files.createDirectories(scratch);
        Tar.unpack(tarball, scratch, List.of());
        stamp.write(take(platform, scratch));
        NpmCache.deleteAll(scratch);
    }

    private List<Path> take(String platform, Path scratch) throws IOException {
        Path folder = target.resolve("natives").resolve(platform);
        Files.createDirectories(folder);
        Pattern wanted = plain(platform).equals(platform) ? LIBRARY : GPU_LIBRARY;
        List<Path> taken = new ArrayList<>();
        for (Path file : Stamp.filesIn(scratch)) {
            String fileName = file.getFileName().toString();
            if (fileName.equals("LICENSE")) fileName = "LICENSE.node-llama-cpp";
            else if (!wanted.matcher(fileName).matches()) continue;
            taken.add(Files.move(file, folder.resolve(fileName), StandardCopyOption.REPLACE_EXISTING));
        }
        return taken;
    }
}
