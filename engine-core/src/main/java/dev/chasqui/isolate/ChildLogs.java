package dev.chasqui.isolate;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.ILoggerFactory;
import org.slf4j.IMarkerFactory;
import org.slf4j.Logger;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.BasicMarkerFactory;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.helpers.MessageFormatter;
import org.slf4j.helpers.NOPMDCAdapter;
import org.slf4j.spi.MDCAdapter;
import org.slf4j.spi.SLF4JServiceProvider;

/// SLF4J in the child: every line goes to its output, from which the parent gives it to its own log. SLF4J makes it,
/// by its name in the system property `slf4j.provider`.
public final class ChildLogs implements SLF4JServiceProvider {

    /// The least level that is written: `DEBUG` or `INFO`.
    static final String LEVEL = "chasqui.isolate.level";

    private static final int LONGEST_TRACE = 4_000;

    private final Map<String, Logger> loggers = new ConcurrentHashMap<>();
    private final IMarkerFactory markers = new BasicMarkerFactory();
    private final MDCAdapter context = new NOPMDCAdapter();

    @Override
    public ILoggerFactory getLoggerFactory() {
        return name -> loggers.computeIfAbsent(name, ToOutput::new);
    }

    @Override
    public IMarkerFactory getMarkerFactory() {
        return markers;
    }

    @Override
    public MDCAdapter getMDCAdapter() {
        return context;
    }

    @Override
    public String getRequestedApiVersion() {
        return "2.0.99";
    }

    @Override
    public void initialize() {}

    private static final class ToOutput extends LegacyAbstractLogger {

        private static final long serialVersionUID = 1L;
        private static final int LEAST =
                Level.valueOf(System.getProperty(LEVEL, "INFO")).toInt();
        private static final PrintStream OUT = System.out;

        ToOutput(String name) {
            this.name = name;
        }

        @Override
        protected @Nullable String getFullyQualifiedCallerName() {
            return null;
        }

        @Override
        protected void handleNormalizedLoggingCall(
                Level level,
                @Nullable Marker marker,
                @Nullable String message,
                Object @Nullable [] arguments,
                @Nullable Throwable thrown) {
            String text = String.valueOf(MessageFormatter.basicArrayFormat(message, arguments));
            OUT.println(new LogLine(level, getName(), thrown == null ? text : text + "\n" + trace(thrown)).encoded());
        }

        private static String trace(Throwable thrown) {
            StringWriter text = new StringWriter();
            thrown.printStackTrace(new PrintWriter(text));
            String whole = text.toString();
            return whole.substring(0, Math.min(whole.length(), LONGEST_TRACE));
        }

        @Override
        public boolean isTraceEnabled() {
            return LEAST <= Level.TRACE.toInt();
        }

        @Override
        public boolean isDebugEnabled() {
            return LEAST <= Level.DEBUG.toInt();
        }

        @Override
        public boolean isInfoEnabled() {
            return LEAST <= Level.INFO.toInt();
        }

        @Override
        public boolean isWarnEnabled() {
            return true;
        }

        @Override
        public boolean isErrorEnabled() {
            return true;
        }
    }
}
