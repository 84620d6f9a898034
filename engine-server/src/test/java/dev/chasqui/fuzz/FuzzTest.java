package dev.chasqui.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chasqui.gguf.GgufTarget;
import dev.chasqui.http.BodiesTarget;
import dev.chasqui.isolate.FramesTarget;
import dev.chasqui.registry.RegistryTarget;
import dev.chasqui.store.ManifestTarget;
import dev.chasqui.store.ModelfileTarget;
import dev.chasqui.template.GoTemplateTarget;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every reader of strangers' bytes, mutated by jazzer for some seconds, each in a process of its own. What it finds is
/// left under `target/fuzz/NAME`; what it learned, too, and the next run goes on from there.
///
/// `-Dchasqui.fuzz.seconds=600` fuzzes longer, `-Dchasqui.seed=N` otherwise.
@Timeout(86_400)
class FuzzTest {

    private static final int SECONDS = Integer.getInteger("chasqui.fuzz.seconds", 3);
    private static final int SEED = Integer.getInteger("chasqui.seed", 7);
    private static final Path FOUND = Path.of("target", "fuzz").toAbsolutePath();
    private static final Pattern EXECUTED = Pattern.compile("stat::number_of_executed_units: (\\d+)");

    static Stream<Target> targets() {
        return Stream.of(
                GgufTarget.target(),
                BodiesTarget.target(),
                ModelfileTarget.target(),
                GoTemplateTarget.target(),
                ManifestTarget.target(),
                RegistryTarget.target(),
                FramesTarget.target());
    }

    @ParameterizedTest
    @MethodSource("targets")
    void endsOnlyAsItDeclares(Target target) throws Exception {
        Path folder = FOUND.resolve(target.simpleName());
        Path corpus = Files.createDirectories(folder.resolve("corpus"));
        for (int i = 0; i < target.seeds().size(); i++) {
            Files.write(corpus.resolve("seed-" + i), target.seeds().get(i));
        }
        Path log = folder.resolve("log.txt");
        Process jazzer = new ProcessBuilder(command(target, folder, corpus))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            assertThat(jazzer.waitFor(SECONDS + 120L, TimeUnit.SECONDS))
                    .as("ends in time; see %s", log)
                    .isTrue();
        } finally {
            jazzer.destroyForcibly();
        }

        String said = Files.readString(log);
        Matcher executed = EXECUTED.matcher(said);
        assertThat(jazzer.exitValue()).as(said).isZero();
        assertThat(executed.find()).as(said).isTrue();
        System.out.println(
                "fuzzed " + target + ": " + executed.group(1) + " inputs in " + SECONDS + " s, seed " + SEED);
        assertThat(Long.parseLong(executed.group(1)))
                .isGreaterThan(target.seeds().size());
    }

    private static List<String> command(Target target, Path folder, Path corpus) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-cp",
                Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                        .map(entry -> Path.of(entry).toAbsolutePath().toString())
                        .reduce((a, b) -> a + File.pathSeparator + b)
                        .orElseThrow(),
                "com.code_intelligence.jazzer.Jazzer",
                "--target_class=" + target.name(),
                "--instrumentation_includes=dev.chasqui.**",
                "--reproducer_path=" + folder,
                "-artifact_prefix=" + folder + File.separator,
                "-max_total_time=" + SECONDS,
                "-seed=" + SEED,
                "-timeout=60", // seconds; longer is a finding. The first input also loads and instruments classes
                "-max_len=65536",
                "-print_final_stats=1",
                corpus.toString());
    }
}
