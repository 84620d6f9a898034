package dev.chasqui.cli;

import dev.chasqui.api.Backend;
import dev.chasqui.api.BackendException;
import dev.chasqui.api.Version;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/// The program's own command; every other hangs below it.
@CommandLine.Command(
        name = "chasqui",
        synopsisSubcommandLabel = "COMMAND",
        description = "Runs GGUF models in this process, and serves them over Ollama's HTTP API.",
        footer = {
            "",
            "Environment: OLLAMA_HOST (the server's address; models are then the server's),",
            "OLLAMA_MODELS (this machine's models, default ~/.ollama/models), OLLAMA_DEBUG, NO_COLOR,",
            "CHASQUI_BACKEND (embedded or ollama), CHASQUI_JAVA (a JDK 25), CHASQUI_JAVA_OPTS.",
            "Exit status: 0 done, 1 failed. docs/command-line.md says more."
        })
final class ChasquiCommand implements Callable<Integer> {

    private static final int FAILED = 1;

    private static final List<Supplier<Command>> COMMANDS = List.of(
            AskCommand::new,
            ServeCommand::new,
            RunCommand::new,
            ListCommand::new,
            ShowCommand::new,
            PsCommand::new,
            StopCommand::new,
            CreateCommand::new,
            PullCommand::new,
            PushCommand::new,
            ModelsCommand::new,
            CpCommand::new,
            RmCommand::new,
            VerifyCommand::new,
            KeyCommand::new,
            CheckCommand::new,
            DoctorCommand::new,
            PlanCommand::new,
            TuneCommand::new,
            WarmUpCommand::new,
            BenchCommand::new,
            CompletionCommand::new);

    private final Rooms rooms;
    private final Screen screen;

    @Option(
            names = {"-v", "--version"},
            description = "Print the version, and warn of a server that is not there or has another.")
    private boolean version;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Say what there is.")
    private boolean help;

    private ChasquiCommand(Rooms rooms, Screen screen) {
        this.rooms = rooms;
        this.screen = screen;
    }

    /// Runs one command line.
    ///
    /// @return the process's exit status: 0, or 1 after anything went wrong
    static int run(Rooms rooms, Screen screen, String... arguments) {
        return commandLine(rooms, screen, arguments.length > 0 ? arguments[0] : "")
                .execute(arguments);
    }

    /// @param first the command line's first word. The command it names is the only one set up, since picocli
    ///              reads each command's annotations when it is added, which costs `ask` a noticeable part of
    ///              its start
    private static CommandLine commandLine(Rooms rooms, Screen screen, String first) {
        CommandLine line = new CommandLine(new ChasquiCommand(rooms, screen));
        COMMANDS.stream()
                .map(Supplier::get)
                .filter(command -> command.names().contains(first))
                .findFirst()
                .ifPresentOrElse(line::addSubcommand, () -> addAll(line));
        line.setOut(new PrintWriter(screen.out(), true, StandardCharsets.UTF_8));
        line.setErr(new PrintWriter(screen.err(), true, StandardCharsets.UTF_8));
        line.setColorScheme(
                CommandLine.Help.defaultColorScheme(screen.outIsTty() && screen.colours() ? Ansi.ON : Ansi.OFF));
        line.setUsageHelpAutoWidth(false);
        line.setUsageHelpWidth(100);
        line.setParameterExceptionHandler((wrong, given) -> misused(screen, wrong));
        line.setExecutionExceptionHandler((failure, failed, parsed) -> failed(screen, failure));
        return line;
    }

    /// With every command set up, for whoever speaks of the others.
    static CommandLine whole(Rooms rooms, Screen screen) {
        return commandLine(rooms, screen, "");
    }

    private static void addAll(CommandLine line) {
        COMMANDS.forEach(one -> line.addSubcommand(one.get()));
        line.addSubcommand(new CommandLine.HelpCommand());
    }

    Rooms rooms() {
        return rooms;
    }

    Screen screen() {
        return screen;
    }

    @Override
    public Integer call() {
        if (version) printVersion();
        else whole(rooms, screen).usage(screen.out());
        return 0;
    }

    private void printVersion() {
        screen.out().println("chasqui version is " + Version.current());
        try (Backend server = rooms.server()) {
            String there = server.version();
            if (!there.equals(Version.current())) {
                screen.err().println("Warning: the server at " + rooms.serverAddress() + " has version " + there);
            }
        } catch (BackendException e) {
            screen.err().println("Warning: could not connect to a running Ollama instance");
        }
    }

    private static int misused(Screen screen, ParameterException wrong) {
        CommandLine line = wrong.getCommandLine();
        if (wrong instanceof UnmatchedArgumentException stranger
                && line.getParent() == null
                && !stranger.isUnknownOption()) {
            String word = stranger.getUnmatched().getFirst();
            screen.err().println("Error: unknown command \"" + word + "\" for \"chasqui\"");
            List<String> alike = Alike.to(word, visible(line));
            if (!alike.isEmpty()) screen.err().println("Did you mean " + String.join(" or ", alike) + "?");
        } else {
            screen.err().println("Error: " + wrong.getMessage());
        }
        screen.err().println("See '" + line.getCommandSpec().qualifiedName() + " --help'.");
        return FAILED;
    }

    private static List<String> visible(CommandLine line) {
        return line.getSubcommands().entrySet().stream()
                .filter(command ->
                        !command.getValue().getCommandSpec().usageMessage().hidden())
                .map(Map.Entry::getKey)
                .toList();
    }

    /// An expected failure is one line; anything else is our bug and keeps its stack trace.
    private static int failed(Screen screen, Exception failure) {
        if (failure instanceof BackendException || failure instanceof java.io.IOException) {
            screen.err().println("Error: " + failure.getMessage());
        } else {
            screen.err().println("Error: this is a bug in chasqui: " + failure);
            failure.printStackTrace(screen.err());
        }
        return FAILED;
    }
}
