package dev.chasqui.store;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.ModelName;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a Modelfile's `FROM` and `ADAPTER` lines lead to.
///
/// @param models existing models
/// @param files  GGUF files, all parts of a split one in order
public record Sources(List<ModelName> models, List<Path> files, Optional<Path> adapter) {

    private static final Pattern SPLIT = Pattern.compile("(.*)-(\\d{5})-of-(\\d{5})\\.gguf");
    private static final int MOST_PARTS = 1_024;

    /// @param folder what relative paths start from
    /// @throws BackendException naming the instruction, if a file is not there or is no file
    public static Sources of(Modelfile modelfile, Path folder) {
        List<ModelName> models = new ArrayList<>();
        List<Path> files = new ArrayList<>();
        for (String from : modelfile.from()) {
            Optional<Path> file = path(from, folder).filter(Files::exists);
            if (file.isPresent()) {
                parts(checked(file.get())).stream()
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

    private static Path checked(Path file) {
        if (Files.isRegularFile(file)) return file;
        throw BackendException.invalid(file + " is not a file; name a .gguf file");
    }

    private static boolean looksLikePath(String text) {
        return text.startsWith("/")
                || text.startsWith(".")
                || text.startsWith("~")
                || text.contains("\\")
                || text.toLowerCase(Locale.ROOT).endsWith(".gguf");
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
