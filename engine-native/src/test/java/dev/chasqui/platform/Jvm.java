package dev.chasqui.platform;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;

/// Runs a class of the tests in a JVM of its own, since libraries stay loaded once they are.
final class Jvm {

    record Result(int status, String output) {}

    private Jvm() {}

    static Process start(Class<?> main, Map<String, String> environment, String classPath, Object... arguments)
            throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                classPath,
                main.getName()));
        for (Object argument : arguments) command.add(argument.toString());
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("CHASQUI_") || name.startsWith("GGML_"));
        builder.environment().putAll(environment);
        return builder.start();
    }

    static Result finish(Process process) throws IOException, InterruptedException {
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Result(process.waitFor(), output);
    }

    static Result run(Class<?> main, Map<String, String> environment, Object... arguments)
            throws IOException, InterruptedException {
        return finish(start(main, environment, classPath(), arguments));
    }

    static String classPath() {
        return Stream.of(NativeLibraries.class, Jvm.class, Logger.class)
                .map(type -> placeOf(type).toString())
                .collect(Collectors.joining(System.getProperty("path.separator")));
    }

    static Path placeOf(Class<?> type) {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().getPath());
    }
}
