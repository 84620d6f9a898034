package dev.chasqui.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chasqui.api.BackendException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyRingTest {

    @TempDir
    private Path folder;

    private final AtomicLong clock = new AtomicLong();

    @Test
    void aKeyIsFoundByItselfAndNotInTheFile() throws Exception {
        KeyFile file = new KeyFile(folder.resolve("new/keys"));
        String secret = file.add(Role.ADMIN, "one", Optional.empty());
        String other = file.add(Role.INFER, "two", Optional.of(Rate.parse("60/m")));

        KeyRing ring = KeyRing.open(file);

        assertThat(secret).matches("chq_[A-Za-z0-9_-]{43}").isNotEqualTo(other);
        assertThat(Files.readString(file.path())).doesNotContain(secret, other).contains("infer two 60/m sha256:");
        if (folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file.path())))
                    .isEqualTo("rw-------");
        }
        assertThat(ring.find(secret)).map(Key::name).hasValue("one");
        assertThat(ring.find(other)).map(Key::role).hasValue(Role.INFER);
        assertThat(ring.find(secret + " ")).isEmpty();
        assertThat(ring.find("")).isEmpty();
    }

    @Test
    void aRateAllowsSoManyAtOnceThenEvenlyAndSurvivesAReload() {
        KeyFile file = new KeyFile(folder.resolve("keys"));
        String secret = file.add(Role.INFER, "slow", Optional.of(Rate.parse("3/m")));
        KeyRing ring = new KeyRing(file, clock::get);
        ring.reload();
        Key key = ring.find(secret).orElseThrow();

        for (int i = 0; i < 3; i++) assertThat(ring.take(key)).isZero();
        assertThat(ring.take(key)).isEqualTo(Duration.ofSeconds(20));
        file.add(Role.INFER, "another", Optional.empty());
        ring.reload();
        assertThat(ring.take(key)).isEqualTo(Duration.ofSeconds(20));
        clock.addAndGet(Duration.ofSeconds(21).toNanos());
        assertThat(ring.take(key)).isZero();
        assertThat(ring.take(key)).isPositive();
        clock.addAndGet(Duration.ofHours(5).toNanos());
        for (int i = 0; i < 3; i++) assertThat(ring.take(key)).isZero();
        assertThat(ring.take(key)).isPositive();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "infer one -",
                "boss one - sha256:HASH",
                "infer one 0/m sha256:HASH",
                "infer one 5/d sha256:HASH",
                "infer o/ne - sha256:HASH",
                "infer one - sha256:abc",
                "infer one - HASH",
                "infer one - sha256:HASH more",
                "infer ok - sha256:HASH"
            })
    void aWrongLineIsNamedAndTheKeysStayAsTheyWere(String line) throws Exception {
        KeyFile file = new KeyFile(folder.resolve("keys"));
        String secret = file.add(Role.INFER, "ok", Optional.empty());
        KeyRing ring = KeyRing.open(file);
        Files.writeString(
                file.path(), Files.readString(file.path()) + "# note\n" + line.replace("HASH", "0".repeat(64)));

        assertThatThrownBy(ring::reload)
                .isInstanceOf(BackendException.class)
                .hasMessageContainingAll(file.path().toString(), "line 3");

        assertThat(ring.find(secret)).isPresent();
    }

    @Test
    void aNameIsTakenOnce() {
        KeyFile file = new KeyFile(folder.resolve("keys"));
        file.add(Role.INFER, "one", Optional.empty());

        assertThatThrownBy(() -> file.add(Role.ADMIN, "one", Optional.empty())).hasMessageContaining("--name");
    }
}
