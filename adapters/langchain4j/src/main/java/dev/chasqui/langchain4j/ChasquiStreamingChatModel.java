package dev.chasqui.langchain4j;

import dev.langchain4j.model.chat.Capability;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import java.util.List;
import java.util.Set;

/// A model of a [dev.chasqui.api.Backend] as LangChain4j's [StreamingChatModel]. Safe to use from many
/// threads.
///
/// Each answer comes on a virtual thread of its own; a slow handler holds up its own answer and no other.
/// Cancelling through a [dev.langchain4j.model.chat.response.StreamingHandle] frees the answer's place in the
/// engine, or closes its connection, and nothing is called any more. Calls of tools come whole, not in
/// pieces.
public final class ChasquiStreamingChatModel implements StreamingChatModel {

    private final ChatModelBuilder.Setup setup;

    private ChasquiStreamingChatModel(ChatModelBuilder.Setup setup) {
        this.setup = setup;
    }

    public static Builder builder() {
        return new Builder();
    }

    @Override
    public void doChat(ChatRequest request, StreamingChatResponseHandler handler) {
        StreamedAnswer answer = new StreamedAnswer(setup.backend(), Requests.of(request), handler);
        Thread.ofVirtual().name("chasqui-langchain4j").start(answer);
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
        public ChasquiStreamingChatModel build() {
            return new ChasquiStreamingChatModel(setup());
        }
    }
}
