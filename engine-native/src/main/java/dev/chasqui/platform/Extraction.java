package dev.chasqui.platform;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestInputStream;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// Brings a classifier jar's libraries to a folder of this user: once per content, whole or not at all.
///
/// Several processes may do it at once: one works, the others wait and find it done. A file's hash is checked
/// while it is written, later starts only look at sizes; a folder that lost or cut a file is made anew.
final class Extraction {

    private Extraction() {}

    /// @param natives the folder for all contents; see [CacheFolder#natives]
    /// @return the folder that holds exactly the files of the index
    /// @throws NativeLibraryException if the folder cannot be written, or a file is not what the index says
    static Path extract(NativeIndex index, Path natives) {
        String name = index.classifier() + "-" + index.hash().substring(0, 16);
        Path folder = natives.resolve(name);
        if (index.isCompleteIn(folder)) return folder;
        try {
            CacheFolder.create(natives);
            underLock(natives.resolve(name + ".lock"), () -> {
                if (!index.isCompleteIn(folder)) replace(index, natives, folder);
            });
        } catch (IOException e) {
            throw CacheFolder.unusable(natives, e);
        }
        return folder;
    }

    private static void replace(NativeIndex index, Path natives, Path folder) throws IOException {
        String prefix = "." + folder.getFileName() + "-";
        for (Path left : leftovers(natives, prefix)) delete(left);
        Path fresh = Files.createTempDirectory(natives, prefix, CacheFolder.ownerOnly(natives));
        try {
            for (NativeIndex.Entry entry : index.entries()) write(index, entry, fresh);
            if (Files.exists(folder)) Files.move(folder, natives.resolve(prefix + "damaged"));
            Files.move(fresh, folder, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            for (Path left : leftovers(natives, prefix)) delete(left);
        }
    }

    private static void write(NativeIndex index, NativeIndex.Entry entry, Path folder) throws IOException {
        try (InputStream raw = index.open(entry);
                DigestInputStream in = new DigestInputStream(raw, Sha256.digest());
                OutputStream out = Files.newOutputStream(folder.resolve(entry.name()), StandardOpenOption.CREATE_NEW)) {
            in.transferTo(out);
            String found = Sha256.hex(in.getMessageDigest().digest());
            if (found.equals(entry.sha256())) return;
            throw new NativeLibraryException("the classifier jar " + index.classifier() + " is damaged: "
                    + entry.name() + " has sha256 " + found + " instead of " + entry.sha256()
                    + ". Build or download it again");
        }
    }

    private static List<Path> leftovers(Path natives, String prefix) throws IOException {
        try (Stream<Path> all = Files.list(natives)) {
            return all.filter(path -> path.getFileName().toString().startsWith(prefix))
                    .toList();
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) Files.deleteIfExists(path);
        }
    }

    /// Work that may fail on the disk.
    interface Work {
        void run() throws IOException;
    }

    /// Runs with a file locked against other processes, and this class against other threads of this one.
    static void underLock(Path file, Work work) throws IOException {
        synchronized (Extraction.class) {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock lock = channel.lock()) {
                if (lock.isValid()) work.run();
            }
        }
    }
}
