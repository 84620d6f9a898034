package dev.chasqui.cli;

import dev.chasqui.api.Backend;
import dev.chasqui.api.BackendException;
import dev.chasqui.api.GenerateRequest;
import dev.chasqui.api.Generation;
import dev.chasqui.api.KeepAlive;
import dev.chasqui.api.ModelDetails;
import dev.chasqui.api.Settings;
import dev.chasqui.api.Think;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@CommandLine.Command(
        name = "run",
        description = "Chat with a model, or answer one prompt. Uses a server that has the model, else this process.")
final class RunCommand extends Command {

    @Parameters(index = "0", paramLabel = "MODEL", description = "Who answers.")
    private String model = "";

    @Parameters(
            index = "1..*",
            arity = "0..*",
            paramLabel = "PROMPT",
            description = "One prompt; without it, and without text piped in, a chat begins.")
    private List<String> words = new ArrayList<>();

    @Option(
            names = "--keepalive",
            paramLabel = "DURATION",
            description = "How long the model stays in memory afterwards: 5m, 90s, 1h; negative for ever. Default: 5m.")
    private Optional<String> keepAlive = Optional.empty();

    @Option(names = "--verbose", description = "Say on standard error what each answer cost.")
    private boolean verbose;

    @Option(names = "--format", paramLabel = "FORMAT", description = "json, or a JSON schema the answer must follow.")
    private Optional<String> format = Optional.empty();

    @Option(
            names = "--think",
            arity = "0..1",
            fallbackValue = "true",
            paramLabel = "LEVEL",
            description = "Let the model think first: true, false, low, medium, high, max. Default: the model's own.")
    private Optional<String> think = Optional.empty();

    @Option(names = "--hidethinking", description = "Leave out what the model thinks before it answers.")
    private boolean hideThinking;

    @Option(
            names = "--nowordwrap",
            description = "Accepted for Ollama's sake: lines are never broken here, the terminal does that.")
    private boolean noWordWrap;

    @Option(names = "--insecure", description = "Accepted for Ollama's sake; what is fetched is always checked.")
    private boolean insecure;

    @Mixin
    private SamplingFlags sampling = new SamplingFlags();

    @Override
    public Integer call() throws IOException {
        Settings settings = settings();
        String prompt = PromptText.read(screen(), words);
        boolean chat = prompt.isEmpty() && screen().input() == Screen.Input.TERMINAL;
        if (prompt.isEmpty() && !chat) {
            throw BackendException.invalid("there is no prompt, and standard input is no terminal to chat on");
        }
        try (Backend backend = backends().forRun(model);
                OnInterrupt _ = OnInterrupt.close(backend)) {
            ModelDetails details = MissingModel.fetched(model, rooms().models(), screen(), () -> backend.show(model));
            if (chat) chat(backend, details, settings);
            else answer(backend, prompt, settings);
        }
        return 0;
    }

    private void answer(Backend backend, String prompt, Settings settings) {
        GenerateRequest request = GenerateRequest.of(model, prompt).withSettings(settings);
        try (Generation answer = backend.generate(request)) {
            AnswerPrinter.on(screen(), hideThinking).print(answer);
            screen().out().print("\n\n");
            screen().out().flush();
            AnswerPrinter.printDropped(answer.summary(), screen().err());
            if (verbose) AnswerPrinter.printCost(answer.summary(), screen().err());
        }
    }

    private void chat(Backend backend, ModelDetails details, Settings settings) throws IOException {
        try (Terminal terminal = TerminalBuilder.builder()
                .name("chasqui")
                .system(true)
                .dumb(true)
                .build()) {
            // A terminal that does not know its size would get a mangled prompt.
            if (terminal.getWidth() <= 0) terminal.setSize(new Size(80, 24));
            Conversation conversation = new Conversation(model, settings, details.messages());
            ChatFlags flags = new ChatFlags(verbose, hideThinking);
            new Chat(backend, terminal, screen(), conversation, flags, ChatHistory.file(rooms().environment())).run();
        }
    }

    private Settings settings() {
        Settings settings = Settings.DEFAULT.withOptions(sampling.options());
        if (keepAlive.isPresent()) settings = settings.withKeepAlive(KeepAlive.parse(keepAlive.get()));
        if (format.isPresent()) settings = settings.withFormat(formatJson(format.get()));
        if (think.isPresent()) settings = settings.withThink(thinking(think.get()));
        return settings;
    }

    /// The word `json` becomes a JSON string; a schema is JSON already.
    static String formatJson(String format) {
        if (format.equals("json")) return "\"json\"";
        if (format.strip().startsWith("{")) return format;
        throw BackendException.invalid("format is \"" + format + "\"; expected json or a JSON schema");
    }

    static Think thinking(String level) {
        return switch (level.toLowerCase(Locale.ROOT)) {
            case "true" -> Think.ON;
            case "false" -> Think.OFF;
            case "low" -> Think.LOW;
            case "medium" -> Think.MEDIUM;
            case "high" -> Think.HIGH;
            case "max" -> Think.MAX;
            default ->
                throw BackendException.invalid("invalid think value: \"" + level
                        + "\" (must be \"high\", \"medium\", \"low\", \"max\", true, or false)");
        };
    }
}
