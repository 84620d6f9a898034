package dev.chasqui.cli;

import dev.chasqui.api.BackendException;
import dev.chasqui.keys.Key;
import dev.chasqui.keys.KeyFile;
import dev.chasqui.keys.Rate;
import dev.chasqui.keys.Role;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@CommandLine.Command(
        name = "key",
        description = "Make a key for clients of `serve` (`chasqui key new`), or list those there are. The file holds"
                + " only what proves a key; to take one back, remove its line. A running server notices.")
final class KeyCommand extends Command {

    @Parameters(paramLabel = "ACTION", description = "new: print a key, once, and add it to the file. list: names.")
    private String action = "";

    @Option(
            names = "--role",
            paramLabel = "ROLE",
            description = "infer: ask models and see which there are; admin: also change them. Default: infer.")
    private String role = "infer";

    @Option(names = "--name", paramLabel = "NAME", description = "For you and the log. Default: the role and a number.")
    private Optional<String> name = Optional.empty();

    @Option(
            names = "--rate",
            paramLabel = "RATE",
            description = "Most requests: 10/s, 60/m, 1000/h. Default: no limit.")
    private Optional<String> rate = Optional.empty();

    @Option(names = "--file", paramLabel = "FILE", description = "The file of keys. Default: CHASQUI_KEYS_FILE.")
    private Optional<String> file = Optional.empty();

    @Override
    public Integer call() {
        KeyFile keys = new KeyFile(path());
        switch (action) {
            case "new" -> make(keys);
            case "list" -> list(keys);
            default -> throw BackendException.invalid("key " + action + " is unknown; expected new or list");
        }
        return 0;
    }

    private void make(KeyFile keys) {
        Role may = Role.parse(role);
        Optional<Rate> most = rate.map(Rate::parse);
        String called = name.orElseGet(() -> unused(keys, may));
        screen().out().println(keys.add(may, called, most));
        screen().err()
                .println("Added " + called + " to " + keys.path() + ". Clients send the key as OLLAMA_API_KEY;"
                        + " it cannot be shown again.");
    }

    private void list(KeyFile keys) {
        Columns columns = new Columns("NAME", "ROLE", "RATE");
        for (Key key : keys.read()) {
            columns.row(
                    key.name(),
                    key.role().toString(),
                    key.rate().map(Rate::toString).orElse("-"));
        }
        columns.print(screen().out());
    }

    private Path path() {
        return file.or(() -> Optional.of(rooms().environment()
                        .getOrDefault("CHASQUI_KEYS_FILE", "")
                        .strip()))
                .filter(text -> !text.isEmpty())
                .map(Path::of)
                .orElseThrow(() -> BackendException.invalid(
                        "which file of keys? Say --file FILE, or set CHASQUI_KEYS_FILE, which `serve` reads, too"));
    }

    private static String unused(KeyFile keys, Role role) {
        if (Files.notExists(keys.path())) return role + "-1";
        List<String> taken = keys.read().stream().map(Key::name).toList();
        int number = 1;
        while (taken.contains(role + "-" + number)) number++;
        return role + "-" + number;
    }
}
