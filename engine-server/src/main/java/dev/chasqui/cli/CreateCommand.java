package dev.chasqui.cli;

import dev.chasqui.api.Backend;
import dev.chasqui.api.BackendException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
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

    @Option(
            names = {"-q", "--quantize"},
            paramLabel = "TYPE",
            description = "What weights in F16, BF16 or F32 become: Q4_K_M, Q4_K_S, Q8_0, F16, BF16 or F32.")
    private Optional<String> quantize = Optional.empty();

    @Override
    public Integer call() throws IOException {
        if (!Files.isRegularFile(file)) {
            throw BackendException.invalid("there is no Modelfile at " + file
                    + "; name it with -f, or write one: echo 'FROM ./my.gguf' > Modelfile");
        }
        try (Backend backend = backends().forModels();
                OnInterrupt _ = OnInterrupt.close(backend);
                Bars bars = Bars.on(screen())) {
            new ModelfileUpload(library(backend), bars).create(model, file, quantize);
        }
        return 0;
    }
}
