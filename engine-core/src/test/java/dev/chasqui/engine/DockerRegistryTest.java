package dev.chasqui.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.GenerateRequest;
import dev.chasqui.api.ModelLibrary;
import dev.chasqui.api.ModelName;
import dev.chasqui.api.Options;
import dev.chasqui.api.Progress;
import dev.chasqui.api.ProgressLine;
import dev.chasqui.api.Settings;
import dev.chasqui.llama.TinyModel;
import dev.chasqui.registry.PartPlan;
import dev.chasqui.registry.RegistrySettings;
import dev.chasqui.store.ModelStore;
import dev.chasqui.store.Modelfile;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// Models go to a real registry and come back: Debian's package `docker-registry`, on a free port of this
/// machine.
@EnabledOnOs(OS.LINUX)
@Timeout(60)
class DockerRegistryTest {

    private static final Pattern LISTENING = Pattern.compile("listening on 127\\.0\\.0\\.1:(\\d+)");

    private static Process registry;
    private static String host;

    @TempDir
    Path folder;

    private RegistrySettings settings;
    private final List<ProgressLine> lines = new ArrayList<>();

    @BeforeAll
    static void startRegistry(@TempDir Path data) throws IOException {
        Path config = Files.writeString(
                data.resolve("config.yml"),
                "version: 0.1\nlog: {level: info, formatter: text}\nstorage: {filesystem: {rootdirectory: '" + data
                        + "'}}\nhttp: {addr: '127.0.0.1:0'}\n");
        try {
            registry = new ProcessBuilder("docker-registry", "serve", config.toString())
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException e) {
            throw new AssertionError("docker-registry is not there: apt install docker-registry", e);
        }
        StringBuilder said = new StringBuilder();
        BufferedReader log = registry.inputReader();
        for (String line; (line = log.readLine()) != null; ) {
            said.append(line).append('\n');
            Matcher listening = LISTENING.matcher(line);
            if (!listening.find()) continue;
            host = "127.0.0.1:" + listening.group(1);
            Thread.ofPlatform().daemon().start(() -> log.lines().forEach(rest -> {})); // or it would wait for a reader
            return;
        }
        throw new AssertionError("docker-registry did not start:\n" + said);
    }

    @AfterAll
    static void stopRegistry() {
        registry.destroy();
    }

    @BeforeEach
    void configure() {
        settings = RegistrySettings.fromEnvironment(Map.of("CHASQUI_REGISTRY", "http://" + host))
                .withIdentity(folder.resolve("id_ed25519"), folder.resolve("config.json"))
                .withPlan(new PartPlan(8, 100_000, 1_000_000, Duration.ofMillis(50)));
    }

    @Test
    void aModelGoesIsDeletedComesBackAndAnswersAsBefore() throws IOException {
        try (Engine engine = engine("me/tiny")) {
            ModelLibrary library = engine.library().orElseThrow();
            String answer = answer(engine, "me/tiny");
            String digest = digest(engine, "me/tiny");

            library.push("me/tiny", false, lines::add);
            library.delete("me/tiny");
            assertThat(engine.models()).isEmpty();
            lines.add(new ProgressLine("and back", "", 0, 0));
            library.pull("me/tiny", false, lines::add);

            assertThat(digest(engine, "me/tiny")).isEqualTo(digest);
            assertThat(answer(engine, "me/tiny")).isEqualTo(answer);
            assertThat(lines.stream()
                            .map(line -> line.status().replaceAll(" [0-9a-f]{12}$", " …"))
                            .distinct())
                    .containsExactly(
                            "retrieving manifest",
                            "pushing …",
                            "pushing manifest",
                            "success",
                            "and back",
                            "pulling manifest",
                            "pulling …",
                            "verifying sha256 digest",
                            "writing manifest");
        }
    }

    @Test
    void aNameWithItsOwnRegistryGoesThereAndNothingIsSentTwice() throws IOException {
        String name = "http://" + host + "/me/own:q4";
        try (Engine engine = engine(host + "/me/own:q4")) {
            ModelLibrary library = engine.library().orElseThrow();

            assertThatThrownBy(() -> library.push(name, false, Progress.NONE)).hasMessage("insecure protocol http");
            library.push(name, true, Progress.NONE);
            library.push(name, true, lines::add);

            assertThat(lines.stream().filter(line -> line.totalBytes() > 0))
                    .as("the second time every file is there at once")
                    .allMatch(line -> line.completedBytes() == line.totalBytes() || line.completedBytes() == 0);
            library.delete(host + "/me/own:q4");
            library.pull(name, true, Progress.NONE);
            assertThat(engine.models()).hasSize(1);
        }
    }

    @Test
    void whatItDoesNotHaveIsSaidInOllamasWords() throws IOException {
        try (Engine engine = engine("me/tiny")) {
            ModelLibrary library = engine.library().orElseThrow();

            assertThatThrownBy(() -> library.pull("me/nothing", false, Progress.NONE))
                    .isInstanceOf(BackendException.class)
                    .hasMessage("pull model manifest: file does not exist");
        }
    }

    private Engine engine(String name) throws IOException {
        ModelStore store = ModelStore.at(folder.resolve("models"));
        TinyModel.seeded(11).withContextTokens(512).write(folder.resolve("tiny.gguf"));
        Modelfile modelfile = Modelfile.parse("FROM tiny.gguf\nSYSTEM Be short.\nPARAMETER temperature 0");
        store.create(ModelName.parse(name), modelfile, folder, Progress.NONE);
        return Engine.open(
                EngineConfig.fromEnvironment(Map.of()).withStore(store.root()).withRegistries(settings));
    }

    private static String digest(Engine engine, String name) {
        return engine.models().stream()
                .filter(model -> model.name().startsWith(name))
                .findFirst()
                .orElseThrow()
                .digest();
    }

    private static String answer(Engine engine, String name) {
        Settings brief = Settings.DEFAULT.withOptions(Options.parse(Map.of("num_predict", 8, "seed", 1)));
        return engine.generate(GenerateRequest.of(name, "Hi").withSettings(brief))
                .answer()
                .text();
    }
}
