package dev.chasqui.langchain4j;

import dev.chasqui.api.Backend;
import dev.chasqui.api.Option;
import dev.chasqui.api.Think;
import dev.chasqui.api.Urgency;
import dev.langchain4j.model.chat.Capability;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.ResponseFormat;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What the two chat models are made of. Later calls win; what is not set here nor in a request is Chasqui's
/// default.
abstract class ChatModelBuilder<B extends ChatModelBuilder<B>> {

    private final ChasquiChatRequestParameters.Builder parameters = ChasquiChatRequestParameters.builder();
    private @Nullable Backend backend;
    private List<ChatModelListener> listeners = List.of();
    private Set<Capability> capabilities = Set.of(Capability.RESPONSE_FORMAT_JSON_SCHEMA);

    abstract B self();

    /// Who answers. It stays yours: close it after the models that use it.
    public B backend(Backend backend) {
        this.backend = backend;
        return self();
    }

    /// For example `smollm2:135m`.
    public B modelName(String name) {
        parameters.modelName(name);
        return self();
    }

    public B temperature(double temperature) {
        parameters.temperature(temperature);
        return self();
    }

    public B topP(double topP) {
        parameters.topP(topP);
        return self();
    }

    public B topK(int topK) {
        parameters.topK(topK);
        return self();
    }

    /// The answer's most tokens: Ollama's `num_predict`.
    public B maxOutputTokens(int tokens) {
        parameters.maxOutputTokens(tokens);
        return self();
    }

    public B stopSequences(String... texts) {
        parameters.stopSequences(texts);
        return self();
    }

    public B seed(int seed) {
        return option(Option.SEED, seed);
    }

    /// Tokens the context holds.
    public B numCtx(int tokens) {
        return option(Option.NUM_CTX, tokens);
    }

    /// Any of Ollama's options.
    ///
    /// @throws dev.chasqui.api.BackendException naming the option, if the value's type or range is wrong
    public B option(Option option, Object value) {
        parameters.option(option, value);
        return self();
    }

    /// [ResponseFormat#JSON], or one with a JSON schema.
    public B responseFormat(ResponseFormat format) {
        parameters.responseFormat(format);
        return self();
    }

    /// Whether, and how hard, the model thinks.
    public B think(Think think) {
        parameters.think(think);
        return self();
    }

    /// Asks for log-probabilities, with so many of the likeliest tokens beside each, 0 to 20.
    public B topLogprobs(int top) {
        parameters.topLogprobs(top);
        return self();
    }

    /// The deadline of each request, from its call on. One whose answer cannot begin before is refused at
    /// once with [dev.langchain4j.exception.TimeoutException]; an answer that runs into it ends there with
    /// the reason `LENGTH`.
    public B timeout(Duration timeout) {
        parameters.urgency(Urgency.NONE.withDeadline(timeout));
        return self();
    }

    /// Whatever stands where a request is silent. Of type [ChasquiChatRequestParameters] it may hold
    /// everything.
    public B defaultRequestParameters(ChatRequestParameters defaults) {
        parameters.overrideWith(defaults);
        return self();
    }

    public B listeners(List<ChatModelListener> listeners) {
        this.listeners = List.copyOf(listeners);
        return self();
    }

    /// What LangChain4j's AI services may rely on; JSON by schema unless set. Leave that out for a server
    /// that has it not.
    public B supportedCapabilities(Set<Capability> capabilities) {
        this.capabilities = Set.copyOf(capabilities);
        return self();
    }

    /// What was set, checked.
    ///
    /// @throws IllegalArgumentException naming what is missing
    Setup setup() {
        if (backend == null) throw missing("backend", "an Engine or an OllamaBackend");
        ChasquiChatRequestParameters defaults = parameters.build();
        if (defaults.modelName() == null || defaults.modelName().isBlank()) {
            throw missing("modelName", "a model of the backend, such as smollm2:135m");
        }
        return new Setup(backend, defaults, listeners, capabilities);
    }

    static IllegalArgumentException missing(String field, String expected) {
        return new IllegalArgumentException(field + " is not set; expected " + expected);
    }

    /// All a chat model needs.
    record Setup(
            Backend backend,
            ChasquiChatRequestParameters defaults,
            List<ChatModelListener> listeners,
            Set<Capability> capabilities) {}
}
