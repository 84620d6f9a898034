package dev.chasqui.cli;

import dev.chasqui.api.Backend;
import dev.chasqui.api.BackendException;
import dev.chasqui.api.GenerateRequest;
import dev.chasqui.api.KeepAlive;
import dev.chasqui.api.Settings;
import picocli.CommandLine;
import picocli.CommandLine.Parameters;

@CommandLine.Command(name = "stop", description = "Take a model out of the server's memory.")
final class StopCommand extends Command {

    @Parameters(paramLabel = "MODEL", description = "Its name, as `ps` shows it.")
    private String model = "";

    @Override
    public Integer call() {
        try (Backend server = backends().reachableServer()) {
            unload(server, model);
            return 0;
        } catch (BackendException e) {
            if (e.kind() != BackendException.Kind.NOT_FOUND) throw e;
            throw new BackendException(e.kind(), "couldn't find model \"" + model + "\" to stop", e);
        }
    }

    static void unload(Backend server, String model) {
        server.generate(GenerateRequest.of(model, "").withSettings(Settings.DEFAULT.withKeepAlive(KeepAlive.UNLOAD)))
                .answer();
    }
}
