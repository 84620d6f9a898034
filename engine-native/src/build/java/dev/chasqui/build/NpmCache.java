package dev.chasqui.build;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/// Tarballs of npm packages in this user's cache, each checked against the lockfile's hash before it is used.
///
/// `npm ci` would bring in the hundreds of packages that node-llama-cpp depends on; `npm pack` brings the one
/// tarball.
record NpmCache(Path folder) {

    static NpmCache ofUser() {
        String xdg = System.getenv("XDG_CACHE_HOME");
        Path caches = xdg != null && Path.of(xdg).isAbsolute()
                ? Path.of(xdg)
                : Path.of(System.getProperty("user.home"), ".cache");
        return new NpmCache(caches.resolve("chasqui").resolve("npm"));
    }

    /// @return the package's tarball, with the content that was pinned
    Path tarball(Lockfile.Pin pin) throws IOException {
        Path file = folder.resolve(fileName(pin));
        if (Files.exists(file)) {
            if (integrity(file).equals(pin.integrity())) return file;
            System.out.println(file + " is damaged; fetching it again");
            Files.delete(file);
        }
        Files.createDirectories(folder);
        Path fresh = Files.createTempDirectory(folder, ".fetch-");
        try {
            Path packed = pack(pin, fresh, file);
            String found = integrity(packed);
            if (!found.equals(pin.integrity())) {
                throw new BuildException("the registry's " + pin.name() + " " + pin.version()
                        + " is not the one that was pinned, so it was thrown away:\n  lockfile " + pin.integrity()
                        + "\n  fetched  " + found);
            }
            Files.move(packed, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return file;
        } finally {
            deleteAll(fresh);
        }
    }

    private static Path pack(Lockfile.Pin pin, Path into, Path destination) throws IOException {
        System.out.println("Fetching " + pin.name() + " " + pin.version() + " from the npm registry");
        String npm = System.getProperty("os.name").startsWith("Windows") ? "npm.cmd" : "npm";
        Commands.run(
                into,
                List.of(npm, "pack", pin.name() + "@" + pin.version(), "--ignore-scripts"),
                "npm is needed to fetch llama.cpp's libraries and is not installed: apt-get install npm",
                "npm cannot fetch " + pin.name() + " " + pin.version() + ". Check the network (and npm's registry"
                        + " setting), or copy the tarball from a machine that can to " + destination);
        try (Stream<Path> files = Files.list(into)) {
            return files.filter(file -> file.toString().endsWith(".tgz"))
                    .findFirst()
                    .orElseThrow(() -> new BuildException("npm pack left no tarball of " + pin.name()));
        }
    }

    private static String fileName(Lockfile.Pin pin) {
        byte[] hash = Base64.getDecoder().decode(pin.integrity().replaceFirst("^sha512-", ""));
        return pin.name().replaceAll(".*/", "") + "-" + pin.version() + "-"
                + HexFormat.of().formatHex(hash).substring(0, 16) + ".tgz";
    }

    private static String integrity(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file);
                DigestInputStream digest = new DigestInputStream(in, MessageDigest.getInstance("SHA-512"))) {
            digest.transferTo(OutputStream.nullOutputStream());
            return "sha512-"
                    + Base64.getEncoder()
                            .encodeToString(digest.getMessageDigest().digest());
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-512", e);
        }
    }

    static void deleteAll(Path folder) throws IOException {
        if (!Files.exists(folder)) return;
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                path.toFile().setWritable(true); // git's object files are read-only, which Windows minds
                Files.delete(path);
            }
        }
    }
}
