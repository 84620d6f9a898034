package dev.chasqui.cli;

import dev.chasqui.api.BackendException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@CommandLine.Command(
        name = "create",
        description = "Make a model from a Modelfile, for example one that says FROM ./my.gguf.")
final class CreateCommand extends Command {

    @Parameters(paramLabel = "MODEL", description = "The name it gets.")
    private String model = "";

    @Option(
            names = {"-f", "--file"},
            paramLabel = "FILE",
            defaultValue = "Modelfile",
            description = "The Modelfile. Default: ${DEFAULT-VALUE}.")
    private Path file = Path.of("Modelfile");

    @Override
    public Integer call() {
        if (!Files.isRegularFile(file)) {
            throw BackendException.invalid("there is no Modelfile at " + file
                    + "; name it with -f, or write one: echo 'FROM ./my.gguf' > Modelfile");
        }
        try (Bars bars = new Bars(screen())) {
            rooms().models().create(model, file, bars);
        }
        screen().err().println("success");
        return 0;
    }
}
