package dev.chasqui.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Somebody else's program, installed once by its registry's own tool, and run against our server.
///
/// @param folder      where it is installed and runs
/// @param patience    after so long it has failed
/// @param environment added to ours
record OtherProgram(Path folder, Duration patience, Map<String, String> environment) {

    /// Installs again only when the list of what is needed changed.
    void installOnce(Path pinned, String... command) throws IOException, InterruptedException {
        Path mark = folder.resolve("installed.txt");
        String wanted = Files.readString(pinned);
        if (Files.exists(mark) && Files.readString(mark).equals(wanted)) return;
        Files.createDirectories(folder);
        run(command);
        Files.writeString(mark, wanted);
    }

    /// As [#installOnce], from a list with everything that is needed.
    void installOnceByPip(Path pinned) throws IOException, InterruptedException {
        installOnce(
                pinned,
                "python3",
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
                "--no-deps",
                "--upgrade",
                "--target",
                ".",
                "-r",
                pinned.toAbsolutePath().toString());
    }

    /// @return what it said; it ended well
    String run(String... command) throws IOException, InterruptedException {
        Path output = Files.createTempFile("other-program", ".txt");
        try {
            ProcessBuilder builder = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile());
            builder.environment().putAll(environment);
            Process process = builder.start();
            boolean ended = process.waitFor(patience.toSeconds(), TimeUnit.SECONDS);
            if (!ended) process.destroyForcibly();
            String said = Files.readString(output);
            assertThat(ended && process.exitValue() == 0)
                    .as("%s said:%n%s", String.join(" ", command), said)
                    .isTrue();
            return said;
        } finally {
            Files.delete(output);
        }
    }
}
