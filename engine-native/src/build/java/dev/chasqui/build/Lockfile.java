package dev.chasqui.build;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// npm's `package-lock.json`: which version of a package, and the hash of its tarball.
record Lockfile(Path file, String text) {

    /// @param integrity `sha512-` and the hash in Base64
    record Pin(String name, String version, String integrity) {}

    static Lockfile read(Path npmFolder) throws IOException {
        Path file = npmFolder.resolve("package-lock.json");
        return new Lockfile(file, Files.readString(file));
    }

    Pin pin(String name) {
        Matcher entry = Pattern.compile(
                        "\"node_modules/" + Pattern.quote(name) + "\": \\{(.*?)\n    \\}", Pattern.DOTALL)
                .matcher(text);
        if (!entry.find()) throw new BuildException(file + " does not pin " + name);
        return new Pin(name, field(entry.group(1), "version", name), field(entry.group(1), "integrity", name));
    }

    private String field(String entry, String field, String name) {
        Matcher value = Pattern.compile("\"" + field + "\": \"([^\"]+)\"").matcher(entry);
        if (!value.find()) throw new BuildException(file + " pins " + name + " without its " + field);
        return value.group(1);
    }
}
