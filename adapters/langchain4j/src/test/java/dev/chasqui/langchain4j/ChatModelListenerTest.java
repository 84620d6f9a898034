package dev.chasqui.langchain4j;

import dev.chasqui.api.BackendException;
import dev.langchain4j.exception.RateLimitException;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.common.AbstractChatModelListenerIT;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import java.util.List;

/// LangChain4j's tests of what a listener hears.
class ChatModelListenerTest extends AbstractChatModelListenerIT {

    static final BackendException BUSY =
            new BackendException(BackendException.Kind.OVERLOADED, "server busy, please try again");

    @Override
    protected ChatModel createModel(ChatModelListener listener) {
        return model(new ScriptedBackend(KnowingModel::answer), listener);
    }

    @Override
    protected ChatModel createFailingModel(ChatModelListener listener) {
        return model(ScriptedBackend.failing(BUSY), listener);
    }

    private ChatModel model(ScriptedBackend backend, ChatModelListener listener) {
        return ChasquiChatModel.builder()
                .backend(backend)
                .modelName(modelName())
                .temperature(temperature())
                .topP(topP())
                .maxOutputTokens(maxTokens())
                .listeners(List.of(listener))
                .build();
    }

    @Override
    protected String modelName() {
        return "scripted";
    }

    @Override
    protected Class<? extends Exception> expectedExceptionClass() {
        return RateLimitException.class;
    }

    @Override
    protected boolean assertResponseId() {
        return false;
    }
}
