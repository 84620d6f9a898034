package dev.chasqui.store;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.BackendException.Kind;
import dev.chasqui.api.ModelName;
import dev.chasqui.gguf.GgufException;
import dev.chasqui.gguf.GgufFile;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// What a Modelfile's `FROM` and `ADAPTER` lines lead to.
///
/// @param models existing models
/// @param files  GGUF files, all parts of a split one in order
record Sources(List<ModelName> models, List<Path> files, Optional<Path> adapter) {

    private static final Pattern SPLIT = Pattern.compile("(.*)-(\\d{5})-of-(\\d{5})\\.gguf");
    private static final int MOST_PARTS = 1_024;

    /// @param folder what relative paths start from
    /// @throws BackendException naming the instruction, if a file is not there or is no file
    static Sources of(Modelfile modelfile, Path folder) {
        List<ModelName> models = new ArrayList<>();
        List<Path> files = new ArrayList<>();
        for (String from : modelfile.from()) {
            Optional<Path> file = path(from, folder).filter(Files::exists);
            if (file.isPresent()) {
                ggufs(file.get()).stream()
                        .flatMap(each -> parts(each).stream())
                        .filter(part -> !files.contains(part))
                        .forEach(files::add);
            } else if (looksLikePath(from)) {
                throw BackendException.invalid("FROM names a file that does not exist: " + from);
            } else {
                models.add(ModelName.parse(from));
            }
        }
        if (models.size() > 1) throw BackendException.invalid("FROM names more than one model: " + models);
        return new Sources(
                models, files, modelfile.adapters().stream().findFirst().map(text -> adapter(text, folder)));
    }

    private static Path adapter(String text, Path folder) {
        return path(text, folder)
                .filter(Files::exists)
                .map(Sources::checked)
                .orElseThrow(() -> BackendException.invalid("ADAPTER names a file that does not exist: " + text));
    }

    /// @throws BackendException naming the first file that is none, and what is wrong with it
    void requireGguf() {
        try {
            files.forEach(GgufFile::read);
            adapter.ifPresent(GgufFile::read);
        } catch (GgufException e) {
            Kind kind = e.getCause() instanceof ClosedByInterruptException ? Kind.CANCELLED : Kind.INVALID;
            throw new BackendException(kind, String.valueOf(e.getMessage()), e);
        }
    }

    /// A folder stands for the GGUF files in it.
    private static List<Path> ggufs(Path path) {
        if (!Files.isDirectory(path)) return List.of(checked(path));
        List<Path> files = list(path);
        List<Path> ggufs = files.stream().filter(file -> isNamed(file, ".gguf")).toList();
        if (!ggufs.isEmpty()) return ggufs.stream().map(Sources::checked).toList();
        files.stream().filter(file -> isNamed(file, ".safetensors")).findFirst().ifPresent(Sources::checked);
        throw BackendException.invalid("the folder " + path + " holds no .gguf file");
    }

    private static List<Path> list(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        } catch (IOException e) {
            throw new BackendException(Kind.INVALID, "the folder " + folder + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static boolean isNamed(Path file, String ending) {
        return file.toString().toLowerCase(Locale.ROOT).endsWith(ending);
    }

    private static Path checked(Path file) {
        if (isNamed(file, ".safetensors")) throw GivenFiles.notConverted(file.toString());
        if (Files.isRegularFile(file)) return file;
        throw BackendException.invalid(file + " is not a regular file; name a .gguf file");
    }

    private static boolean looksLikePath(String text) {
        return text.startsWith("/")
                || text.startsWith(".")
                || text.startsWith("~")
                || text.contains("\\")
                || text.toLowerCase(Locale.ROOT).endsWith(".gguf")
                || text.toLowerCase(Locale.ROOT).endsWith(".safetensors");
    }

    private static Optional<Path> path(String text, Path folder) {
        try {
            Path home = Path.of(System.getProperty("user.home", "."));
            if (text.equals("~") || text.startsWith("~/"))
                return Optional.of(home.resolve("./" + text.substring(1)).normalize());
            return Optional.of(folder.resolve(text).toAbsolutePath().normalize());
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    /// The file, or all parts if it is one of a split model.
    private static List<Path> parts(Path file) {
        Matcher split = SPLIT.matcher(String.valueOf(file.getFileName()));
        if (!split.matches()) return List.of(file);
        int count = Integer.parseInt(split.group(3));
        if (count < 1 || count > MOST_PARTS) {
            throw BackendException.invalid(file + " claims " + count + " parts; expected 1 to " + MOST_PARTS);
        }
        List<Path> parts = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            Path part = file.resolveSibling("%s-%05d-of-%05d.gguf".formatted(split.group(1), i, count));
            if (!Files.isRegularFile(part)) throw BackendException.invalid("part " + part + " of the model is missing");
            parts.add(part);
        }
        return parts;
    }
}
