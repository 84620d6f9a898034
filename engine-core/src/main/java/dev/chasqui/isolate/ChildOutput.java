package dev.chasqui.isolate;

import dev.chasqui.platform.ChildJvm;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/// What a child writes: lines of its log go to ours, other lines too and their last ones are kept, for they say why
/// it died. So many lines in ten seconds; more are counted.
final class ChildOutput {

    static final int MOST_LINES = 200;
    static final long WINDOW_NANOS = 10_000_000_000L;

    private static final Logger LOG = LoggerFactory.getLogger(ChildOutput.class);
    private static final int LONGEST_LINE = 4_000;
    private static final int KEPT_LINES = 60;
    private static final String CRASH = "A fatal error has been detected by the Java Runtime Environment";
    private static final Pattern SIGNAL = Pattern.compile("SIG[A-Z]+ \\(0x[0-9a-f]+\\)|EXCEPTION_[A-Z_]+");
    private static final String ERROR = "Error: ";
    private static final Pattern TELLING =
            Pattern.compile("GGML_ASSERT|GGML_ABORT|terminate called|what\\(\\):|" + ERROR);

    private final Consumer<String> crashed;
    private final LongSupplier nanoClock;
    private final Deque<String> last = new ArrayDeque<>();
    private boolean crashing;
    private long windowBegan;
    private int lines;
    private int leftOut;

    /// @param crashed hears the signal as soon as the JVM begins to write its report, long before it is gone
    ChildOutput(Consumer<String> crashed, LongSupplier nanoClock) {
        this.crashed = crashed;
        this.nanoClock = nanoClock;
        this.windowBegan = nanoClock.getAsLong();
    }

    /// Reads to its end.
    void read(InputStream output) {
        byte[] buffer = new byte[8192];
        StringBuilder line = new StringBuilder();
        try (output) {
            for (int n = output.read(buffer); n >= 0; n = output.read(buffer)) {
                // A line that is cut in the middle of a character shows a mark there; nobody computes with it.
                for (char c : new String(buffer, 0, n, StandardCharsets.UTF_8).toCharArray()) {
                    if (c == '\n') {
                        take(line.toString());
                        line.setLength(0);
                    } else if (line.length() < LONGEST_LINE) {
                        line.append(c);
                    }
                }
            }
        } catch (IOException e) {
            LOG.debug("the engine process's output ended: {}", e.toString());
        }
        if (!line.isEmpty()) take(line.toString());
    }

    void take(String line) {
        Optional<LogLine> log = LogLine.parse(line);
        if (log.isEmpty()) keep(line);
        else if (log.get().level() == Level.ERROR)
            keep(ERROR + log.get().message().lines().findFirst().orElse(""));
        if (isTooMuch()) return;
        if (log.isPresent()) {
            LoggerFactory.getLogger(log.get().logger())
                    .atLevel(log.get().level())
                    .log(log.get().message());
        } else if (!line.isBlank()) {
            LOG.warn("engine process: {}", line);
        }
    }

    private synchronized void keep(String line) {
        last.addLast(line);
        if (last.size() > KEPT_LINES) last.removeFirst();
        if (line.contains(CRASH)) crashing = true;
        Matcher signal = SIGNAL.matcher(line);
        if (crashing && signal.find()) {
            crashing = false;
            crashed.accept(signal.group());
        }
    }

    private boolean isTooMuch() {
        long now = nanoClock.getAsLong();
        if (now - windowBegan > WINDOW_NANOS) {
            if (leftOut > 0) LOG.warn("engine process: {} more lines left out", leftOut);
            windowBegan = now;
            lines = 0;
            leftOut = 0;
        }
        if (++lines <= MOST_LINES) return false;
        leftOut++;
        return true;
    }

    /// Why it ended, in a line.
    synchronized String reason(int status) {
        String telling = last.stream()
                .filter(line -> TELLING.matcher(line).find())
                .findFirst()
                .orElse("");
        return ChildJvm.reason(status, telling);
    }
}
