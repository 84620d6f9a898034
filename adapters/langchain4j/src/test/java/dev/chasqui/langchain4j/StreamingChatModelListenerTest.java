package dev.chasqui.langchain4j;

import dev.langchain4j.exception.RateLimitException;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.common.AbstractStreamingChatModelListenerIT;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import java.util.List;

/// LangChain4j's tests of what a listener hears while an answer streams.
class StreamingChatModelListenerTest extends AbstractStreamingChatModelListenerIT {

    @Override
    protected StreamingChatModel createModel(ChatModelListener listener) {
        return model(new ScriptedBackend(KnowingModel::answer), listener);
    }

    @Override
    protected StreamingChatModel createFailingModel(ChatModelListener listener) {
        return model(ScriptedBackend.failing(ChatModelListenerTest.BUSY), listener);
    }

    private StreamingChatModel model(ScriptedBackend backend, ChatModelListener listener) {
        return ChasquiStreamingChatModel.builder()
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
