package dev.chasqui.llama;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// Native code that fails for real, each time in a JVM of its own: see [FaultChild].
@EnabledOnOs(OS.LINUX) // its own signals and C++ library
class FaultTest {

    private static final int SIGABRT = 128 + 6;

    /// What a JVM of [FaultChild] printed, and how it ended.
    private record Outcome(int status, String said) {}

    @Test
    void aFileThatTripsAnAssertionIsTheLoadersErrorAndTwoOfThemAreBorne() throws Exception {
        Outcome outcome = run("load");

        assertThat(outcome.status()).as(outcome.said()).isZero();
        assertThat(outcome.said())
                .containsSubsequence(
                        "fault: llama.cpp failed: ",
                        "decode: DONE 1\ndead before: false\nfault: ",
                        "dead before: false\n",
                        "died: llama.cpp failed: ",
                        "refused: llama.cpp failed in this process and is not called any more",
                        "still here");
    }

    @Test
    void anExceptionOfCppsThatNobodyCatchesIsTheCallersError() throws Exception {
        Outcome outcome = run("throw");

        assertThat(outcome.status()).as(outcome.said()).isZero();
        assertThat(outcome.said())
                .contains("fault: llama.cpp failed: an exception in C++ found no handler", "refused: ", "still here");
    }

    @Test
    void anAssertionInADecodeStopsItsThreadAndNothingWaitsForIt() throws Exception {
        Outcome outcome = run("decode");

        assertThat(outcome.status()).as(outcome.said()).isZero();
        assertThat(outcome.said()).contains("died: llama.cpp failed: ", "n_tokens", "refused: ", "still here");
    }

    @Test
    void anAssertionOnAThreadOfGgmlsIsContainedToo() throws Exception {
        Outcome outcome = run("worker");

        assertThat(outcome.status()).as(outcome.said()).isZero();
        assertThat(outcome.said())
                .contains("died: llama.cpp failed: test.c:7: a worker of ggml's", "refused: ", "still here");
    }

    @Test
    void aDecodeThatComputesWithoutProgressIsFoundOut() throws Exception {
        Outcome outcome = run("spinning", "-Dchasqui.watchdog=0.2");

        assertThat(outcome.status()).as(outcome.said()).isZero();
        assertThat(outcome.said()).contains("a decode made no progress for ", "refused: ", "still here");
    }

    @Test
    void aDecodeThatDoesNotEvenComputeIsFoundOutLater() throws Exception {
        Outcome outcome = run("stuck", "-Dchasqui.watchdog=0.2");

        assertThat(outcome.status()).as(outcome.said()).isZero();
        assertThat(outcome.said()).contains("in which its thread computed for 0 s", "refused: ", "still here");
    }

    @Test
    void whoSwitchesItOffGetsTheOldDeath() throws Exception {
        Outcome outcome = run("decode", "-Dchasqui.containment=off");

        assertThat(outcome.status()).as(outcome.said()).isEqualTo(SIGABRT);
        assertThat(outcome.said()).doesNotContain("still here");
    }

    @Test
    void whatOtherLibrariesTerminateForEndsTheProcessAsBefore() throws Exception {
        assertThat(run("terminate").status()).isEqualTo(SIGABRT);
    }

    /// Honest: nothing in this process survives its own `abort()` or a broken pointer.
    @Test
    void theProcesssOwnAbortAndABrokenPointerAreNotContained() throws Exception {
        Outcome abort = run("abort");
        assertThat(abort.status()).as(abort.said()).isEqualTo(SIGABRT);
        Outcome broken = run("segv");
        assertThat(broken.status()).isNotZero();
        assertThat(broken.said()).contains("SIGSEGV").doesNotContain("still here");
    }

    private static Outcome run(String what, String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx96m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:-CreateCoredumpOnCrash",
                "-XX:+ErrorFileToStdout",
                "--enable-native-access=ALL-UNNAMED"));
        command.addAll(List.of(options));
        command.addAll(List.of(
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                FaultChild.class.getName(),
                what));
        Process jvm = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            String said = new String(jvm.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(jvm.waitFor(60, TimeUnit.SECONDS)).isTrue();
            return new Outcome(jvm.exitValue(), said);
        } finally {
            jvm.destroyForcibly();
        }
    }
}
