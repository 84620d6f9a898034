package dev.chasqui.cli;

import dev.chasqui.api.Backend;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@CommandLine.Command(
        name = "push",
        description = "Send a model to the registry its name leads to: one of this machine, or of the server if"
                + " OLLAMA_HOST is set.")
final class PushCommand extends Command {

    @Parameters(paramLabel = "MODEL", description = "Its name, for example registry.example.com/me/mine:1.")
    private String model = "";

    @Option(names = "--insecure", description = "Allow a registry over http, or whose certificate cannot be checked.")
    private boolean insecure;

    @Override
    public Integer call() {
        try (Backend backend = backends().forModels();
                OnInterrupt _ = OnInterrupt.close(backend);
                Bars bars = Bars.on(screen())) {
            library(backend).push(model, insecure, bars);
        }
        return 0;
    }
}
