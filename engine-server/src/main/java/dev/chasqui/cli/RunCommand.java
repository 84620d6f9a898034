package dev.chasqui.cli;

import dev.chasqui.api.Backend;
import dev.chasqui.api.BackendException;
import dev.chasqui.api.EmbedRequest;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;

@CommandLine.Command(
        name = "run",
        description = "Chat with a model, or answer one prompt. A model that is not there is pulled. Uses a server that"
                + " has the model, else this process. A model that makes only vectors prints one, as JSON.")
final class RunCommand extends Command {

    private static final Logger LOG = LoggerFactory.getLogger(RunCommand.class);

    @Parameters(index = "0", paramLabel = "MODEL", description = "Who answers.")
    private String model = "";

    @Parameters(
            index = "1..*",
            arity = "0..*",
            paramLabel = "PROMPT",
            description = "One prompt; without it, and without text piped in, a chat begins. Text piped in goes before"
                    + " it. Paths of images (./a.png, /b.jpg) reach a model that sees them.")
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
            preprocessor = AttachedOrTrue.class,
            paramLabel = "LEVEL",
            description = "Let the model think first: true, false, low, medium, high, max. Default: the model's own.")
    private Optional<String> think = Optional.empty();

    @Option(names = "--hidethinking", description = "Leave out what the model thinks before it answers.")
    private boolean hideThinking;

    @Option(names = "--nowordwrap", description = "Leave it to the terminal where long lines break.")
    private boolean noWordWrap;

    @Option(names = "--insecure", description = "Allow a registry over http, or whose certificate cannot be checked.")
    private boolean insecure;

    @Option(
            names = "--truncate",
            arity = "0..1",
            preprocessor = AttachedOrTrue.class,
            paramLabel = "BOOL",
            description = "Shorten what does not fit the context; =false refuses it instead. Default: true.")
    private boolean truncate = true;

    @Option(
            names = "--dimensions",
            paramLabel = "N",
            description = "Of a vector, keep the first N elements, >= 1. Default: all.")
    private Optional<Integer> dimensions = Optional.empty();

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
            ModelDetails details = MissingModel.pulled(model, backend, insecure, screen(), () -> backend.show(model));
            if (makesOnlyVectors(details)) embed(backend, prompt, settings);
            else if (chat) chat(backend, details, settings);
            else answer(backend, details, prompt, settings);
        }
        return 0;
    }

    private static boolean makesOnlyVectors(ModelDetails details) {
        return details.capabilities().contains("embedding")
                && !details.capabilities().contains("completion");
    }

    private void embed(Backend backend, String prompt, Settings settings) {
        if (prompt.isEmpty()) {
            throw BackendException.invalid(
                    "embedding models require input text. Usage: chasqui run " + model + " \"your text here\"");
        }
        EmbedRequest request =
                EmbedRequest.of(model, prompt).withTruncate(truncate).withOptions(settings.options());
        if (dimensions.isPresent()) request = request.withDimensions(dimensions.get());
        if (settings.keepAlive().isPresent())
            request = request.withKeepAlive(settings.keepAlive().get());
        float[] vector = backend.embed(request).vectors().getFirst();
        screen().out().println(new JsonMapper().writeValueAsString(vector));
    }

    private void answer(Backend backend, ModelDetails details, String prompt, Settings settings) throws IOException {
        boolean sees = details.capabilities().contains("vision");
        ImagePaths parts = ImagePaths.in(prompt, sees);
        if (!sees && !parts.names().isEmpty()) screen().err().println(blind(model, parts.names()));
        GenerateRequest request = GenerateRequest.of(model, parts.text())
                .withImages(parts.images())
                .withSettings(settings);
        boolean wraps = screen().wraps() && !noWordWrap && format.isEmpty();
        Optional<WordWrap> wrap =
                wraps ? Optional.of(new WordWrap(screen().area().width())) : Optional.empty();
        try (Generation answer = backend.generate(request)) {
            AnswerPrinter.on(screen(), hideThinking, wrap).print(answer);
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
            Conversation conversation = new Conversation(model, details, settings);
            loadMeanwhile(backend, conversation);
            ChatFlags flags = new ChatFlags(verbose, hideThinking, !noWordWrap);
            new Chat(backend, terminal, screen(), conversation, flags, ChatHistory.file(rooms().environment())).run();
        }
    }

    /// While somebody types the first message. What goes wrong is said by the answer to that.
    private static void loadMeanwhile(Backend backend, Conversation conversation) {
        GenerateRequest nothing = conversation.loading();
        Thread.ofVirtual().name("chasqui-load").start(() -> {
            try {
                backend.generate(nothing).answer();
            } catch (BackendException e) {
                LOG.debug("{} was not loaded ahead: {}", nothing.model(), e.getMessage());
            }
        });
    }

    private Settings settings() {
        Settings settings = Settings.DEFAULT.withOptions(sampling.options()).withTruncate(truncate);
        if (keepAlive.isPresent()) settings = settings.withKeepAlive(KeepAlive.parse(keepAlive.get()));
        if (format.isPresent()) settings = settings.withFormat(formatJson(format.get()));
        if (think.isPresent()) settings = settings.withThink(thinking(think.get()));
        return settings;
    }

    /// What to say to somebody who shows images to a model without eyes.
    static String blind(String model, List<String> images) {
        return "Note: " + model + " sees no images; to it " + String.join(", ", images)
                + (images.size() == 1 ? " is" : " are")
                + " only text. `chasqui show MODEL` lists `vision` where one does";
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
