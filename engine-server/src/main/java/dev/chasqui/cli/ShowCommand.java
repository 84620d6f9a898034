package dev.chasqui.cli;

import dev.chasqui.api.Backend;
import dev.chasqui.api.BackendException;
import dev.chasqui.api.ModelDetails;
import dev.chasqui.http.ModelsJson;
import java.io.PrintStream;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@CommandLine.Command(
        name = "show",
        description = "Say what a model is: one on this machine, or the server's if OLLAMA_HOST is set.")
final class ShowCommand extends Command {

    @Parameters(paramLabel = "MODEL", description = "Its name.")
    private String model = "";

    @Option(names = "--license", description = "Only its licence.")
    private boolean license;

    @Option(names = "--modelfile", description = "Only its Modelfile.")
    private boolean modelfile;

    @Option(names = "--parameters", description = "Only its parameters.")
    private boolean parameters;

    @Option(names = "--template", description = "Only its template.")
    private boolean template;

    @Option(names = "--system", description = "Only its system prompt.")
    private boolean system;

    @Option(
            names = {"-v", "--verbose"},
            description = "Every key and tensor of its file, too.")
    private boolean verbose;

    @Option(names = "--json", description = "As JSON, in the fields of /api/show.")
    private boolean json;

    @Override
    public Integer call() {
        if (Stream.of(license, modelfile, parameters, template, system, json)
                        .filter(flag -> flag)
                        .count()
                > 1) {
            throw BackendException.invalid(
                    "only one of '--license', '--modelfile', '--parameters', '--system', '--template', or '--json' can be"
                            + " specified");
        }
        ModelDetails details = details();
        PrintStream out = screen().out();
        if (json) screen().printJson(ModelsJson.details(details, verbose));
        else if (license) out.println(String.join("\n", details.licenses()));
        else if (modelfile) out.println(details.modelfile());
        else if (parameters) out.println(details.parameters());
        else if (template) out.println(details.template());
        else if (system) out.println(details.system().orElse(""));
        else ShowReport.print(details, verbose, out);
        return 0;
    }

    private ModelDetails details() {
        try (Backend backend = backends().forModels()) {
            return backend.show(model);
        }
    }
}
