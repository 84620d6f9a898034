package dev.chasqui.misuse;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Every misuse of the public API ends in a clear exception, or in a clamp that is written down: the JVM lives.
///
/// Each list runs in a JVM of its own, which says what it is about to try. So what kills it, or keeps it, has a name.
class MisuseTest {

    private static final Duration LIMIT = Duration.ofSeconds(Integer.getInteger("chasqui.misuse.seconds", 90));
    private static final int LEAST = 115;
    private static final String END = "\0";

    private static final AtomicInteger TRIED = new AtomicInteger();
    private static final AtomicInteger DEATHS = new AtomicInteger();
    private static final AtomicInteger HANGS = new AtomicInteger();
    private static final AtomicInteger LISTS = new AtomicInteger();

    @ParameterizedTest
    @ValueSource(strings = {"options", "requests", "formats", "owners", "files", "races"})
    void neitherKillsNorHangsTheJvm(String list) throws Exception {
        Process jvm = start(list);
        List<String> wrong = new ArrayList<>();
        List<String> output = new ArrayList<>();
        String trying = "its start";
        try {
            BlockingQueue<String> lines = follow(jvm);
            while (true) {
                String line = lines.poll(LIMIT.toSeconds(), TimeUnit.SECONDS);
                if (line == null) HANGS.incrementAndGet();
                assertThat(line)
                        .as("a line within %s s while trying: %s", LIMIT.toSeconds(), trying)
                        .isNotNull();
                if (line.equals(END)) break;
                output.add(line);
                if (line.startsWith(MisuseJvm.BEGINS)) {
                    trying = line.substring(MisuseJvm.BEGINS.length());
                    TRIED.incrementAndGet();
                } else if (line.startsWith(MisuseJvm.WRONG)) {
                    wrong.add(trying + ": " + line.substring(MisuseJvm.WRONG.length()));
                }
            }
            assertThat(jvm.waitFor(60, TimeUnit.SECONDS)).isTrue();
            if (!output.contains(MisuseJvm.OVER)) DEATHS.incrementAndGet();
            assertThat(output)
                    .as("the JVM died, status %s, of: %s", jvm.exitValue(), trying)
                    .contains(MisuseJvm.OVER);
            assertThat(wrong).as(String.join("\n", tail(output))).isEmpty();
            assertThat(jvm.exitValue()).isZero();
            LISTS.incrementAndGet();
        } finally {
            jvm.destroyForcibly();
        }
    }

    @AfterAll
    static void count() {
        System.out.println(TRIED + " misuses: " + DEATHS + " deaths, " + HANGS + " hangs");
        if (LISTS.get() == 6) assertThat(TRIED.get()).isGreaterThanOrEqualTo(LEAST);
    }

    private static List<String> tail(List<String> output) {
        return output.subList(Math.max(0, output.size() - 60), output.size());
    }

    private static Process start(String list) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx700m",
                        "-XX:+UseSerialGC",
                        "-XX:-CreateCoredumpOnCrash",
                        "-XX:+ErrorFileToStdout",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        MisuseJvm.class.getName(),
                        list)
                .redirectErrorStream(true)
                .start();
    }

    private static BlockingQueue<String> follow(Process jvm) {
        BlockingQueue<String> lines = new LinkedBlockingQueue<>();
        Thread.ofPlatform().daemon().start(() -> {
            try (BufferedReader reader = jvm.inputReader(StandardCharsets.UTF_8)) {
                reader.lines().forEach(lines::add);
            } catch (IOException | java.io.UncheckedIOException e) {
                lines.add("its output broke off: " + e);
            }
            lines.add(END);
        });
        return lines;
    }
}
