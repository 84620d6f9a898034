package dev.chasqui.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.chasqui.api.BackendException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SshKeyTest {

    @TempDir
    Path folder;

    @Test
    void aKeyIsMadeOnceAndItsSignatureHolds() throws Exception {
        Path file = folder.resolve("new/id_ed25519");

        String proof = SshKey.in(file).sign("GET,https://registry/token,abc");
        String again = SshKey.in(file).sign("GET,https://registry/token,abc");

        assertThat(again).as("Ed25519 draws no lots").isEqualTo(proof);
        String[] parts = proof.split(":");
        assertThat(Files.readString(file.resolveSibling("id_ed25519.pub"))).isEqualTo("ssh-ed25519 " + parts[0] + "\n");
        byte[] blob = Base64.getDecoder().decode(parts[0]);
        byte[] bare = java.util.Arrays.copyOfRange(blob, blob.length - 32, blob.length);
        byte[] x509 = HexFormat.of()
                .parseHex("302a300506032b6570032100" + HexFormat.of().formatHex(bare));
        PublicKey key = KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(x509));
        Signature signature = Signature.getInstance("Ed25519");
        signature.initVerify(key);
        signature.update("GET,https://registry/token,abc".getBytes(StandardCharsets.UTF_8));
        assertThat(signature.verify(Base64.getDecoder().decode(parts[1]))).isTrue();
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void onlyItsOwnerReadsIt() throws IOException {
        Path file = folder.resolve("id_ed25519");

        SshKey.in(file);

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(folder.toFile().list()).containsExactlyInAnyOrder("id_ed25519", "id_ed25519.pub");
    }

    @Test
    void manyWhoWantOneAtOnceGetTheSame() throws Exception {
        Path file = folder.resolve("id_ed25519");
        List<Thread> threads = IntStream.range(0, 8)
                .mapToObj(i -> Thread.startVirtualThread(() -> SshKey.in(file)))
                .toList();
        String mine = SshKey.in(file).sign("x");
        for (Thread thread : threads) thread.join();

        assertThat(SshKey.in(file).sign("x")).isEqualTo(mine);
    }

    /// OpenSSH's own program reads our key, and we read one of its making.
    @Test
    void opensshAgrees() throws Exception {
        assumeTrue(isThere("ssh-keygen"), "ssh-keygen is not there: apt install openssh-client");
        Path ours = folder.resolve("ours");
        Path theirs = folder.resolve("theirs");
        String proof = SshKey.in(ours).sign("x");

        assertThat(run("ssh-keygen", "-y", "-P", "", "-f", ours.toString()))
                .startsWith("ssh-ed25519 " + proof.split(":")[0]);

        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "a comment", "-f", theirs.toString());
        assertThat(Files.readString(folder.resolve("theirs.pub")))
                .contains(SshKey.in(theirs).sign("x").split(":")[0]);

        run(
                "ssh-keygen",
                "-q",
                "-t",
                "ed25519",
                "-N",
                "secret",
                "-f",
                folder.resolve("locked").toString());
        assertThatThrownBy(() -> SshKey.in(folder.resolve("locked"))).hasMessageContaining("passphrase");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "ssh-rsa AAAA",
                "-----BEGIN OPENSSH PRIVATE KEY-----\n-----END OPENSSH PRIVATE KEY-----\n",
                "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmU=\n-----END OPENSSH PRIVATE KEY-----\n",
                "-----BEGIN OPENSSH PRIVATE KEY-----\n%%%%\n-----END OPENSSH PRIVATE KEY-----\n"
            })
    void whatIsNoKeyIsNamedWithTheRemedy(String text) throws IOException {
        Path file = Files.writeString(folder.resolve("id_ed25519"), text);

        assertThatThrownBy(() -> SshKey.in(file))
                .isInstanceOf(BackendException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("Move it away");
    }

    private static boolean isThere(String program) {
        return List.of(System.getenv("PATH").split(":")).stream()
                .anyMatch(path -> Files.isExecutable(Path.of(path, program)));
    }

    private static String run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }
}
