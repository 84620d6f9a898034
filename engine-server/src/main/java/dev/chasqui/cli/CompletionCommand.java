package dev.chasqui.cli;

import dev.chasqui.api.BackendException;
import java.util.Locale;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Parameters;

@CommandLine.Command(
        name = "completion",
        description =
                "Print a script that completes commands and options in a shell: source <(chasqui completion bash)")
final class CompletionCommand extends Command {

    @Parameters(paramLabel = "SHELL", description = "bash or zsh.")
    private String shell = "";

    @Override
    public Integer call() {
        // One script for both: in zsh it turns on the emulation of bash's completion itself.
        if (!shell.toLowerCase(Locale.ROOT).matches("bash|zsh")) {
            throw BackendException.invalid("there is no completion for \"" + shell + "\"; expected bash or zsh");
        }
        screen().out().println(AutoComplete.bash("chasqui", ChasquiCommand.whole(rooms(), screen())));
        return 0;
    }
}
