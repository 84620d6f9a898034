package dev.chasqui.cli;

import dev.chasqui.api.Backend;
import picocli.CommandLine;
import picocli.CommandLine.Parameters;

@CommandLine.Command(name = "cp", description = "Give a model a second name; its files stay one.")
final class CpCommand extends Command {

    @Parameters(index = "0", paramLabel = "SOURCE", description = "The name it has.")
    private String source = "";

    @Parameters(index = "1", paramLabel = "DESTINATION", description = "The name it gets besides.")
    private String destination = "";

    @Override
    public Integer call() {
        try (Backend backend = backends().forModels()) {
            library(backend).copy(source, destination);
        }
        screen().out().println("copied '" + source + "' to '" + destination + "'");
        return 0;
    }
}
