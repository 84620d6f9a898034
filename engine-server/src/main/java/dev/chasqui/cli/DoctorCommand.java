package dev.chasqui.cli;

import picocli.CommandLine;
import picocli.CommandLine.Option;

@CommandLine.Command(
        name = "doctor",
        description =
                "Say what this machine offers, what is wrong, and what to do about it. Status 0: chasqui can run.")
final class DoctorCommand extends Command {

    @Option(names = "--json", description = "As JSON.")
    private boolean json;

    @Override
    public Integer call() {
        Diagnosis diagnosis = rooms().diagnose();
        if (json) screen().out().println(diagnosis.json());
        else diagnosis.print(screen().out());
        return diagnosis.usable() ? 0 : 1;
    }
}
