package dev.chasqui.langchain4j;

import dev.langchain4j.model.chat.Capability;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.ChatResponse;
import java.util.List;
import java.util.Set;

/// A model of a [dev.chasqui.api.Backend] as LangChain4j's [ChatModel]. Safe to use from many threads.
///
/// A failure is LangChain4j's exception of that kind, with ours as its cause. Interrupting the thread that
/// waits gives the request up.
public final class ChasquiChatModel implements ChatModel {

    private final ChatModelBuilder.Setup setup;

    private ChasquiChatModel(ChatModelBuilder.Setup setup) {
        this.setup = setup;
    }

    public static Builder builder() {
        return new Builder();
    }

    @Override
    public ChatResponse doChat(ChatRequest request) {
        dev.chasqui.api.ChatRequest asked = Requests.of(request);
        return Failures.translated(
                () -> Responses.of(asked.model(), setup.backend().chat(asked).answer()));
    }

    @Override
    public ChatRequestParameters defaultRequestParameters() {
        return setup.defaults();
    }

    @Override
    public List<ChatModelListener> listeners() {
        return setup.listeners();
    }

    @Override
    public Set<Capability> supportedCapabilities() {
        return setup.capabilities();
    }

    /// Needs a backend and a model's name.
    public static final class Builder extends ChatModelBuilder<Builder> {

        private Builder() {}

        @Override
        Builder self() {
            return this;
        }

        /// @throws IllegalArgumentException naming what is missing
        public ChasquiChatModel build() {
            return new ChasquiChatModel(setup());
        }
    }
}
