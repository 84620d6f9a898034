package dev.chasqui.cli;

import dev.chasqui.api.Backend;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@CommandLine.Command(
        name = "pull",
        description = "Get a model, or what is new of it: to this machine, or to the server's if OLLAMA_HOST is set."
                + " `chasqui models` says which there are to begin with.")
final class PullCommand extends Command {

    @Parameters(paramLabel = "MODEL", description = "Its name, for example smollm2:135m.")
    private String model = "";

    @Option(names = "--insecure", description = "Allow a registry over http, or whose certificate cannot be checked.")
    private boolean insecure;

    @Override
    public Integer call() {
        try (Backend backend = backends().forModels();
                OnInterrupt _ = OnInterrupt.close(backend);
                Bars bars = Bars.on(screen())) {
            library(backend).pull(model, insecure, bars);
        }
        return 0;
    }
}
