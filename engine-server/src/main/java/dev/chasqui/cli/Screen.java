package dev.chasqui.cli;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import tools.jackson.databind.json.JsonMapper;

/// The three standard streams, always UTF-8, and what is at their other ends.
///
/// @param input    what standard input is
/// @param outIsTty whether somebody reads standard output on a terminal
/// @param errIsTty whether somebody reads standard error on a terminal
/// @param colours  whether colours are welcome on a terminal: `NO_COLOR` is unset, and it is not dumb
/// @param dumb     whether a terminal understands nothing but text: `TERM` is `dumb`
record Screen(
        InputStream in,
        PrintStream out,
        PrintStream err,
        Input input,
        boolean outIsTty,
        boolean errIsTty,
        boolean colours,
        boolean dumb) {

    /// What standard input is.
    enum Input {
        /// Somebody types.
        TERMINAL,
        /// A pipe or a file: there is text to read.
        TEXT,
        /// Nothing: `/dev/null`, or closed.
        NOTHING
    }

    /// @param width  characters in a line
    /// @param height lines
    record Area(int width, int height) {

        /// Of a terminal that does not know.
        static final Area USUAL = new Area(80, 24);

        static Area of(Terminal terminal) {
            return new Area(
                    terminal.getWidth() > 0 ? terminal.getWidth() : USUAL.width,
                    terminal.getHeight() > 0 ? terminal.getHeight() : USUAL.height);
        }
    }

    /// This process's own streams. The launcher looks at them for us, since a shell can and Java cannot, and says
    /// what it saw in the system property `chasqui.terminal`, for example `in,out,err`.
    static Screen standard(Map<String, String> environment) {
        String seen = System.getProperty("chasqui.terminal");
        Set<String> ends = seen == null ? guessed() : Set.of(seen.split(",", -1));
        Input input = ends.contains("in") ? Input.TERMINAL : ends.contains("text") ? Input.TEXT : Input.NOTHING;
        boolean dumb = environment.getOrDefault("TERM", "").equals("dumb");
        return new Screen(
                new FileInputStream(FileDescriptor.in),
                utf8(FileDescriptor.out),
                utf8(FileDescriptor.err),
                input,
                ends.contains("out"),
                ends.contains("err"),
                !dumb && environment.getOrDefault("NO_COLOR", "").isEmpty(),
                dumb);
    }

    /// All that is on standard input, as UTF-8.
    String readAll() throws IOException {
        return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }

    /// The terminal's.
    Area area() {
        try (Terminal terminal =
                TerminalBuilder.builder().system(true).dumb(true).build()) {
            return Area.of(terminal);
        } catch (IOException e) {
            return Area.USUAL;
        }
    }

    /// Whether long lines of what is printed are to be broken between words.
    boolean wraps() {
        return outIsTty && !dumb;
    }

    void printJson(Object json) {
        out.println(new JsonMapper().writerWithDefaultPrettyPrinter().writeValueAsString(json));
    }

    private static Set<String> guessed() {
        boolean terminal = System.console() != null && System.console().isTerminal();
        return terminal ? Set.of("in", "out", "err") : Set.of("text");
    }

    private static PrintStream utf8(FileDescriptor descriptor) {
        return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
    }
}
