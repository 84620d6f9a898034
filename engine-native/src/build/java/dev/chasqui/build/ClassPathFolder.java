package dev.chasqui.build;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/// Lays out a platform's files as a classifier jar holds them: the files and `INDEX`: its own hash, then one line
/// a file.
record ClassPathFolder(Path target) {

    private static final String PACKAGE = "dev/chasqui/platform/natives";

    /// @param root the class path folder to fill
    void fill(String platform, Path root) throws IOException {
        Map<String, Path> files = new TreeMap<>();
        addFrom(Libraries.plain(platform), files);
        addFrom(platform, files);
        files.put("LICENSE.llama.cpp", target.resolve("llama-headers").resolve("LICENSE"));

        Path folder = root.resolve(PACKAGE).resolve(platform);
        Files.createDirectories(folder);
        for (Path there : Stamp.filesIn(folder)) {
            String name = there.getFileName().toString();
            if (!files.containsKey(name) && !name.equals("INDEX")) Files.delete(there);
        }
        StringBuilder index = new StringBuilder();
        for (Map.Entry<String, Path> file : files.entrySet()) {
            Path source = file.getValue();
            link(source, folder.resolve(file.getKey()));
            index.append(file.getKey()).append(' ').append(Files.size(source)).append(' ');
            index.append(sha256(Files.newInputStream(source))).append('\n');
        }
        index.insert(0, sha256(new ByteArrayInputStream(index.toString().getBytes(StandardCharsets.UTF_8))) + "\n");
        Path indexFile = folder.resolve("INDEX");
        if (Files.exists(indexFile) && Files.readString(indexFile).contentEquals(index)) return;
        Files.writeString(indexFile, index);
    }

    private void addFrom(String platform, Map<String, Path> files) throws IOException {
        Path folder = target.resolve("natives").resolve(platform);
        for (Path file : Stamp.filesIn(folder)) files.put(file.getFileName().toString(), file);
    }

    /// A hard link where the disk can, so that 30 MB are not written twice.
    private static void link(Path source, Path to) throws IOException {
        if (Files.exists(to)) {
            if (Files.isSameFile(source, to)) return;
            Files.delete(to);
        }
        try {
            Files.createLink(to, source);
        } catch (IOException | UnsupportedOperationException e) {
            Files.copy(source, to);
        }
    }

    private static String sha256(InputStream in) throws IOException {
        try (DigestInputStream digest = new DigestInputStream(in, MessageDigest.getInstance("SHA-256"))) {
            digest.transferTo(OutputStream.nullOutputStream());
            return HexFormat.of().formatHex(digest.getMessageDigest().digest());
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
