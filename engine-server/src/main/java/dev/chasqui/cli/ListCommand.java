package dev.chasqui.cli;

import dev.chasqui.api.Backend;
import dev.chasqui.api.ModelSummary;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Parameters;

@CommandLine.Command(
        name = "list",
        aliases = "ls",
        description = "List the models: those on this machine, or the server's if OLLAMA_HOST is set.")
final class ListCommand extends Command {

    private static final int ID_DIGITS = 12;

    @Parameters(arity = "0..1", paramLabel = "PREFIX", description = "Only models whose names begin like this.")
    private String prefix = "";

    @Override
    public Integer call() {
        Columns table = new Columns("NAME", "ID", "SIZE", "MODIFIED");
        Instant now = Instant.now();
        for (ModelSummary model : models()) {
            if (startsWith(model.name(), prefix)) {
                table.row(
                        model.name(),
                        id(model.digest()),
                        Human.bytes(model.sizeBytes()),
                        Human.when(model.modifiedAt(), now));
            }
        }
        table.print(screen().out());
        return 0;
    }

    static String id(String digest) {
        return digest.substring(0, Math.min(ID_DIGITS, digest.length()));
    }

    static boolean startsWith(String name, String prefix) {
        return name.toLowerCase(Locale.ROOT).startsWith(prefix.toLowerCase(Locale.ROOT));
    }

    private List<ModelSummary> models() {
        if (!backends().meansServer()) return rooms().models().list();
        try (Backend server = backends().reachableServer()) {
            return server.models();
        }
    }
}
