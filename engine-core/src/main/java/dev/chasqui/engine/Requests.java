package dev.chasqui.engine;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.ChatRequest;
import dev.chasqui.api.GenerateRequest;
import dev.chasqui.api.ModelName;
import dev.chasqui.api.Settings;
import dev.chasqui.api.Think;
import dev.chasqui.json.JsonGrammar;
import dev.chasqui.json.JsonGrammars;
import dev.chasqui.json.SchemaException;
import dev.chasqui.json.Spacing;
import dev.chasqui.template.GoTemplate;
import java.util.Optional;
import java.util.function.Function;

/// What a request asks of its model: refuses what can be refused before it is loaded, and finds the template and the
/// grammar that hold for it.
final class Requests {

    /// Grammars that are kept.
    private static final int FORMATS = 64;

    private final GoTemplates templates = new GoTemplates();
    private final JsonGrammars formats = new JsonGrammars(Spacing.SPACED, FORMATS);

    /// @throws BackendException if the model cannot do what is asked
    Function<Prompts, Rendering> rendering(ModelSource source, GenerateRequest request) {
        refuse(!request.images().isEmpty(), request.model(), "images");
        refuseThinking(source, request.model(), request.settings());
        Optional<GoTemplate> template = template(source, request);
        return prompts -> prompts.text(source, template, request);
    }

    /// @throws BackendException if the model cannot do what is asked
    Function<Prompts, Rendering> rendering(ModelSource source, ChatRequest request) {
        refuseByFullName(
                request.toolsJson().isPresent() && !source.capabilities().contains("tools"), source, "tools");
        refuse(request.messages().stream().anyMatch(message -> !message.images().isEmpty()), request.model(), "images");
        refuseThinking(source, request.model(), request.settings());
        Optional<GoTemplate> template = templates.of(source);
        Optional<OfferedTools> tools = OfferedTools.of(request)
                .map(offered -> offered.mustBeCalled() && template.isPresent()
                        ? offered.with(call(source, template.get(), offered))
                        : offered);
        return prompts -> prompts.chat(source, template, request, tools);
    }

    /// What writes the request's prompt, where that is in Go's syntax.
    Optional<GoTemplate> template(ModelSource source, GenerateRequest request) {
        Optional<GoTemplate> given = request.template().map(templates::ofRequest);
        if (request.suffix().isEmpty()) return request.raw() || given.isPresent() ? given : templates.of(source);
        if (request.raw()) throw BackendException.invalid("raw mode does not support suffix; leave one of them out");
        Optional<GoTemplate> filling = given.or(() -> templates.given(source))
                .filter(template -> template.traits().usesSuffix());
        refuseByFullName(filling.isEmpty(), source, "insert");
        return filling;
    }

    /// What the answer is held to.
    ///
    /// @throws BackendException if its format is no schema of the subset
    Optional<JsonGrammar> format(Settings settings) {
        return settings.format().map(json -> {
            try {
                return formats.of(json);
            } catch (SchemaException e) {
                throw Refusals.ofFormat(e);
            }
        });
    }

    /// @param name the model's, as the request writes it
    static void requireCompletion(ModelSource source, String name, String verb) {
        refuse(!source.capabilities().contains("completion"), name, verb);
    }

    private RequiredCall call(ModelSource source, GoTemplate template, OfferedTools tools) {
        CallFormat format = CallFormat.of(template)
                .orElseThrow(() -> BackendException.invalid("tool_choice requires a call, and the template of \""
                        + source.name() + "\" does not show calls as {\"name\": …, \"arguments\": {…}}. Use \"auto\""));
        try {
            JsonGrammar grammar = formats.of(tools.callSchema(format.arguments()));
            return new RequiredCall(format.before(), grammar, format.after());
        } catch (SchemaException e) {
            throw new BackendException(
                    BackendException.Kind.INVALID,
                    "tool_choice requires a call, and the tools' parameters cannot be held to: " + e.getMessage(),
                    e);
        }
    }

    private static void refuse(boolean asked, String name, String what) {
        if (asked) throw BackendException.invalid("\"" + name + "\" does not support " + what);
    }

    /// In Ollama's words, which name a model of the store in full where its template is what lacks something.
    private static void refuseByFullName(boolean asked, ModelSource source, String what) {
        boolean ofStore = source.name().contains(":");
        if (!asked || !ofStore) refuse(asked, source.name(), what);
        else {
            throw BackendException.invalid(ModelName.parse(source.name()).longForm() + " does not support " + what);
        }
    }

    private static void refuseThinking(ModelSource source, String name, Settings settings) {
        boolean asked = settings.think() != Think.DEFAULT && settings.think() != Think.OFF;
        refuse(asked && !source.capabilities().contains("thinking"), name, "thinking");
    }
}
