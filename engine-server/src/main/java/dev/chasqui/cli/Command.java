package dev.chasqui.cli;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/// What every command has.
abstract class Command implements Callable<Integer> {

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it before it calls
    private ChasquiCommand program;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

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

    CommandSpec spec() {
        return spec;
    }

    BackendChoice backends() {
        return new BackendChoice(rooms());
    }
}
