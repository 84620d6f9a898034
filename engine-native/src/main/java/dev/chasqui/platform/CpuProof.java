package dev.chasqui.platform;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.CodeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Tries a CPU variant in a throwaway JVM: what dies there does not die here.
///
/// @param child   the class whose `main` takes the folder and the CPU library, uses them, and prints
///                [NativeLibraries#PROVEN]
/// @param timeout how long it may take
record CpuProof(String child, Duration timeout) {

    static final CpuProof DECODE = new CpuProof("dev.chasqui.llama.ProveCpu", Duration.ofSeconds(60));

    private static final int MOST_OUTPUT = 1 << 18;
    private static final int LONGEST_REASON = 300;
    private static final int KILLED = 128 + 9;
    private static final List<String> PASSED_ON =
            List.of("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SystemRoot", "PATH", "HOME");
    private static final Pattern SIGNAL = Pattern.compile("SIG[A-Z]+ \\(0x[0-9a-f]+\\)|EXCEPTION_[A-Z_]+");
    private static final String WRONG_VERSION = WrongVersionException.class.getName() + ": ";
    private static final Pattern THROWN = Pattern.compile("(?m)^Exception in thread \"[^\"]*\" (.+)$");

    /// @throws NotTriedException if no child could be run at all: that says nothing about the variant
    CpuVerdict of(Path folder, CpuVariant variant) {
        Process process;
        try {
            process = start(folder, variant);
        } catch (IOException e) {
            throw new NotTriedException(
                    "cannot start a process to try the CPU library " + variant.name() + ": " + e.getMessage(), e);
        }
        try (var reading = Executors.newVirtualThreadPerTaskExecutor()) {
            CompletableFuture<String> output = CompletableFuture.supplyAsync(() -> read(process), reading);
            return verdict(variant, process, output);
        } finally {
            process.destroyForcibly();
        }
    }

    private CpuVerdict verdict(CpuVariant variant, Process process, CompletableFuture<String> output) {
        try {
            if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                return CpuVerdict.bad(variant, "it did not finish within " + timeout.toSeconds() + " s");
            }
            String text = output.get(10, TimeUnit.SECONDS);
            int status = process.exitValue();
            if (status == 0 && text.contains(NativeLibraries.PROVEN)) return CpuVerdict.good(variant);
            refuseIfNotTried(variant, status, text);
            Matcher thrown = THROWN.matcher(text);
            if (thrown.find() && thrown.group(1).startsWith(WRONG_VERSION)) {
                throw new WrongVersionException(thrown.group(1).substring(WRONG_VERSION.length()));
            }
            return CpuVerdict.bad(variant, reason(status, text));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NotTriedException("interrupted while trying the CPU library " + variant.name(), e);
        } catch (ExecutionException | TimeoutException e) {
            return CpuVerdict.bad(variant, "its output could not be read: " + e);
        } finally {
            process.destroyForcibly();
        }
    }

    private void refuseIfNotTried(CpuVariant variant, int status, String text) {
        if (status == KILLED) {
            throw new NotTriedException("the process that tried the CPU library " + variant.name()
                    + " was killed (SIGKILL, perhaps by the system for want of memory); try again");
        }
        if (text.contains("Could not find or load main class") || text.contains("Could not create the Java Virtual")) {
            throw new NotTriedException("cannot try the CPU library " + variant.name() + " in a process of its"
                    + " own: " + firstLine(text) + " (class path " + classPath() + ")");
        }
    }

    private static String reason(int status, String text) {
        Matcher signal = SIGNAL.matcher(text);
        if (signal.find()) return "it died of " + signal.group();
        Matcher thrown = THROWN.matcher(text);
        if (thrown.find()) return thrown.group(1);
        String how = status > 128 ? "it died of " + signalName(status - 128) : "it ended with status " + status;
        return text.isBlank() ? how : how + ": " + firstLine(text);
    }

    private static String signalName(int number) {
        return switch (number) {
            case 4 -> "SIGILL";
            case 6 -> "SIGABRT";
            case 8 -> "SIGFPE";
            case 11 -> "SIGSEGV";
            default -> "signal " + number;
        };
    }

    private Process start(Path folder, CpuVariant variant) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "-XX:-CreateCoredumpOnCrash",
                "-XX:+ErrorFileToStdout",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                classPath(),
                child,
                folder.toString(),
                variant.library().toString()));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        Map<String, String> environment = builder.environment();
        environment.keySet().retainAll(PASSED_ON);
        environment.put(ProcessEnvironment.NO_BACKTRACE, "1");
        Process process = builder.start();
        process.getOutputStream().close();
        return process;
    }

    /// Our own classes, the child's, and the logging interface they may name; not the application's.
    private String classPath() {
        Set<String> places = new LinkedHashSet<>();
        for (String name : List.of(CpuProof.class.getName(), child, "org.slf4j.Logger")) {
            try {
                CodeSource source = Class.forName(name, false, CpuProof.class.getClassLoader())
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

    private static String read(Process process) {
        try (InputStream in = process.getInputStream()) {
            String text = new String(in.readNBytes(MOST_OUTPUT), StandardCharsets.UTF_8);
            in.transferTo(OutputStream.nullOutputStream());
            return text;
        } catch (IOException e) {
            return "";
        }
    }

    private static String firstLine(String text) {
        String line = text.lines().filter(each -> !each.isBlank()).findFirst().orElse("");
        return line.substring(0, Math.min(line.length(), LONGEST_REASON));
    }
}
