import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.tools.Builder;
import org.bytedeco.javacpp.tools.Logger;

/// Build step: has JavaCPP write the JNI for `AdapterJni`, compiles it against llama.cpp's headers and libraries,
/// and puts the library beside them. Nothing happens when none of its inputs changed since it last ran.
///
/// Maven starts it with the JDK of the toolchain, for JavaCPP loads our classes and Maven may run on an older
/// JDK. Arguments: the module's folder.
final class CompileAdapter {

    private static final String PEER = "dev.chasqui.llama.common.AdapterJni";
    private static final String LIBRARY = "jnichasqui_common";

    public static void main(String[] args) throws Exception {
        Path module = Path.of(args[0]).toAbsolutePath();
        String platform = Loader.getPlatform();
        Path headers = module.resolve("target/llama-headers");
        Path natives = module.resolve("target/natives").resolve(platform);
        Path library = natives.resolve(System.mapLibraryName(LIBRARY));
        requireFetched(headers.resolve("common/chat.h"));
        requireFetched(natives);

        Path stamp = module.resolve("target/adapter-" + platform + ".stamp");
        String inputs = digest(module, headers, natives);
        if (Files.exists(library) && Files.exists(stamp) && Files.readString(stamp).equals(inputs)) return;

        requireCompiler();
        Path work = Files.createDirectories(module.resolve("target/adapter"));
        compile(module, headers, natives, work);
        Path built = work.resolve(library.getFileName());
        requirePortable(built, platform);
        Files.move(built, library, StandardCopyOption.REPLACE_EXISTING);
        Files.writeString(stamp, inputs);
        System.out.println("Compiled " + module.relativize(library));
    }

    private static void compile(Path module, Path headers, Path natives, Path work) throws Exception {
        String separator = System.getProperty("path.separator");
        Builder builder = new Builder(new Quiet())
                .classesOrPackages(PEER)
                .outputDirectory(work.toFile())
                .property(
                        "platform.includepath",
                        Stream.of("common", "include", "ggml/include", "vendor")
                                .map(folder -> headers.resolve(folder).toString())
                                .reduce(module.resolve("src/main/cpp").toString(), (a, b) -> a + separator + b));
        if (linux(Loader.getPlatform())) {
            // By default JavaCPP also writes the build's own folder into the library's search path.
            builder.property("platform.compiler.output", "-Wl,-rpath,$ORIGIN -Wl,-z,noexecstack -Wl,-Bsymbolic"
                    + " -Wno-unused-function -fPIC -pthread -shared -o ");
            builder.compilerOptions("-L" + natives);
        } else {
            builder.property("platform.linkpath", natives.toString());
        }
        builder.build();
    }

    /// JavaCPP's own lines name every file and the whole command; the compiler's errors show without them.
    private static final class Quiet extends Logger {
        @Override
        public void info(String line) {}
    }

    private static void requireFetched(Path path) {
        if (Files.notExists(path)) {
            throw stop(path + " is missing: llama.cpp's libraries and headers were not fetched. Run the build from"
                    + " its beginning (mvn verify)");
        }
    }

    private static void requireCompiler() throws InterruptedException {
        String compiler = Loader.loadProperties().getProperty("platform.compiler", "g++");
        try {
            new ProcessBuilder(compiler, "--version")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw stop("no C++ compiler: " + compiler + " was not found, and the adapter to llama.cpp's C++ library"
                    + " needs it. On Debian and Ubuntu: apt-get install g++");
        }
    }

    /// The library must find its siblings wherever it is unpacked, and must not name a folder of the build
    /// machine.
    private static void requirePortable(Path library, String platform) throws Exception {
        if (!linux(platform)) return;
        Process readelf = new ProcessBuilder("readelf", "-d", library.toString()).start();
        List<String> paths = new ArrayList<>();
        for (String line : new String(readelf.getInputStream().readAllBytes()).split("\n")) {
            if (line.contains("(RUNPATH)") || line.contains("(RPATH)")) {
                paths.add(line.substring(line.indexOf('[') + 1, line.indexOf(']')));
            }
        }
        if (!paths.equals(List.of("$ORIGIN"))) {
            throw stop(library + " searches " + paths + " for its libraries; expected only its own folder, $ORIGIN");
        }
    }

    /// What the library depends on: the adapter, its peer, this program, and llama.cpp's headers and libraries.
    private static String digest(Path module, Path headers, Path natives) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        for (Path file : List.of(
                module.resolve("src/main/cpp/chasqui_common.h"),
                module.resolve("src/build/CompileAdapter.java"),
                module.resolve("target/classes").resolve(PEER.replace('.', '/') + ".class"))) {
            digest.update(Files.readAllBytes(file));
        }
        for (String part : List.of("common", "include", "ggml/include")) digestHeaders(headers.resolve(part), digest);
        try (Stream<Path> libraries = Files.list(natives)) {
            libraries
                    .filter(library -> library.getFileName().toString().contains("llama"))
                    .sorted()
                    .forEach(library -> digest.update((library.getFileName() + ":" + size(library)).getBytes()));
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static void digestHeaders(Path folder, MessageDigest digest) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(path -> path.toString().endsWith(".h")).sorted().toList()) {
                digest.update(Files.readAllBytes(file));
            }
        }
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean linux(String platform) {
        return platform.toLowerCase(Locale.ROOT).startsWith("linux");
    }

    private static RuntimeException stop(String message) {
        System.err.println("ERROR: " + message);
        System.exit(1);
        return new IllegalStateException(message);
    }
}
