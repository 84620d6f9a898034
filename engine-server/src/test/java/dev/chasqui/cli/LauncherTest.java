package dev.chasqui.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// Runs the script `chasqui` in an empty checkout, with a `java` that only tells how it was called.
@Timeout(60)
@DisabledOnOs(OS.WINDOWS)
class LauncherTest {

    private static final Path SCRIPT = Path.of("..", "chasqui").toAbsolutePath().normalize();

    @TempDir
    private Path folder;

    private Path checkout;
    private Path jdk;

    private record Result(int status, String out) {}

    @BeforeEach
    void anEmptyCheckoutAndAJdk() throws IOException {
        checkout = Files.createDirectories(folder.resolve("my checkout"));
        Files.copy(SCRIPT, checkout.resolve("chasqui"));
        executable(checkout.resolve("chasqui"));
        jdk = jdk("jdk 25", "25.0.1");
    }

    @Test
    void aBuiltProgramIsStartedWithItsArguments() throws Exception {
        build();

        Result result = run(Map.of("CHASQUI_JAVA", jdk.toString()), "ask", "two words", "*");

        assertThat(result.status()).isZero();
        assertThat(result.out().lines())
                .contains("[-XX:+UseSerialGC]", "[-Dchasqui.terminal=text]", "[" + program() + "/lib/chasqui.jar]")
                .endsWith("[ask]", "[two words]", "[*]");
    }

    @Test
    void theAotCacheIsUsedWhereThereIsOne() throws Exception {
        build();
        Files.writeString(program().resolve("ask.aot"), "");

        Result result = run(Map.of("CHASQUI_JAVA", jdk.toString()), "list");

        assertThat(result.out().lines()).contains("[-XX:AOTCache=" + program() + "/ask.aot]");
    }

    @Test
    void aLinkToTheScriptFindsTheCheckout() throws Exception {
        build();
        Path link = Files.createSymbolicLink(folder.resolve("link"), checkout.resolve("chasqui"));

        Result result = run(link, Map.of("CHASQUI_JAVA", jdk.resolve("bin/java").toString()), "list");

        assertThat(result.out().lines()).contains("[" + program() + "/lib/chasqui.jar]");
    }

    @Test
    void theJdkOfTheBuildIsTakenWithoutLooking() throws Exception {
        build();
        Files.writeString(program().resolve("built"), jdk + "\n");

        assertThat(run(Map.of(), "list").status()).isZero();
    }

    @Test
    void anOldJdkIsRefusedByName() throws Exception {
        Path old = jdk("old", "17.0.9");

        Result result = run(Map.of("CHASQUI_JAVA", old.toString()), "list");

        assertThat(result.status()).isEqualTo(1);
        assertThat(result.out()).startsWith("Error: CHASQUI_JAVA is " + old + ", which is no JDK 25 or newer");
    }

    @Test
    void withoutASourceOrABuildItSaysSo() throws Exception {
        Result result = run(Map.of("CHASQUI_JAVA", jdk.toString()), "list");

        assertThat(result.status()).isEqualTo(1);
        assertThat(result.out()).startsWith("Error: there are no sources beside ");
    }

    @Test
    void aMissingToolIsNamedWithTheCommandThatInstallsIt() throws Exception {
        Files.createDirectories(checkout.resolve("engine-server/src/main"));
        Path tools = Files.createDirectories(folder.resolve("tools"));
        for (String tool : List.of("mkdir", "cat", "rm", "find", "sleep")) {
            Files.writeString(tools.resolve(tool), "#!/bin/sh\nexec " + tool(tool) + " \"$@\"\n");
            executable(tools.resolve(tool));
        }
        tell(tools.resolve("mvn"));

        Result result = run(Map.of("CHASQUI_JAVA", jdk.toString(), "PATH", tools.toString()), "list");

        assertThat(result.status()).isEqualTo(1);
        assertThat(result.out())
                .startsWith("Error: building needs g++, which is not here")
                .contains("sudo apt install maven g++ npm git");
    }

    @Test
    void aNewerSourceAsksForABuild() throws Exception {
        build();
        Path source = Files.createDirectories(checkout.resolve("engine-core/src/main"));
        Files.setLastModifiedTime(
                program().resolve("built"), java.nio.file.attribute.FileTime.fromMillis(1_000_000_000_000L));
        assertThat(source).exists();

        Result stale = run(Map.of("CHASQUI_JAVA", jdk.toString()), "list");
        Result told = run(Map.of("CHASQUI_JAVA", jdk.toString(), "CHASQUI_NO_BUILD", "1"), "list");

        assertThat(stale.out()).startsWith("Error: there are no sources beside ");
        assertThat(told.status()).isZero();
    }

    private Path program() {
        return checkout.resolve("engine-server/target/chasqui");
    }

    private void build() throws IOException {
        Files.createDirectories(program().resolve("lib"));
        Files.writeString(program().resolve("lib/chasqui.jar"), "");
        Files.writeString(program().resolve("built"), "/nowhere\n");
    }

    private Path jdk(String name, String version) throws IOException {
        Path home = Files.createDirectories(folder.resolve(name));
        Files.createDirectories(home.resolve("bin"));
        Files.writeString(home.resolve("release"), "IMPLEMENTOR=\"X\"\nJAVA_VERSION=\"" + version + "\"\n");
        tell(home.resolve("bin/java"));
        return home;
    }

    private static void tell(Path program) throws IOException {
        Files.writeString(program, "#!/bin/sh\nfor one in \"$@\"; do echo \"[$one]\"; done\n");
        executable(program);
    }

    private static void executable(Path file) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static Path tool(String name) {
        return List.of(Path.of("/bin"), Path.of("/usr/bin")).stream()
                .map(bin -> bin.resolve(name))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow();
    }

    private Result run(Map<String, String> environment, String... arguments) throws Exception {
        return run(checkout.resolve("chasqui"), environment, arguments);
    }

    private Result run(Path script, Map<String, String> environment, String... arguments) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(script.toString());
        builder.command().addAll(List.of(arguments));
        builder.redirectErrorStream(true);
        String path = Optional.ofNullable(System.getenv("PATH")).orElse("/usr/bin:/bin");
        builder.environment().clear();
        builder.environment().put("PATH", path);
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return new Result(process.exitValue(), out);
    }
}
