package dev.chasqui.http;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// `chasqui serve` in a process of its own, on a free port of loopback; its log is a file in the folder.
final class ServeProcess implements AutoCloseable {

    private static final Pattern LISTENING = Pattern.compile("listening on http://127\\.0\\.0\\.1:(\\d+)");

    final Process process;
    final int port;
    private final Path log;

    private ServeProcess(Process process, Path log) throws Exception {
        this.process = process;
        this.log = log;
        try {
            this.port = awaitPort();
        } catch (Throwable t) {
            process.destroyForcibly();
            throw t;
        }
    }

    /// Returns when it listens.
    ///
    /// @param before what the command line begins with
    static ServeProcess start(Path folder, List<String> before, Map<String, String> variables) throws Exception {
        List<String> command = new ArrayList<>(before);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.chasqui.cli.Main",
                "serve",
                "--host",
                "127.0.0.1",
                "--port",
                "0"));
        Path log = folder.resolve("log");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().put("CHASQUI_OFFLINE", "1");
        builder.environment().putAll(variables);
        return new ServeProcess(builder.start(), log);
    }

    String log() throws IOException {
        return Files.readString(log);
    }

    private int awaitPort() throws Exception {
        for (long end = System.nanoTime() + 90_000_000_000L; System.nanoTime() < end; ) {
            Matcher found = LISTENING.matcher(log());
            if (found.find()) return Integer.parseInt(found.group(1));
            if (process.waitFor(50, TimeUnit.MILLISECONDS)) break;
        }
        throw new AssertionError("the server does not listen: " + log());
    }

    @Override
    public void close() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }
}
