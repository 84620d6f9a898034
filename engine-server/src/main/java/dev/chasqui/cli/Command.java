package dev.chasqui.cli;

import dev.chasqui.api.Backend;
import dev.chasqui.api.BackendException;
import dev.chasqui.api.ModelLibrary;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/// What every command has.
abstract class Command implements Callable<Integer> {

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it before it calls
    private ChasquiCommand program;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Say how this command is used.")
    private boolean help;

    /// What this command is called on the command line.
    Set<String> names() {
        CommandLine.Command annotation = getClass().getAnnotation(CommandLine.Command.class);
        Set<String> names = new HashSet<>(List.of(annotation.aliases()));
        names.add(annotation.name());
        return names;
    }

    Rooms rooms() {
        return program.rooms();
    }

    Screen screen() {
        return program.screen();
    }

    /// The models the backend keeps, to be managed.
    static ModelLibrary library(Backend backend) {
        return backend.library()
                .orElseThrow(() -> BackendException.invalid("these models are managed where they are kept, not here"));
    }

    BackendChoice backends() {
        return new BackendChoice(rooms());
    }
}
