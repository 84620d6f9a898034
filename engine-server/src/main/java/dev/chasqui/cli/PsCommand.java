package dev.chasqui.cli;

import dev.chasqui.api.Backend;
import dev.chasqui.api.RunningModel;
import java.time.Instant;
import picocli.CommandLine;
import picocli.CommandLine.Parameters;

@CommandLine.Command(name = "ps", description = "List the models the server has in memory.")
final class PsCommand extends Command {

    @Parameters(arity = "0..1", paramLabel = "PREFIX", description = "Only models whose names begin like this.")
    private String prefix = "";

    @Override
    public Integer call() {
        Columns table = new Columns("NAME", "ID", "SIZE", "PROCESSOR", "CONTEXT", "UNTIL");
        Instant now = Instant.now();
        try (Backend server = backends().reachableServer()) {
            for (RunningModel model : server.running()) {
                if (ListCommand.startsWith(model.name(), prefix)) {
                    table.row(
                            model.name(),
                            ListCommand.id(model.digest()),
                            Human.bytes(model.sizeBytes()),
                            processor(model),
                            Integer.toString(model.contextLength()),
                            until(model, now));
                }
            }
        }
        table.print(screen().out());
        return 0;
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
