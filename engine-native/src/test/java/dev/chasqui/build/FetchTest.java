package dev.chasqui.build;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// Runs the build's program as Maven does, with an `npm` of our own first on the path, so no registry is asked.
@DisabledOnOs(OS.WINDOWS)
class FetchTest {

    @TempDir
    private Path temp;

    private Path tarball;
    private Path registryCalls;

    @BeforeEach
    void makeARegistry() throws Exception {
        Path bins = Files.createDirectories(temp.resolve("content/package/bins/linux-x64"));
        Files.writeString(bins.resolve("libllama.v0.5.0.so"), "a library");
        Files.writeString(bins.resolve("llama-addon.node"), "not wanted");
        Files.writeString(temp.resolve("content/package/LICENSE"), "a licence");
        Path headers = Files.createDirectories(temp.resolve("content/package/llama"));
        makeBundle(headers.resolve("gitRelease.bundle"));
        tarball = temp.resolve("registry.tgz");
        sh("tar -czf " + tarball + " -C " + temp.resolve("content") + " package");

        registryCalls = temp.resolve("calls");
        Path npm = Files.createDirectories(temp.resolve("bin")).resolve("npm");
        Files.writeString(npm, "#!/bin/sh\necho \"$2\" >> " + registryCalls + "\ncp " + tarball + " package.tgz\n");
        Files.setPosixFilePermissions(npm, PosixFilePermissions.fromString("rwxr-xr-x"));
        pin(integrityOf(tarball));
    }

    @Test
    void theLibrariesAndHeadersOfThePinnedPackageAreUnpacked() throws Exception {
        String output = fetch(0, path());

        assertThat(output).contains("Fetching @node-llama-cpp/linux-x64 3.22.1");
        assertThat(in("target/natives/linux-x86_64"))
                .containsExactlyInAnyOrder("libllama.v0.5.0.so", "LICENSE.node-llama-cpp");
        assertThat(in("target/llama-headers"))
                .containsExactlyInAnyOrder("LICENSE", "common", "ggml", "include", "vendor");
    }

    @Test
    void aSecondBuildAsksForNothing() throws Exception {
        fetch(0, path());
        List<String> calls = Files.readAllLines(registryCalls);

        String output = fetch(0, path());

        assertThat(output).isEmpty();
        assertThat(Files.readAllLines(registryCalls)).isEqualTo(calls);
    }

    @Test
    void whatTheRegistrySendsMustBeWhatWasPinned() throws Exception {
        pin("sha512-" + "A".repeat(86) + "==");

        String output = fetch(1, path());

        assertThat(output)
                .contains("is not the one that was pinned")
                .contains("lockfile sha512-AAAA")
                .contains("fetched  " + integrityOf(tarball));
        assertThat(in("cache/chasqui/npm")).isEmpty();
        assertThat(temp.resolve("target/natives")).doesNotExist();
    }

    @Test
    void aDamagedTarballInTheCacheIsFetchedAgain() throws Exception {
        fetch(0, path());
        for (String name : in("cache/chasqui/npm")) Files.write(temp.resolve("cache/chasqui/npm/" + name), new byte[3]);
        sh("rm -r " + temp.resolve("target"));

        String output = fetch(0, path());

        assertThat(output).contains("is damaged; fetching it again");
        assertThat(in("target/natives/linux-x86_64")).hasSize(2);
    }

    @Test
    void withoutNpmTheMessageSaysHowToGetIt() throws Exception {
        assertThat(fetch(1, temp.resolve("empty").toString())).contains("apt-get install npm");
    }

    @Test
    void withoutANetworkTheMessageSaysWhereATarballMayBePut() throws Exception {
        Files.writeString(temp.resolve("bin/npm"), "#!/bin/sh\necho getaddrinfo EAI_AGAIN\nexit 1\n");

        assertThat(fetch(1, path()))
                .contains("npm cannot fetch node-llama-cpp 3.22.1. Check the network")
                .contains("to " + temp.resolve("cache/chasqui/npm/node-llama-cpp-3.22.1-"))
                .contains("EAI_AGAIN");
    }

    private String path() {
        return temp.resolve("bin") + ":" + System.getenv("PATH");
    }

    private String fetch(int status, String path) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        Path.of("target", "build-classes").toAbsolutePath().toString(),
                        "dev.chasqui.build.Natives",
                        "fetch",
                        temp.toString(),
                        temp.resolve("target").toString(),
                        "linux-x86_64",
                        "none")
                .redirectErrorStream(true);
        builder.environment().put("PATH", path);
        builder.environment().put("XDG_CACHE_HOME", temp.resolve("cache").toString());
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isEqualTo(status);
        return output;
    }

    private void pin(String integrity) throws IOException {
        String entry = """
                    "node_modules/%s": {
                      "version": "3.22.1",
                      "integrity": "%s",
                      "os": [
                        "linux"
                      ]
                    }""";
        Files.writeString(
                temp.resolve("package-lock.json"),
                ("{\n  \"packages\": {\n" + entry.formatted("node-llama-cpp", integrity) + ",\n"
                                + entry.formatted("@node-llama-cpp/linux-x64", integrity) + "\n  }\n}\n")
                        .replaceAll("(?m)^\\s*\"node_modules", "    \"node_modules")
                        .replaceAll("(?m)^\\s*\\}(,?)$", "    }$1"));
    }

    private void makeBundle(Path bundle) throws Exception {
        Path source = Files.createDirectories(temp.resolve("source"));
        for (String folder : List.of("common", "include", "ggml/include", "vendor")) {
            Files.createDirectories(source.resolve(folder));
            Files.writeString(source.resolve(folder).resolve("some.h"), "// a header");
        }
        Files.writeString(source.resolve("LICENSE"), "MIT");
        sh("cd " + source + " && git init -q && git add . && git -c user.name=a -c user.email=a@b commit -qm all"
                + " && git bundle create -q " + bundle + " HEAD");
    }

    private List<String> in(String folder) throws IOException {
        try (Stream<Path> files = Files.list(temp.resolve(folder))) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    private static void sh(String command) throws Exception {
        Process process = new ProcessBuilder("sh", "-c", command).inheritIO().start();
        assertThat(process.waitFor()).as(command).isZero();
    }

    private static String integrityOf(Path file) throws Exception {
        byte[] hash = MessageDigest.getInstance("SHA-512").digest(Files.readAllBytes(file));
        assertThat(HexFormat.of().formatHex(hash)).hasSize(128);
        return "sha512-" + Base64.getEncoder().encodeToString(hash);
    }
}
