package dev.chasqui.cli;

import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@CommandLine.Command(name = "pull", description = "Get a model of the catalogue, for example smollm2:135m.")
final class PullCommand extends Command {

    @Parameters(paramLabel = "MODEL", description = "Its name.")
    private String model = "";

    @Option(names = "--insecure", description = "Accepted for Ollama's sake; what is fetched is always checked.")
    private boolean insecure;

    @Override
    public Integer call() {
        try (Bars bars = new Bars(screen())) {
            rooms().models().pull(model, bars);
        }
        screen().err().println("success");
        return 0;
    }
}
