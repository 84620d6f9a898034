package dev.chasqui.springai;

import dev.chasqui.api.Backend;
import dev.chasqui.api.ChatRequest;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.model.MessageAggregator;
import org.springframework.ai.chat.observation.ChatModelObservationContext;
import org.springframework.ai.chat.observation.ChatModelObservationConvention;
import org.springframework.ai.chat.observation.ChatModelObservationDocumentation;
import org.springframework.ai.chat.observation.DefaultChatModelObservationConvention;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.chat.prompt.Prompt;
import reactor.core.publisher.Flux;

/// A model of a [Backend] as Spring AI's chat model. Safe to use from many threads.
///
/// It offers the options' tools to the model and returns the calls; `ChatClient` makes them. A failure is
/// [dev.chasqui.api.BackendException]; nothing is tried again. Interrupting the thread that waits in [#call]
/// gives the request up.
public final class ChasquiChatModel implements ChatModel {

    /// In a message's metadata: what the model thought, a String, if it did.
    public static final String THINKING = "thinking";

    /// In a generation's metadata: a List of [dev.chasqui.api.TokenLogprob], if they were asked for.
    public static final String LOGPROBS = "logprobs";

    /// In the metadata of a response that ends an answer: its [dev.chasqui.api.Summary].
    public static final String SUMMARY = "summary";

    static final String PROVIDER = "chasqui";

    private static final ChatModelObservationConvention CONVENTION = new DefaultChatModelObservationConvention();

    private final Backend backend;
    private final ChasquiChatOptions options;
    private final ObservationRegistry observations;

    private ChasquiChatModel(Backend backend, ChasquiChatOptions options, ObservationRegistry observations) {
        this.backend = backend;
        this.options = options;
        this.observations = observations;
    }

    public static Builder builder() {
        return new Builder();
    }

    @Override
    public ChatResponse call(Prompt prompt) {
        Prompt complete = completed(prompt);
        ChatRequest request = request(complete);
        ChatModelObservationContext context = context(complete, false);
        return observation(context).observe(() -> {
            ChatResponse response =
                    Responses.whole(request.model(), backend.chat(request).answer());
            context.setResponse(response);
            return response;
        });
    }

    /// The answer's pieces, then one response without text that says how it ended and what it cost. Nothing
    /// happens before somebody subscribes, and no piece is taken from the backend before it is asked for.
    @Override
    public Flux<ChatResponse> stream(Prompt prompt) {
        Prompt complete = completed(prompt);
        ChatRequest request = request(complete);
        return Flux.deferContextual(reactive -> {
            ChatModelObservationContext context = context(complete, true);
            Observation observation = observation(context)
                    .parentObservation(reactive.getOrDefault(ObservationThreadLocalAccessor.KEY, null))
                    .start();
            Flux<ChatResponse> pieces = StreamedAnswer.of(backend, request)
                    .doOnError(observation::error)
                    .doFinally(_ -> observation.stop())
                    .contextWrite(more -> more.put(ObservationThreadLocalAccessor.KEY, observation));
            return new MessageAggregator().aggregate(pieces, context::setResponse);
        });
    }

    @Override
    public ChasquiChatOptions getOptions() {
        return options;
    }

    private Prompt completed(Prompt prompt) {
        ChatOptions asked = prompt.getOptions();
        return prompt.mutate()
                .chatOptions(asked == null ? options : options.completing(asked))
                .build();
    }

    private static ChatRequest request(Prompt complete) {
        if (complete.getOptions() instanceof ChasquiChatOptions all) return Requests.of(complete, all);
        throw new AssertionError("a completed prompt has our options");
    }

    private static ChatModelObservationContext context(Prompt prompt, boolean streaming) {
        return ChatModelObservationContext.builder()
                .prompt(prompt)
                .provider(PROVIDER)
                .streaming(streaming)
                .build();
    }

    private Observation observation(ChatModelObservationContext context) {
        return ChatModelObservationDocumentation.CHAT_MODEL_OPERATION.observation(
                null, CONVENTION, () -> context, observations);
    }

    /// Needs a backend; the options, or each prompt's, name a model.
    public static final class Builder {

        private @Nullable Backend backend;
        private ChasquiChatOptions options = ChasquiChatOptions.builder().build();
        private ObservationRegistry observations = ObservationRegistry.NOOP;

        private Builder() {}

        /// Who answers. It stays yours: close it after the models that use it.
        public Builder backend(Backend backend) {
            this.backend = backend;
            return this;
        }

        /// What stands where a prompt's options are silent.
        public Builder options(ChasquiChatOptions options) {
            this.options = options;
            return this;
        }

        public Builder observationRegistry(ObservationRegistry observations) {
            this.observations = observations;
            return this;
        }

        /// @throws IllegalArgumentException if there is no backend
        public ChasquiChatModel build() {
            return new ChasquiChatModel(required(backend), options, observations);
        }
    }

    static Backend required(@Nullable Backend backend) {
        if (backend != null) return backend;
        throw new IllegalArgumentException("backend is not set; expected an Engine or an OllamaBackend");
    }
}
