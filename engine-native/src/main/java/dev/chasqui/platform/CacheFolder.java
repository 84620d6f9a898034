package dev.chasqui.platform;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;

/// The folder of this user that may be deleted at any time: extracted libraries, verdicts, what was measured.
public final class CacheFolder {

    private CacheFolder() {}

    /// `chasqui/<name>` in the user's cache folder, or `<name>` in `CHASQUI_CACHE_DIR`. It need not be there.
    public static Path named(String name) {
        return named(name, Platform.host());
    }

    /// Where natives go.
    static Path natives(Platform platform) {
        return named("natives", platform);
    }

    private static Path named(String name, Platform platform) {
        return Setting.CHASQUI_CACHE_DIR
                .value()
                .map(Path::of)
                .orElseGet(() -> users(platform).resolve("chasqui"))
                .toAbsolutePath()
                .resolve(name);
    }

    private static Path users(Platform platform) {
        String home = System.getProperty("user.home", "");
        if (platform.isWindows()) {
            return environment("LOCALAPPDATA").orElse(Path.of(home, "AppData", "Local"));
        }
        if (platform.isMac()) return Path.of(home, "Library", "Caches");
        return environment("XDG_CACHE_HOME").filter(Path::isAbsolute).orElse(Path.of(home, ".cache"));
    }

    private static Optional<Path> environment(String name) {
        return Optional.ofNullable(System.getenv(name))
                .filter(value -> !value.isBlank())
                .map(Path::of);
    }

    /// Makes a folder that only this user may enter, with its parents.
    ///
    /// @throws NativeLibraryException if others may write to it: they could put their own code there
    static void create(Path folder) throws IOException {
        Files.createDirectories(folder, ownerOnly(folder));
        if (!isPosix(folder)) return;
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(folder);
        if (permissions.contains(PosixFilePermission.GROUP_WRITE)
                || permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
            throw new NativeLibraryException("others may write to " + folder
                    + ", so libraries there cannot be trusted. Take that right away (chmod go-w), or set "
                    + Setting.CHASQUI_CACHE_DIR + " to a folder of your own");
        }
    }

    static FileAttribute<?>[] ownerOnly(Path folder) {
        if (!isPosix(folder)) return new FileAttribute<?>[0];
        return new FileAttribute<?>[] {
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
        };
    }

    /// The error for a folder that cannot be written.
    static NativeLibraryException unusable(Path folder, IOException cause) {
        String reason = cause instanceof FileSystemException fs && fs.getReason() != null
                ? fs.getReason()
                : cause.getClass().getSimpleName() + " " + cause.getMessage();
        return new NativeLibraryException(
                "cannot keep the native libraries in " + folder + ": " + reason
                        + ". Make it writable and leave 100 MB free, or set " + Setting.CHASQUI_CACHE_DIR
                        + " to another folder",
                cause);
    }

    private static boolean isPosix(Path folder) {
        return folder.getFileSystem().supportedFileAttributeViews().contains("posix");
    }
}
