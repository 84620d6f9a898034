package dev.chasqui.platform;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What a classifier jar on the class path holds: one line a file.
///
/// @param classifier the jar's classifier, for example `linux-x86_64`
/// @param hash       names the content, in hex; the same for the same files
record NativeIndex(String classifier, List<Entry> entries, String hash) {

    record Entry(String name, long size, String sha256) {}

    /// The best classifier jar for this machine.
    static Optional<NativeIndex> find(Platform platform) {
        for (String classifier : platform.classifiers()) {
            try (InputStream in = NativeIndex.class.getResourceAsStream("natives/" + classifier + "/INDEX")) {
                if (in != null) return Optional.of(read(classifier, in.readAllBytes()));
            } catch (IOException e) {
                throw new NativeLibraryException(
                        "cannot read the list of native libraries for " + classifier + " on the class path: " + e, e);
            }
        }
        return Optional.empty();
    }

    /// The first line is the SHA-256 of the others, so that a start needs not compute it.
    static NativeIndex read(String classifier, byte[] text) {
        String[] lines = new String(text, StandardCharsets.UTF_8).split("\n");
        if (lines[0].length() != 64) throw unreadable(classifier, lines[0]);
        List<Entry> entries = new ArrayList<>();
        for (int i = 1; i < lines.length; i++) entries.add(entry(classifier, lines[i]));
        return new NativeIndex(classifier, List.copyOf(entries), lines[0]);
    }

    InputStream open(Entry entry) throws IOException {
        String name = "natives/" + classifier + "/" + entry.name();
        InputStream in = NativeIndex.class.getResourceAsStream(name);
        if (in == null) throw new IOException(name + " is listed in the classifier jar but not in it");
        return in;
    }

    /// Whether a folder has every file in its full size. Does not read them.
    boolean isCompleteIn(Path folder) {
        try {
            for (Entry entry : entries) {
                Path file = folder.resolve(entry.name());
                if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) return false;
                if (Files.size(file) != entry.size()) return false;
            }
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static Entry entry(String classifier, String line) {
        String[] parts = line.split(" ");
        try {
            if (parts.length == 3 && !parts[0].startsWith(".") && parts[0].indexOf('/') < 0) {
                return new Entry(parts[0], Long.parseLong(parts[1]), parts[2]);
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw unreadable(classifier, line);
    }

    private static NativeLibraryException unreadable(String classifier, String line) {
        return new NativeLibraryException("the list of native libraries for " + classifier
                + " on the class path has a line we cannot read: " + line);
    }
}
