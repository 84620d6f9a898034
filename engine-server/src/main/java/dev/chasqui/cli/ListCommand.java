package dev.chasqui.cli;

import dev.chasqui.api.Backend;
import dev.chasqui.api.ModelSummary;
import dev.chasqui.http.ModelsJson;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@CommandLine.Command(
        name = "list",
        aliases = "ls",
        description = "List the models: those on this machine, or the server's if OLLAMA_HOST is set.")
final class ListCommand extends Command {

    private static final int ID_DIGITS = 12;

    @Parameters(arity = "0..1", paramLabel = "PREFIX", description = "Only models whose names begin like this.")
    private String prefix = "";

    @Option(names = "--json", description = "As JSON, in the fields of /api/tags.")
    private boolean json;

    @Override
    public Integer call() {
        List<ModelSummary> models;
        try (Backend backend = backends().forModels()) {
            models = backend.models().stream()
                    .filter(model -> startsWith(model.name(), prefix))
                    .toList();
        }
        if (json) screen().printJson(ModelsJson.list(models));
        else print(models);
        return 0;
    }

    private void print(List<ModelSummary> models) {
        Columns table = new Columns("NAME", "ID", "SIZE", "MODIFIED");
        Instant now = Instant.now();
        for (ModelSummary model : models) {
            table.row(
                    model.name(),
                    id(model.digest()),
                    Human.bytes(model.sizeBytes()),
                    Human.when(model.modifiedAt(), now));
        }
        table.print(screen().out());
    }

    static String id(String digest) {
        return digest.substring(0, Math.min(ID_DIGITS, digest.length()));
    }

    static boolean startsWith(String name, String prefix) {
        return name.toLowerCase(Locale.ROOT).startsWith(prefix.toLowerCase(Locale.ROOT));
    }
}
