package dev.chasqui.build;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/// What Maven runs: `fetch NPM_FOLDER TARGET HOST OTHER`, then `pack TARGET HOST OTHER`.
///
/// `HOST` is JavaCPP's name of this machine's platform; `OTHER` that of one more platform to make a jar for, or
/// `none`.
public final class Natives {

    private Natives() {}

    public static void main(String[] arguments) throws IOException {
        try {
            switch (arguments[0]) {
                case "fetch" -> fetch(Path.of(arguments[1]), Path.of(arguments[2]), arguments[3], arguments[4]);
                case "pack" -> pack(Path.of(arguments[1]), arguments[2], arguments[3]);
                default -> throw new BuildException("fetch or pack, not " + arguments[0]);
            }
        } catch (BuildException e) {
            System.err.println("\nERROR: " + e.getMessage() + "\n");
            System.exit(1);
        }
    }

    private static void fetch(Path npmFolder, Path target, String host, String other) throws IOException {
        Lockfile lock = Lockfile.read(npmFolder);
        NpmCache cache = NpmCache.ofUser();
        new Headers(lock, cache, target).unpack();
        Libraries libraries = new Libraries(lock, cache, target);
        for (String platform : platforms(host, other)) libraries.unpack(platform);
    }

    private static void pack(Path target, String host, String other) throws IOException {
        ClassPathFolder folder = new ClassPathFolder(target);
        folder.fill(host, target.resolve("classes"));
        if (!other.equals("none") && !other.equals(host)) {
            Path root = target.resolve("classifier").resolve(other);
            folder.fill(other, root);
            Path legal = Files.createDirectories(root.resolve("META-INF"));
            for (String name : List.of("LICENSE", "NOTICE")) {
                Path from = target.resolve("classes").resolve("META-INF").resolve(name);
                Files.copy(from, legal.resolve(name), StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    private static Iterable<String> platforms(String host, String other) {
        return Stream.of(host, other)
                .filter(platform -> !platform.equals("none"))
                .distinct()
                .toList();
    }
}
