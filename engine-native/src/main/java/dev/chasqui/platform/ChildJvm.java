package dev.chasqui.platform;

import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A throwaway JVM for native code that may die of what it is given: what dies there does not die here.
///
/// It gets our own classes and the logging interface, not the application's, and hardly any environment.
public final class ChildJvm {

    private static final List<String> PASSED_ON =
            List.of("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SystemRoot", "PATH", "HOME");
    private static final int LONGEST_REASON = 300;
    private static final Pattern SIGNAL = Pattern.compile("SIG[A-Z]+ \\(0x[0-9a-f]+\\)|EXCEPTION_[A-Z_]+");
    private static final Pattern THROWN = Pattern.compile("(?m)^Exception in thread \"[^\"]*\" (.+)$");

    private ChildJvm() {}

    /// Starts it; its output and its errors come as one stream.
    ///
    /// @param main the name of the class whose `main` it runs
    public static Process start(String main, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "-XX:-CreateCoredumpOnCrash",
                "-XX:+ErrorFileToStdout",
                Containment.OFF,
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                classPath(main),
                main));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        Map<String, String> environment = builder.environment();
        environment.keySet().retainAll(PASSED_ON);
        environment.put(ProcessEnvironment.NO_BACKTRACE, "1");
        Process process = builder.start();
        process.getOutputStream().close();
        return process;
    }

    /// Ends this process with the one that started it. For the child's `main`.
    public static void endWithParent() {
        ProcessHandle.current()
                .parent()
                .ifPresent(parent ->
                        parent.onExit().thenRun(() -> Runtime.getRuntime().halt(1)));
    }

    static String classPath(String main) {
        return classPath(List.of(ChildJvm.class.getName(), main, "org.slf4j.Logger"));
    }

    /// The places of these classes, each once; our own whole class path where one of them is in no file or folder.
    static String classPath(List<String> classes) {
        Set<String> places = new LinkedHashSet<>();
        for (String name : classes) {
            try {
                CodeSource source = Class.forName(name, false, ChildJvm.class.getClassLoader())
                        .getProtectionDomain()
                        .getCodeSource();
                URL url = source == null ? null : source.getLocation();
                if (url == null || !url.getProtocol().equals("file")) return System.getProperty("java.class.path");
                places.add(Path.of(url.toURI()).toString());
            } catch (ClassNotFoundException | URISyntaxException e) {
                continue; // the child itself says what it misses
            }
        }
        return String.join(System.getProperty("path.separator"), places);
    }

    /// Why it ended, in a line: the signal, or the exception it threw.
    ///
    /// @param output what it wrote
    public static String reason(int status, String output) {
        Matcher signal = SIGNAL.matcher(output);
        if (signal.find()) return "it died of " + signal.group();
        Matcher thrown = THROWN.matcher(output);
        if (thrown.find()) return thrown.group(1);
        String how = status > 128 ? "it died of " + signalName(status - 128) : "it ended with status " + status;
        String said = firstLine(output);
        return said.isEmpty() ? how : how + ": " + said;
    }

    static String firstLine(String output) {
        String line = output.lines()
                .filter(each -> !each.isBlank() && !each.startsWith("SLF4J"))
                .findFirst()
                .orElse("");
        return line.substring(0, Math.min(line.length(), LONGEST_REASON));
    }

    private static String signalName(int number) {
        return switch (number) {
            case 4 -> "SIGILL";
            case 6 -> "SIGABRT";
            case 7 -> "SIGBUS";
            case 8 -> "SIGFPE";
            case 9 -> "SIGKILL, perhaps by the system for want of memory";
            case 11 -> "SIGSEGV";
            case 15 -> "SIGTERM";
            default -> "signal " + number;
        };
    }
}
