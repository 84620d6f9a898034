package dev.chasqui.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/// The program in a real terminal, 100 columns wide, with somebody at its keyboard.
final class Tmux implements AutoCloseable {

    static final int WIDTH = 100;

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Path folder;

    private Tmux(Path folder) {
        this.folder = folder;
    }

    /// Starts `chasqui` in it, as the launcher does. At its end the screen says `status=` and its exit status.
    ///
    /// @param folder      short: a socket's path has 100 characters at most
    /// @param environment what is set besides `HOME`, which is the folder
    static Tmux start(Path folder, Map<String, String> environment, String... arguments)
            throws IOException, InterruptedException {
        StringBuilder script =
                new StringBuilder("trap : INT\nexport LC_ALL=C.UTF-8 HOME=" + quoted(folder.toString()) + "\n");
        environment.forEach((name, value) -> script.append("export " + name + "=" + quoted(value) + "\n"));
        script.append(quoted(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString()))
                .append(" -XX:+UseSerialGC --enable-native-access=ALL-UNNAMED -Dchasqui.terminal=in,out,err -cp ")
                .append(quoted(System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))))
                .append(" dev.chasqui.cli.Main");
        for (String argument : arguments) script.append(' ').append(quoted(argument));
        script.append("\necho status=$?\nexec cat\n"); // cat keeps the screen
        Path file = Files.writeString(folder.resolve("run.sh"), script);
        Tmux tmux = new Tmux(folder);
        tmux.tmux("-f", "/dev/null", "new-session", "-d", "-x", "" + WIDTH, "-y", "50", "sh " + quoted("" + file));
        return tmux;
    }

    /// Types text as it is.
    Tmux type(String text) throws IOException, InterruptedException {
        tmux("send-keys", "-l", text);
        return this;
    }

    /// Presses a key, for example `Enter` or `C-c`.
    Tmux press(String key) throws IOException, InterruptedException {
        tmux("send-keys", key);
        return this;
    }

    /// Waits until the screen is as it should be.
    ///
    /// @return its lines from the start on, without spaces at their ends and empty lines at its end
    List<String> waitFor(String what, Predicate<List<String>> wanted) throws IOException, InterruptedException {
        Instant end = Instant.now().plus(PATIENCE);
        List<String> screen = screen();
        while (!wanted.test(screen)) {
            if (Instant.now().isAfter(end)) {
                throw new AssertionError("waited " + PATIENCE.toSeconds() + " s for " + what
                        + ", and the screen says:\n" + String.join("\n", screen));
            }
            Thread.sleep(20); // the screen cannot tell us
            screen = screen();
        }
        return screen;
    }

    List<String> waitForText(String text) throws IOException, InterruptedException {
        return waitFor("\"" + text + "\"", screen -> String.join("\n", screen).contains(text));
    }

    private List<String> screen() throws IOException, InterruptedException {
        List<String> lines = new ArrayList<>(tmux("capture-pane", "-p", "-S", "-")
                .lines()
                .map(String::stripTrailing)
                .toList());
        while (!lines.isEmpty() && lines.getLast().isEmpty()) lines.removeLast();
        return lines;
    }

    @Override
    public void close() throws IOException, InterruptedException {
        tmux("kill-server");
    }

    private String tmux(String... arguments) throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of("tmux", "-u", "-S", folder.resolve("s").toString()));
        command.addAll(List.of(arguments));
        Process process;
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            throw new IOException("this test needs tmux: sudo apt install tmux", e);
        }
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(30, TimeUnit.SECONDS) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new IOException(String.join(" ", command) + ": " + said);
        }
        return said;
    }

    private static String quoted(String word) {
        return "'" + word.replace("'", "'\\''") + "'";
    }
}
