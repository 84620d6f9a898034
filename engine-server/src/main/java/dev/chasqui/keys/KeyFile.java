package dev.chasqui.keys;

import dev.chasqui.api.BackendException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A file of keys: one line each, empty lines and those that begin with `#` aside. To take a key back, remove its
/// line.
public record KeyFile(Path path) {

    private static final int RANDOM_BYTES = 32;
    private static final int MOST_KEYS = 10_000;
    private static final long LONGEST = 4L << 20;

    /// @throws BackendException if it cannot be read, or a line is wrong; the message names the line
    public List<Key> read() {
        List<String> lines;
        try {
            if (Files.size(path) > LONGEST) throw unreadable("it is longer than " + LONGEST + " bytes", null);
            lines = Files.readAllLines(path, StandardCharsets.UTF_8);
        } catch (NoSuchFileException e) {
            throw unreadable("there is no such file; `chasqui key new` makes one", e);
        } catch (IOException e) {
            throw unreadable(String.valueOf(e.getMessage()), e);
        }
        List<Key> keys = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (int at = 0; at < lines.size(); at++) {
            String line = lines.get(at).strip();
            if (line.isEmpty() || line.startsWith("#")) continue;
            try {
                Key key = Key.parse(line);
                if (!names.add(key.name())) throw BackendException.invalid("the name " + key.name() + " is taken");
                keys.add(key);
            } catch (BackendException e) {
                throw unreadable("line " + (at + 1) + ": " + e.getMessage(), e);
            }
        }
        if (keys.size() > MOST_KEYS) throw unreadable("it holds more than " + MOST_KEYS + " keys", null);
        return keys;
    }

    /// Makes a key and adds its hash; the file is made if there is none, for its owner only.
    ///
    /// @return the key; nobody can tell it again
    /// @throws BackendException if the name is taken, or the file cannot be written
    public String add(Role role, String name, Optional<Rate> rate) {
        byte[] random = new byte[RANDOM_BYTES];
        new SecureRandom().nextBytes(random);
        String secret = "chq_" + Base64.getUrlEncoder().withoutPadding().encodeToString(random);
        Key key = new Key(role, name, rate, hash(secret));
        boolean fresh = Files.notExists(path);
        if (!fresh && read().stream().anyMatch(known -> known.name().equals(name))) {
            throw BackendException.invalid(path + " has a key named " + name + " already; choose another --name");
        }
        try {
            if (fresh) makeEmpty();
            Files.writeString(path, lineEnd() + key.line() + "\n", StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw BackendException.failed("cannot write the keys file " + path + ": " + e, e);
        }
        return secret;
    }

    static String hash(String secret) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e); // every JDK has it
        }
    }

    private void makeEmpty() throws IOException {
        Path folder = path.toAbsolutePath().getParent();
        if (folder != null) Files.createDirectories(folder);
        boolean posix = path.getFileSystem().supportedFileAttributeViews().contains("posix");
        if (posix)
            Files.createFile(path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        else Files.createFile(path);
    }

    /// What somebody's editor left out after the last line.
    private String lineEnd() throws IOException {
        String text = Files.readString(path);
        return text.isEmpty() || text.endsWith("\n") ? "" : "\n";
    }

    private BackendException unreadable(String why, @Nullable Exception cause) {
        String message = "the keys file " + path + " cannot be used: " + why;
        return cause == null ? BackendException.invalid(message) : BackendException.failed(message, cause);
    }
}
