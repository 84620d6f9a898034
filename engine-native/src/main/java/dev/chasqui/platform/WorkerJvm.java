package dev.chasqui.platform;

import java.io.IOException;
import java.net.JarURLConnection;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// A JVM that does native work for this one, for long: our classes and libraries, a heap of its own, and of the
/// environment only what llama.cpp and GPU drivers read.
public final class WorkerJvm {

    private static final String HEAP = "512m";

    private static final Set<String> PASSED_ON = Set.of(
            "LD_LIBRARY_PATH",
            "DYLD_LIBRARY_PATH",
            "PATH",
            "HOME",
            "TMPDIR",
            "TEMP",
            "TMP",
            "LANG",
            "XDG_CACHE_HOME",
            "LOCALAPPDATA",
            "SystemRoot",
            "PROCESSOR_IDENTIFIER");

    /// Of drivers, of ggml, of the language and of OpenMP.
    private static final List<String> PREFIXES =
            List.of("CUDA_", "NVIDIA_", "HIP_", "ROCR_", "VK_", "GGML_", "LC_", "OMP_", "KMP_");

    private WorkerJvm() {}

    /// Starts it. Its output and errors come as one stream; its input stays open.
    ///
    /// @param main       the name of the class whose `main` it runs
    /// @param classes    of each library it needs, the name of one class
    /// @param properties `-D` options
    public static Process start(
            String main, List<String> arguments, List<String> classes, Map<String, String> properties)
            throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + heap(),
                "-XX:+UseSerialGC",
                "-XX:-UsePerfData",
                "-XX:-CreateCoredumpOnCrash",
                "-XX:+ErrorFileToStdout",
                "--enable-native-access=ALL-UNNAMED"));
        properties.forEach((name, value) -> command.add("-D" + name + "=" + value));
        for (Setting setting : Setting.values()) {
            String set = System.getProperty(setting.property());
            if (set != null) command.add("-D" + setting.property() + "=" + set);
        }
        command.add(Containment.OFF); // it may die: that is what it is for
        command.addAll(List.of("-Duser.home=" + System.getProperty("user.home", ""), "-cp", classPath(main, classes)));
        command.add(main);
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> !isPassedOn(name));
        builder.environment().put(ProcessEnvironment.NO_BACKTRACE, "1");
        return builder.start();
    }

    /// Whether the worker sees a variable of this process's environment.
    static boolean isPassedOn(String name) {
        return PASSED_ON.contains(name)
                || PREFIXES.stream().anyMatch(name::startsWith)
                || Stream.of(Setting.values())
                        .anyMatch(setting -> setting.name().equals(name));
    }

    private static String heap() {
        String asked = Setting.CHASQUI_ISOLATION_HEAP.value().orElse(HEAP).strip();
        if (asked.matches("[1-9][0-9]{0,8}[kKmMgG]?")) return asked;
        throw new NativeLibraryException(
                Setting.CHASQUI_ISOLATION_HEAP + " is \"" + asked + "\"; expected a size such as 512m or 2g");
    }

    private static String classPath(String main, List<String> classes) {
        List<String> all = new ArrayList<>(List.of(WorkerJvm.class.getName(), main, "org.slf4j.Logger"));
        all.addAll(classes);
        String places = ChildJvm.classPath(all);
        return natives()
                .map(jar -> places + System.getProperty("path.separator") + jar)
                .orElse(places);
    }

    /// The jar, or the folder, that holds the libraries for this machine.
    private static Optional<Path> natives() {
        for (String classifier : Platform.host().classifiers()) {
            String name = "natives/" + classifier + "/INDEX";
            URL index = WorkerJvm.class.getResource(name);
            if (index == null) continue;
            try {
                if (index.openConnection() instanceof JarURLConnection jar) {
                    return Optional.of(Path.of(jar.getJarFileURL().toURI()));
                }
                Path file = Path.of(index.toURI());
                int within = Path.of(WorkerJvm.class.getPackageName().replace('.', '/'), name.split("/"))
                        .getNameCount();
                return Optional.of(file.getRoot().resolve(file.subpath(0, file.getNameCount() - within)));
            } catch (IOException | URISyntaxException | IllegalArgumentException e) {
                return Optional.empty(); // the worker itself says what it misses
            }
        }
        return Optional.empty();
    }
}
