package dev.chasqui.cli;

import dev.chasqui.api.Backend;
import dev.chasqui.api.BackendException;
import dev.chasqui.api.ModelName;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Parameters;

@CommandLine.Command(
        name = "rm",
        description = "Remove models from this machine's disk, or from the server's if OLLAMA_HOST is set.")
final class RmCommand extends Command {

    @Parameters(arity = "1..*", paramLabel = "MODEL", description = "Their names.")
    private List<String> names = new ArrayList<>();

    @Override
    public Integer call() {
        try (Backend backend = backends().forModels()) {
            for (String name : names) {
                leaveMemory(name);
                library(backend).delete(name);
                screen().out().println("deleted '" + name + "'");
            }
        }
        return 0;
    }

    /// A server that has the model in memory lets go of it first; one that is not there has nothing to let go.
    private void leaveMemory(String name) {
        ModelName gone = ModelName.parse(name);
        try (Backend server = rooms().server()) {
            boolean loaded = server.running().stream()
                    .anyMatch(model -> ModelName.parse(model.name()).matches(gone));
            if (loaded) StopCommand.unload(server, name);
        } catch (BackendException e) {
            if (e.kind() != BackendException.Kind.UNREACHABLE) {
                screen().err().println("Warning: the server could not unload '" + name + "': " + e.getMessage());
            }
        }
    }
}
