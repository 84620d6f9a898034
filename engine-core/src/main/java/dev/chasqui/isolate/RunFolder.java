package dev.chasqui.isolate;

import dev.chasqui.platform.CacheFolder;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A folder that only this user may enter, for one child: its socket and its black box. Named by this process, so
/// that those of processes that died can be told and removed.
final class RunFolder implements AutoCloseable {

    /// What the system allows is 108 bytes, 104 on macOS.
    private static final int LONGEST_PATH = 100;

    private static final Logger LOG = LoggerFactory.getLogger(RunFolder.class);
    private static final Pattern NAME = Pattern.compile("chasqui-(\\d{1,10})-[0-9a-f]{12}");
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Path folder;

    private RunFolder(Path folder) {
        this.folder = folder;
    }

    /// Below `XDG_RUNTIME_DIR`, our cache folder or the folder for temporary files, whichever can be had and has a
    /// short path.
    ///
    /// @throws IOException if none can
    static RunFolder make() throws IOException {
        List<Path> candidates = new ArrayList<>();
        Optional.ofNullable(System.getenv("XDG_RUNTIME_DIR"))
                .filter(text -> !text.isBlank())
                .ifPresent(text -> candidates.add(Path.of(text)));
        candidates.add(CacheFolder.named("run"));
        candidates.add(Path.of(System.getProperty("java.io.tmpdir")));
        return make(candidates);
    }

    static RunFolder make(List<Path> candidates) throws IOException {
        IOException last = new IOException("a socket's path may have " + LONGEST_PATH + " bytes; those below "
                + candidates + " have more. Set XDG_RUNTIME_DIR or CHASQUI_CACHE_DIR to a folder with a short path");
        String name =
                "chasqui-" + ProcessHandle.current().pid() + "-" + String.format("%012x", RANDOM.nextLong(1L << 48));
        for (Path candidate : candidates) {
            Path folder = candidate.toAbsolutePath().resolve(name);
            if (folder.resolve("socket").toString().getBytes().length > LONGEST_PATH) continue;
            try {
                Files.createDirectories(candidate, ownerOnly(candidate));
                removeOrphans(candidate);
                return new RunFolder(Files.createDirectory(folder, ownerOnly(folder)));
            } catch (FileAlreadyExistsException e) {
                last = new IOException(candidate + " is no folder", e);
            } catch (IOException e) {
                last = e;
            }
        }
        throw last;
    }

    Path socket() {
        return folder.resolve("socket");
    }

    Path blackBox() {
        return folder.resolve("blackbox");
    }

    /// Removes it with what is in it. Idempotent.
    @Override
    public void close() {
        remove(folder);
    }

    private static void removeOrphans(Path parent) throws IOException {
        try (Stream<Path> entries = Files.list(parent)) {
            for (Path entry : entries.toList()) {
                Matcher name = NAME.matcher(entry.getFileName().toString());
                if (!name.matches()) continue;
                boolean alive = ProcessHandle.of(Long.parseLong(name.group(1)))
                        .filter(ProcessHandle::isAlive)
                        .isPresent();
                if (!alive) remove(entry);
            }
        }
    }

    private static void remove(Path folder) {
        try {
            if (!Files.isDirectory(folder, java.nio.file.LinkOption.NOFOLLOW_LINKS)) return;
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file : files.toList()) Files.deleteIfExists(file);
            }
            Files.deleteIfExists(folder);
        } catch (IOException e) {
            LOG.debug("{} stays: {}", folder, e.toString());
        }
    }

    private static FileAttribute<?>[] ownerOnly(Path folder) {
        if (!folder.getFileSystem().supportedFileAttributeViews().contains("posix")) return new FileAttribute<?>[0];
        return new FileAttribute<?>[] {
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
        };
    }
}
