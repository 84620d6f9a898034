package dev.chasqui.cli;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.Version;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/// The program's own command; every other hangs below it.
@CommandLine.Command(
        name = "chasqui",
        synopsisSubcommandLabel = "COMMAND",
        description = "Runs GGUF models in this process, and serves them over Ollama's HTTP API.",
        footer = {
            "",
            "Environment: OLLAMA_HOST (address, default 127.0.0.1:11434), OLLAMA_MODELS (store, default"
                    + " ~/.ollama/models),",
            "CHASQUI_BACKEND (embedded or ollama), CHASQUI_JAVA (a JDK 25), CHASQUI_JAVA_OPTS, NO_COLOR, OLLAMA_DEBUG."
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
            CpCommand::new,
            RmCommand::new,
            VerifyCommand::new,
            DoctorCommand::new,
            PlanCommand::new,
            TuneCommand::new,
            WarmUpCommand::new,
            BenchCommand::new);

    private final Rooms rooms;
    private final Screen screen;

    @Option(
            names = {"-v", "--version"},
            description = "Print the version.")
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
                .ifPresentOrElse(line::addSubcommand, () -> COMMANDS.forEach(one -> line.addSubcommand(one.get())));
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

    Rooms rooms() {
        return rooms;
    }

    Screen screen() {
        return screen;
    }

    @Override
    public Integer call() {
        if (version) screen.out().println("chasqui version is " + Version.current());
        else commandLine(rooms, screen, "").usage(screen.out());
        return 0;
    }

    private static int misused(Screen screen, ParameterException wrong) {
        screen.err().println("Error: " + wrong.getMessage());
        screen.err().println("See '" + wrong.getCommandLine().getCommandSpec().qualifiedName() + " --help'.");
        return FAILED;
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
