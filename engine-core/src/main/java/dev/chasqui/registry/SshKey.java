package dev.chasqui.registry;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.BackendException.Kind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.EdECPrivateKeySpec;
import java.security.spec.NamedParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The Ed25519 key by which registries know a user, in a file as OpenSSH writes it; Ollama and we use the
/// same one.
///
/// @param publicKey 32 bytes
/// @see <a href="https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.key">PROTOCOL.key</a>
record SshKey(PrivateKey privateKey, byte[] publicKey) {

    private static final Logger LOG = LoggerFactory.getLogger(SshKey.class);

    private static final String TYPE = "ssh-ed25519";
    private static final byte[] MAGIC = "openssh-key-v1\0".getBytes(StandardCharsets.US_ASCII);
    private static final String BEGIN = "-----BEGIN OPENSSH PRIVATE KEY-----\n";
    private static final String END = "-----END OPENSSH PRIVATE KEY-----\n";
    private static final int KEY_BYTES = 32;
    private static final long LONGEST_FILE = 64 << 10;

    /// The key in that file; made, with its public half beside it, if there is none.
    ///
    /// @throws BackendException if there is one that cannot be used, or none can be made
    static SshKey in(Path file) {
        try {
            if (Files.notExists(file)) make(file);
            if (Files.size(file) > LONGEST_FILE) throw unusable(file, "it is too long");
            return parse(file, Files.readString(file, StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            throw BackendException.failed("the key " + file + " cannot be read or made: " + e, e);
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every Java since 15 has Ed25519", e);
        }
    }

    /// As registries want it: the public key and the signature.
    String sign(String text) {
        try {
            Signature signature = Signature.getInstance("Ed25519");
            signature.initSign(privateKey);
            signature.update(text.getBytes(StandardCharsets.UTF_8));
            return base64(publicBlob(publicKey)) + ":" + base64(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every Java since 15 has Ed25519", e);
        }
    }

    private static SshKey parse(Path file, String text) throws GeneralSecurityException {
        int begin = text.indexOf(BEGIN.strip());
        int end = text.indexOf(END.strip());
        if (begin < 0 || end < begin) throw unusable(file, "it is no OpenSSH private key");
        try {
            ByteBuffer in =
                    ByteBuffer.wrap(Base64.getMimeDecoder().decode(text.substring(begin + BEGIN.length() - 1, end)));
            byte[] magic = new byte[MAGIC.length];
            in.get(magic);
            if (!Arrays.equals(magic, MAGIC)) throw unusable(file, "it is no OpenSSH private key");
            if (!string(in).equals("none")) throw unusable(file, "it is protected by a passphrase");
            string(in); // the passphrase's function, none
            bytes(in); // its options, none
            if (in.getInt() != 1) throw unusable(file, "it holds more than one key");
            bytes(in); // the public key, repeated below
            ByteBuffer secret = ByteBuffer.wrap(bytes(in));
            if (secret.getInt() != secret.getInt()) throw unusable(file, "it is damaged");
            String type = string(secret);
            if (!type.equals(TYPE)) throw unusable(file, "it is of type " + type);
            byte[] publicKey = bytes(secret);
            byte[] both = bytes(secret);
            if (publicKey.length != KEY_BYTES || both.length != 2 * KEY_BYTES) throw unusable(file, "it is damaged");
            byte[] seed = Arrays.copyOf(both, KEY_BYTES);
            PrivateKey privateKey = KeyFactory.getInstance("Ed25519")
                    .generatePrivate(new EdECPrivateKeySpec(NamedParameterSpec.ED25519, seed));
            return new SshKey(privateKey, publicKey);
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            throw unusable(file, "it is damaged");
        }
    }

    private static BackendException unusable(Path file, String why) {
        return new BackendException(
                Kind.FAILED,
                "the key " + file + " cannot be used: " + why + "; expected an " + TYPE
                        + " key without a passphrase. Move it away, and a new one is made");
    }

    /// Nobody sees it half written; who comes second takes the first one's.
    private static void make(Path file) throws IOException, GeneralSecurityException {
        KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        byte[] publicKey = last(pair.getPublic().getEncoded());
        byte[] seed = last(pair.getPrivate().getEncoded());
        Path folder = file.toAbsolutePath().getParent();
        Files.createDirectories(folder);
        Path fresh = Files.createTempFile(folder, ".id_ed25519-", ".tmp", privately());
        try {
            Files.writeString(fresh, text(seed, publicKey), StandardCharsets.US_ASCII);
            Files.createLink(file, fresh);
            Files.writeString(
                    file.resolveSibling(file.getFileName() + ".pub"),
                    TYPE + " " + base64(publicBlob(publicKey)) + "\n");
            LOG.info("{} is new: registries know this user by it", file);
        } catch (FileAlreadyExistsException e) {
            LOG.debug("{} was made by somebody else just now", file);
        } catch (UnsupportedOperationException e) {
            Files.move(fresh, file); // a file system without links
        } finally {
            try {
                Files.delete(fresh);
            } catch (NoSuchFileException e) {
                // moved
            }
        }
    }

    private static FileAttribute<?>[] privately() {
        boolean posix = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
        return posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
    }

    /// X.509 and PKCS#8 of this key both end with its bytes.
    private static byte[] last(byte[] encoded) {
        return Arrays.copyOfRange(encoded, encoded.length - KEY_BYTES, encoded.length);
    }

    private static String text(byte[] seed, byte[] publicKey) {
        ByteArrayOutputStream secret = new ByteArrayOutputStream();
        byte[] check = new byte[4];
        new SecureRandom().nextBytes(check);
        secret.writeBytes(check);
        secret.writeBytes(check);
        write(secret, TYPE.getBytes(StandardCharsets.US_ASCII));
        write(secret, publicKey);
        byte[] both = Arrays.copyOf(seed, 2 * KEY_BYTES);
        System.arraycopy(publicKey, 0, both, KEY_BYTES, KEY_BYTES);
        write(secret, both);
        write(secret, new byte[0]); // no comment
        for (int i = 1; secret.size() % 8 != 0; i++) secret.write(i);

        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(MAGIC);
        write(all, "none".getBytes(StandardCharsets.US_ASCII));
        write(all, "none".getBytes(StandardCharsets.US_ASCII));
        write(all, new byte[0]);
        all.writeBytes(ByteBuffer.allocate(4).putInt(1).array());
        write(all, publicBlob(publicKey));
        write(all, secret.toByteArray());
        byte[] newline = {'\n'};
        return BEGIN + Base64.getMimeEncoder(70, newline).encodeToString(all.toByteArray()) + "\n" + END;
    }

    private static byte[] publicBlob(byte[] publicKey) {
        ByteArrayOutputStream blob = new ByteArrayOutputStream();
        write(blob, TYPE.getBytes(StandardCharsets.US_ASCII));
        write(blob, publicKey);
        return blob.toByteArray();
    }

    private static void write(ByteArrayOutputStream out, byte[] bytes) {
        out.writeBytes(ByteBuffer.allocate(4).putInt(bytes.length).array());
        out.writeBytes(bytes);
    }

    private static byte[] bytes(ByteBuffer in) {
        int length = in.getInt();
        if (length < 0 || length > in.remaining()) throw new BufferUnderflowException();
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }

    private static String string(ByteBuffer in) {
        return new String(bytes(in), StandardCharsets.US_ASCII);
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}
