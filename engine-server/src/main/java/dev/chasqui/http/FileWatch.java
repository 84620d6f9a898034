package dev.chasqui.http;

import dev.chasqui.api.BackendException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Notices files that changed, and has them read again. What cannot be read is said once, and what was read before
/// stays in force.
final class FileWatch {

    private static final Logger LOG = LoggerFactory.getLogger(FileWatch.class);

    private final String what;
    private final List<Path> files;
    private final Runnable reload;
    private List<String> stamps;

    /// @param what   for the log: `the keys file`
    /// @param reload reads them; throws [BackendException] where it cannot
    FileWatch(String what, List<Path> files, Runnable reload) {
        this.what = what;
        this.files = List.copyOf(files);
        this.reload = reload;
        this.stamps = stamps();
    }

    /// Looks once. May wait for the disk.
    synchronized void look() {
        List<String> now = stamps();
        if (now.equals(stamps)) return;
        stamps = now;
        try {
            reload.run();
            LOG.info("read {} again", what);
        } catch (BackendException e) {
            LOG.warn("{} changed and cannot be used, so what was read before stays: {}", what, e.getMessage());
        }
    }

    private List<String> stamps() {
        return files.stream().map(FileWatch::stamp).toList();
    }

    private static String stamp(Path file) {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return attributes.lastModifiedTime() + " " + attributes.size() + " " + attributes.fileKey();
        } catch (IOException e) {
            return "absent";
        }
    }
}
