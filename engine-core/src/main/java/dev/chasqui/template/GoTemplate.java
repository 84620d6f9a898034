package dev.chasqui.template;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.Message;
import dev.chasqui.api.Think;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// A template in the syntax of Go's `text/template`, with Ollama's functions and data: the `TEMPLATE` of a
/// Modelfile, or the `template` of a request.
///
/// Safe to use from many threads. A template is a program, but a harmless one: it reads nothing but the
/// conversation, and a rendering that takes more than a million steps, 250 ms, 64 levels or 8 Mi characters
/// ends with a [TemplateException].
///
/// @see <a href="https://pkg.go.dev/text/template">Package text/template</a>
public final class GoTemplate {

    private final String source;
    private final Definitions definitions;
    private final TemplateTraits traits;

    private GoTemplate(String source, Definitions definitions, TemplateTraits traits) {
        this.source = source;
        this.definitions = definitions;
        this.traits = traits;
    }

    /// One that names neither `.Messages` nor `.Response` gets `{{ .Response }}` at its end.
    ///
    /// @throws TemplateException if the text is no template, or larger than 1 MiB, 100,000 words or 64 levels
    public static GoTemplate parse(String text) {
        Definitions definitions = Parser.parse(text);
        Set<String> variables = Traits.of(definitions).variables();
        if (!variables.contains("messages") && !variables.contains("response")) {
            definitions = withResponse(definitions);
        }
        return new GoTemplate(text, definitions, Traits.of(definitions));
    }

    private static Definitions withResponse(Definitions definitions) {
        Node.Block main = definitions.main();
        List<Node> nodes = new ArrayList<>(main.nodes());
        nodes.addAll(Parser.parse("{{ .Response }}").main().nodes());
        return definitions.withMain(new Node.Block(main.at(), nodes));
    }

    /// The text it was parsed from.
    public String source() {
        return source;
    }

    public TemplateTraits traits() {
        return traits;
    }

    /// The prompt for the answer to a conversation's last message.
    ///
    /// A template that names `.Messages` writes them itself. Any other is rendered once for each turn of
    /// system, user and assistant, and cut after `.Response` at the last one.
    ///
    /// @throws TemplateException if the template does not go together with this conversation, or takes too
    ///                           much
    /// @throws BackendException if the tools or a call's arguments are not what they should be
    public String render(Conversation conversation) {
        Run run = run(conversation.today().orElseGet(LocalDate::now));
        Collation collation = Collation.of(conversation.messages());
        if (traits.usesMessages()) Execution.main(run, ChatValues.chat(collation, conversation));
        else renderTurns(run, collation.messages(), conversation.think());
        return run.output().toString();
    }

    /// The prompt for what belongs between two texts.
    ///
    /// @throws TemplateException if the template does not go together with these, or takes too much
    public String renderInsert(String prompt, String suffix, Think think) {
        Run run = run(LocalDate.now());
        Execution.main(run, ChatValues.insert(prompt, suffix, think));
        return run.output().toString();
    }

    private void renderTurns(Run run, List<Message> messages, Think think) {
        String system = "";
        String prompt = "";
        String response = "";
        for (Message message : messages) {
            boolean begins = switch (message.role()) {
                case "system" -> !prompt.isEmpty() || !response.isEmpty();
                case "user" -> !response.isEmpty();
                default -> false;
            };
            if (begins) {
                Execution.main(run, ChatValues.turn(system, prompt, response, think));
                system = "";
                prompt = "";
                response = "";
            }
            switch (message.role()) {
                case "system" -> system = message.content();
                case "user" -> prompt = message.content();
                case "assistant" -> response = message.content();
                default -> {} // a turn has no other place
            }
        }
        Definitions cut = definitions.withMain(ResponseCut.of(definitions.main()));
        Execution.main(run.with(cut), ChatValues.turn(system, prompt, response, think));
    }

    private Run run(LocalDate today) {
        Budget budget = new Budget(Limits.STANDARD, System::nanoTime);
        return new Run(source, definitions, budget, new Output(budget), today);
    }
}
