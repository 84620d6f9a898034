package dev.chasqui.platform;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
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
    private static final int KILLED = 128 + 9;
    private static final String WRONG_VERSION = WrongVersionException.class.getName() + ": ";
    private static final Pattern THROWN = Pattern.compile("(?m)^Exception in thread \"[^\"]*\" (.+)$");

    /// @throws NotTriedException if no child could be run at all: that says nothing about the variant
    CpuVerdict of(Path folder, CpuVariant variant) {
        Process process;
        try {
            process = ChildJvm.start(
                    child, List.of(folder.toString(), variant.library().toString()));
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
            return CpuVerdict.bad(variant, ChildJvm.reason(status, text));
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
                    + " own: " + ChildJvm.firstLine(text) + " (class path " + ChildJvm.classPath(child) + ")");
        }
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
}
