package dev.chasqui.cli;

import dev.chasqui.api.BackendException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Parameters;

/// Here for `--help`: the launcher runs the benchmarks itself, since they live in a jar of their own.
@CommandLine.Command(
        name = "bench",
        description = "Measure this engine, and an Ollama server beside it (JMH; takes minutes).")
final class BenchCommand extends Command {

    @Parameters(arity = "0..*", paramLabel = "OPTION", description = "Go to the benchmarks' own command line.")
    private List<String> options = new ArrayList<>();

    @Override
    public Integer call() {
        throw BackendException.invalid("the benchmarks run from a checkout: use the script ./chasqui bench there");
    }
}
