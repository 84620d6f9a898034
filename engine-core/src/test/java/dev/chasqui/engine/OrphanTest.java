package dev.chasqui.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chasqui.api.GenerateRequest;
import dev.chasqui.api.Options;
import dev.chasqui.api.Progress;
import dev.chasqui.api.Settings;
import dev.chasqui.store.Catalogue;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// A JVM of its own, with nothing but an engine in another process: what it loads, and what stays of it.
@Timeout(120)
@EnabledOnOs(OS.LINUX)
class OrphanTest {

    private static final String NATIVE = ".*(libllama|libggml|jnichasqui|jnijavacpp).*";

    @TempDir
    Path folder;

    @Test
    void theParentLoadsNoNativeLibraryAndItsProcessEndsWhenItIsKilled() throws Exception {
        Process parent = startParent();
        try {
            Parent.Report report = Parent.Report.read(parent);
            ProcessHandle child = ProcessHandle.of(report.child()).orElseThrow();

            assertThat(libraries(parent.pid())).isEmpty();
            assertThat(libraries(report.child())).isNotEmpty();
            assertThat(report.text()).isNotEmpty();
            assertThat(folders())
                    .singleElement()
                    .satisfies(run -> assertThat(run.resolve("socket")).doesNotExist());

            parent.destroyForcibly().waitFor();
            child.onExit().get();

            assertThat(child.isAlive()).isFalse();
            Process next = startParent(); // it removes what the dead one left
            try {
                Parent.Report.read(next);
                assertThat(folders()).singleElement().asString().contains("chasqui-" + next.pid() + "-");
            } finally {
                next.destroyForcibly().waitFor();
            }
        } finally {
            parent.destroyForcibly().waitFor();
        }
    }

    private static List<String> libraries(long pid) throws IOException {
        try (Stream<String> maps = Files.lines(Path.of("/proc", String.valueOf(pid), "maps"))) {
            return maps.filter(line -> line.matches(NATIVE)).toList();
        }
    }

    private List<Path> folders() throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(entry -> entry.getFileName().toString().startsWith("chasqui-"))
                    .toList();
        }
    }

    private Process startParent() throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Parent.class.getName())
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().put("XDG_RUNTIME_DIR", folder.toString());
        builder.environment().put("CHASQUI_ISOLATION", "process");
        return builder.start();
    }

    /// The JVM that is killed. It says what its process answered, and stays.
    static final class Parent {

        record Report(long child, String text) {
            static Report read(Process parent) throws IOException {
                BufferedReader lines =
                        new BufferedReader(new InputStreamReader(parent.getInputStream(), StandardCharsets.UTF_8));
                long child = Long.parseLong(String.valueOf(lines.readLine()));
                return new Report(child, String.valueOf(lines.readLine()));
            }
        }

        public static void main(String[] args) throws InterruptedException {
            Engine engine = Engine.open(
                    Catalogue.standard().file("smollm2:135m", Progress.NONE), EngineConfig.fromEnvironment());
            String model = engine.models().getFirst().name();
            Options options = Options.parse(Map.of("num_predict", 3, "num_ctx", 1024));
            String text = engine.generate(
                            GenerateRequest.of(model, "Hello").withSettings(Settings.DEFAULT.withOptions(options)))
                    .text();
            ProcessHandle child = ProcessHandle.current().children().findFirst().orElseThrow();
            System.out.println(child.pid());
            System.out.println(text.replace('\n', ' '));
            Thread.sleep(100_000);
        }
    }
}
