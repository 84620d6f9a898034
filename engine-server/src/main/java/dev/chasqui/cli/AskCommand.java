package dev.chasqui.cli;

import dev.chasqui.api.Backend;
import dev.chasqui.api.BackendException;
import dev.chasqui.api.DoneReason;
import dev.chasqui.api.GenerateRequest;
import dev.chasqui.api.Generation;
import dev.chasqui.api.Options;
import dev.chasqui.api.Settings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@CommandLine.Command(
        name = "ask",
        description = "Answer one question in this process, without a server. Text piped in goes before the question.")
final class AskCommand extends Command {

    static final String DEFAULT_MODEL = "smollm2:135m";

    /// Small models that begin to repeat themselves never end, and nobody waits for so many words.
    static final Options BOUNDED = Options.NONE.with(dev.chasqui.api.Option.NUM_PREDICT, 1024);

    @Option(
            names = {"-m", "--model"},
            paramLabel = "MODEL",
            defaultValue = DEFAULT_MODEL,
            description = "Who answers. Default: ${DEFAULT-VALUE}, fetched on first use.")
    private String model = DEFAULT_MODEL;

    @Option(names = "--system", paramLabel = "TEXT", description = "Replaces the model's system prompt.")
    private Optional<String> system = Optional.empty();

    @Option(names = "--format", paramLabel = "FORMAT", description = "json, or a JSON schema the answer must follow.")
    private Optional<String> format = Optional.empty();

    @Mixin
    private SamplingFlags sampling = new SamplingFlags();

    @Option(
            names = "--choose",
            paramLabel = "LABEL",
            split = ",",
            description = "Answer with one of these labels, 2 to 32, for example BUY,SELL,HOLD. How likely each is,"
                    + " and something else, goes to standard error.")
    private List<String> labels = new ArrayList<>();

    @Option(names = "--verbose", description = "Say on standard error what the answer cost.")
    private boolean verbose;

    @Option(names = "--hidethinking", description = "Leave out what the model thinks before it answers.")
    private boolean hideThinking;

    @Parameters(arity = "0..*", paramLabel = "PROMPT", description = "The question.")
    private List<String> words = new ArrayList<>();

    @Override
    public Integer call() throws IOException {
        String prompt = PromptText.read(screen(), words);
        if (prompt.isBlank()) {
            throw BackendException.invalid("there is no question; for example: chasqui ask \"Why is the sky blue?\"");
        }
        Options options = sampling.options();
        Settings settings = Settings.DEFAULT.withOptions(options).withChoices(labels);
        if (format.isPresent()) settings = settings.withFormat(RunCommand.formatJson(format.get()));
        GenerateRequest request = GenerateRequest.of(model, prompt).withSettings(settings);
        if (system.isPresent()) request = request.withSystem(system.get());

        try (Backend backend = backends().forAsk(BOUNDED);
                OnInterrupt _ = OnInterrupt.close(backend);
                Generation answer = generation(backend, request)) {
            AnswerPrinter.on(screen(), hideThinking, Optional.empty()).print(answer);
            screen().out().println();
            if (answer.summary().reason() == DoneReason.LENGTH
                    && !options.toMap().containsKey("num_predict")) {
                screen().err()
                        .println("The answer ends here after "
                                + answer.summary().evalTokens() + " tokens; -o num_predict=-1 lets it go on.");
            }
            answer.summary().choices().ifPresent(choices -> AnswerPrinter.printChoices(choices, screen().err()));
            AnswerPrinter.printDropped(answer.summary(), screen().err());
            if (verbose) AnswerPrinter.printCost(answer.summary(), screen().err());
        }
        return 0;
    }

    private Generation generation(Backend backend, GenerateRequest request) {
        return MissingModel.pulled(model, backend, false, screen(), () -> backend.generate(request));
    }
}
