package dev.chasqui.isolate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// What the supervisor goes by, on a clock of the test's own.
class SupervisionTest {

    @TempDir
    Path folder;

    private final AtomicLong clock = new AtomicLong();

    @Test
    void aChildThatWasStoppedIsDeadWithinASecond() {
        Watch watch = new Watch(clock::get);
        assertThat(watch.look(this, true, () -> true)).isEmpty();

        assertThat(ticksUntilDeath(watch, true)).isBetween(2, 9);
    }

    @Test
    void oneThatIsSilentAndNotStoppedMayPauseForTwoSecondsAndIsDeadAfterTen() {
        Watch watch = new Watch(clock::get);
        assertThat(watch.look(this, true, () -> false)).isEmpty();

        assertThat(ticksUntilDeath(watch, false)).isBetween(95, 105);
    }

    @Test
    void aPauseOfOurOwnIsNoSilence() {
        Watch watch = new Watch(clock::get);
        watch.look(this, true, () -> true);

        for (int pause = 0; pause < 2; pause++) {
            advance(Duration.ofSeconds(20));
            assertThat(watch.look(this, false, () -> true)).isEmpty();
        }
    }

    @Test
    void restartsComeAtOnceAndThenLater() {
        BackOff backOff = new BackOff();
        List<Long> waits = new ArrayList<>();
        for (int death = 0; death < 9; death++) waits.add(backOff.next(false).toMillis());

        assertThat(waits).containsExactly(0L, 500L, 1_000L, 2_000L, 4_000L, 8_000L, 16_000L, 30_000L, 30_000L);
        assertThat(backOff.next(true)).isZero();
    }

    @Test
    void threeDeathsInAMinutePutAModelAwayForAWhileAndNoOther() {
        Quarantine quarantine = new Quarantine(Quarantine.Limits.DEFAULT, clock::get);
        for (int death = 0; death < 2; death++) {
            assertThat(quarantine.blame("bad", "bad:1b", "it died of SIGSEGV")).isFalse();
            advance(Duration.ofSeconds(29));
        }
        assertThat(quarantine.isEmpty()).isTrue();
        assertThat(quarantine.blame("bad", "bad:1b", "it died of SIGSEGV")).isTrue();

        assertThat(quarantine.refusal("bad").orElseThrow())
                .startsWith("model 'bad:1b' is quarantined: the engine process died 3 times within 60 s")
                .contains("SIGSEGV", "10 min");
        assertThat(quarantine.refusal("good")).isEmpty();
        assertThat(quarantine.all()).hasSize(1);
        advance(Duration.ofMinutes(10));
        assertThat(quarantine.refusal("bad")).isEmpty();
        assertThat(quarantine.isEmpty()).isTrue();
    }

    @Test
    void deathsThatAreFarApartPutNobodyAway() {
        Quarantine quarantine = new Quarantine(Quarantine.Limits.DEFAULT, clock::get);
        for (int death = 0; death < 20; death++) {
            assertThat(quarantine.blame("unlucky", "unlucky", "it died")).isFalse();
            advance(Duration.ofSeconds(31));
        }
    }

    @Test
    void whatWasInHandCanBeReadAfterwards() throws IOException {
        Path file = folder.resolve("blackbox");
        BlackBox.create(file);
        BlackBox box = new BlackBox();
        BlackBox.Mark unheard = box.mark("before there was a file");
        unheard.set(BlackBox.Doing.LOADING);
        box.writeTo(file);

        try (BlackBox.Mark loading = box.mark("grüner:1b");
                BlackBox.Mark computing = box.mark("b");
                BlackBox.Mark idle = box.mark("c")) {
            loading.set(BlackBox.Doing.LOADING);
            computing.set(BlackBox.Doing.COMPUTING);
            idle.set(BlackBox.Doing.COMPUTING);
            idle.set(BlackBox.Doing.NOTHING);

            assertThat(BlackBox.read(file))
                    .containsExactly(
                            new BlackBox.Entry(BlackBox.Doing.LOADING, "grüner:1b"),
                            new BlackBox.Entry(BlackBox.Doing.COMPUTING, "b"));
        }
        assertThat(BlackBox.read(file)).isEmpty();
    }

    @Test
    void aBlackBoxFullOfNonsenseIsRead() throws IOException {
        byte[] nonsense = new byte[BlackBox.PLACES * BlackBox.PLACE_BYTES + 77];
        java.util.Arrays.fill(nonsense, (byte) 1);
        Path file = Files.write(folder.resolve("blackbox"), nonsense);

        assertThat(BlackBox.read(file)).hasSize(BlackBox.PLACES);
        assertThat(BlackBox.read(Files.write(file, new byte[5]))).isEmpty();
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void theFolderIsOnlyForThisUserAndThoseOfTheDeadGo() throws Exception {
        Process dead = new ProcessBuilder("true").start();
        dead.waitFor();
        Path orphan = Files.createDirectory(folder.resolve("chasqui-" + dead.pid() + "-0123456789ab"));
        Files.createFile(orphan.resolve("socket"));
        Path other = Files.createDirectory(folder.resolve("chasqui-notes"));
        Path tooLong = folder.resolve("x".repeat(90));

        try (RunFolder made = RunFolder.make(List.of(tooLong, folder))) {
            Path parent = made.socket().getParent();
            assertThat(parent).hasParent(folder);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(parent)))
                    .isEqualTo("rwx------");
            assertThat(orphan).doesNotExist();
            Files.createFile(made.socket());
        }
        assertThat(folder).isDirectoryContaining(other::equals);
        try (var left = Files.list(folder)) {
            assertThat(left).hasSize(1);
        }
    }

    @Test
    void logLinesComeThroughWholeAndOthersAreNone() {
        LogLine line = new LogLine(org.slf4j.event.Level.WARN, "dev.chasqui.x", "two\nlines");

        assertThat(line.encoded()).doesNotContain("\n");
        assertThat(LogLine.parse(line.encoded())).contains(line);
        for (String other : List.of("", "\u0001", "\u00019x\u0001y", "ggml: hello", "\u00012")) {
            assertThat(LogLine.parse(other)).as(other).isEmpty();
        }
    }

    @Test
    void theReasonOfADeathIsInItsLastWords() {
        List<String> crashed = new ArrayList<>();
        ChildOutput output = new ChildOutput(crashed::add, clock::get);
        output.take("# A fatal error has been detected by the Java Runtime Environment:");
        output.take("#  SIGSEGV (0xb) at pc=0x00007f, pid=1, tid=2");
        output.take("ggml.c:17: GGML_ASSERT(false) failed");

        assertThat(crashed).containsExactly("SIGSEGV (0xb)");
        assertThat(output.reason(134)).isEqualTo("it died of SIGABRT: ggml.c:17: GGML_ASSERT(false) failed");
        assertThat(output.reason(137)).startsWith("it died of SIGKILL");
    }

    private int ticksUntilDeath(Watch watch, boolean stopped) {
        for (int tick = 1; tick < 1_000; tick++) {
            advance(Watch.TICK);
            Optional<String> death = watch.look(this, false, () -> stopped);
            if (death.isPresent()) return tick;
        }
        throw new AssertionError("it never counted as dead");
    }

    private void advance(Duration time) {
        clock.addAndGet(time.toNanos());
    }
}
