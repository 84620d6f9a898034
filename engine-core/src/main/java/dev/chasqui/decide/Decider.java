package dev.chasqui.decide;

import dev.chasqui.api.Answer;
import dev.chasqui.api.Backend;
import dev.chasqui.api.BackendException;
import dev.chasqui.api.Choices;
import dev.chasqui.api.GenerateRequest;
import dev.chasqui.api.Settings;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;

/// Asks one model of a backend typed questions. Immutable; safe to use from many threads.
public final class Decider {

    private final Backend backend;
    private final String model;
    private final Settings settings;
    private final Optional<String> system;

    private Decider(Backend backend, String model, Settings settings, Optional<String> system) {
        this.backend = backend;
        this.model = model;
        this.settings = settings;
        this.system = system;
    }

    /// The backend stays the caller's to close.
    public static Decider over(Backend backend, String model) {
        return new Decider(backend, model, Settings.DEFAULT, Optional.empty());
    }

    /// As if every question came with these settings; their choices and format are the question's own.
    public Decider withSettings(Settings settings) {
        return new Decider(backend, model, settings, system);
    }

    public Decider withSystem(String system) {
        return new Decider(backend, model, settings, Optional.of(system));
    }

    /// From the call on; see [dev.chasqui.api.Urgency].
    public Decider withDeadline(Duration deadline) {
        return withSettings(settings.withUrgency(settings.urgency().withDeadline(deadline)));
    }

    /// Which of an enum's constants the model would answer with. Nothing is generated: the prompt is read once and
    /// each constant's text, its `toString`, is scored as what comes next. Only the engine and a chasqui server can
    /// do that; over a real Ollama it fails.
    ///
    /// @throws BackendException if the request is refused, or not answered by its deadline
    public <E extends Enum<E>> Decision<E> decide(Class<E> type, String prompt) {
        String[] labels =
                Stream.of(type.getEnumConstants()).map(Object::toString).toArray(String[]::new);
        Answer answer =
                backend.generate(request(prompt, settings.withChoices(labels))).answer();
        Choices choices = answer.summary()
                .choices()
                .orElseThrow(() -> new BackendException(
                        BackendException.Kind.FAILED,
                        backend.name() + " answered without choices, so it does not know them"));
        return Decision.of(type, choices, answer.summary());
    }

    /// A question whose answer is a record. Its components may be texts, numbers, booleans, enums, lists, `Optional`s
    /// and records of such; they are written in their order, so put the decision first.
    ///
    /// @throws IllegalArgumentException naming the component, if a type is none of these
    public <R extends Record> JsonQuestion<R> json(Class<R> type, String prompt) {
        return new JsonQuestion<>(
                type, left -> backend.generate(request(prompt, left)).answer(), settings);
    }

    private GenerateRequest request(String prompt, Settings with) {
        GenerateRequest request = GenerateRequest.of(model, prompt).withSettings(with);
        return system.map(request::withSystem).orElse(request);
    }
}
