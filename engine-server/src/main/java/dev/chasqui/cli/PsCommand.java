package dev.chasqui.cli;

import dev.chasqui.api.Backend;
import dev.chasqui.api.RunningModel;
import dev.chasqui.http.ModelsJson;
import java.time.Instant;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@CommandLine.Command(name = "ps", description = "List the models the server has in memory.")
final class PsCommand extends Command {

    @Parameters(arity = "0..1", paramLabel = "PREFIX", description = "Only models whose names begin like this.")
    private String prefix = "";

    @Option(names = "--json", description = "As JSON, in the fields of /api/ps.")
    private boolean json;

    @Override
    public Integer call() {
        List<RunningModel> models;
        try (Backend server = backends().reachableServer()) {
            models = server.running().stream()
                    .filter(model -> ListCommand.startsWith(model.name(), prefix))
                    .toList();
        }
        if (json) screen().printJson(ModelsJson.running(models));
        else print(models);
        return 0;
    }

    private void print(List<RunningModel> models) {
        Columns table = new Columns("NAME", "ID", "SIZE", "PROCESSOR", "CONTEXT", "UNTIL");
        Instant now = Instant.now();
        for (RunningModel model : models) {
            table.row(
                    model.name(),
                    ListCommand.id(model.digest()),
                    Human.bytes(model.sizeBytes()),
                    processor(model),
                    Integer.toString(model.contextLength()),
                    until(model, now));
        }
        table.print(screen().out());
    }

    private static String processor(RunningModel model) {
        long size = model.sizeBytes();
        long onGpu = model.vramBytes();
        if (onGpu == 0) return "100% CPU";
        if (onGpu == size) return "100% GPU";
        if (onGpu > size) return "Unknown";
        long cpu = Math.round((size - onGpu) * 100.0 / size);
        return cpu + "%/" + (100 - cpu) + "% CPU/GPU";
    }

    private static String until(RunningModel model, Instant now) {
        return model.expiresAt()
                .map(end -> end.isBefore(now) ? "Stopping..." : Human.when(end, now))
                .orElse("Forever");
    }
}
