package dev.chasqui.langchain4j;

import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.common.AbstractStreamingChatModelIT;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.ChatResponseMetadata;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import java.util.List;
import org.mockito.InOrder;

/// LangChain4j's tests of every provider that streams, over a model that knows what they ask.
class ScriptedStreamingChatModelTest extends AbstractStreamingChatModelIT {

    @Override
    protected List<StreamingChatModel> models() {
        return List.of(builder().build());
    }

    @Override
    protected StreamingChatModel createModelWith(ChatRequestParameters parameters) {
        return builder().defaultRequestParameters(parameters).build();
    }

    @Override
    public StreamingChatModel createModelWith(ChatModelListener listener) {
        return builder().listeners(List.of(listener)).build();
    }

    private static ChasquiStreamingChatModel.Builder builder() {
        return ChasquiStreamingChatModel.builder()
                .backend(new ScriptedBackend(KnowingModel::answer))
                .modelName("scripted");
    }

    @Override
    protected String customModelName() {
        return "another";
    }

    @Override
    protected ChatRequestParameters createIntegrationSpecificParameters(int maxOutputTokens) {
        return ChasquiChatRequestParameters.builder()
                .maxOutputTokens(maxOutputTokens)
                .build();
    }

    @Override
    protected Class<? extends ChatResponseMetadata> chatResponseMetadataType(StreamingChatModel model) {
        return ChasquiChatResponseMetadata.class;
    }

    /// No backend gives one.
    @Override
    protected boolean assertResponseId() {
        return false;
    }

    /// An engine that fetches what a prompt names would be a hole.
    @Override
    protected boolean supportsSingleImageInputAsPublicURL() {
        return false;
    }

    /// A backend gives each call whole.
    @Override
    protected boolean supportsPartialToolStreaming(StreamingChatModel model) {
        return false;
    }

    /// It takes 30 seconds, and is there over the engine.
    @Override
    protected boolean supportsStreamingCancellation() {
        return false;
    }

    @Override
    protected void verifyToolCallbacks(StreamingChatResponseHandler handler, InOrder io, String id) {
        io.verify(handler).onCompleteToolCall(complete(0, id, "getWeather", "{\"city\":\"Munich\"}"));
    }

    @Override
    protected void verifyToolCallbacks(StreamingChatResponseHandler handler, InOrder io, String id1, String id2) {
        verifyToolCallbacks(handler, io, id1);
        io.verify(handler).onCompleteToolCall(complete(1, id2, "getTime", "{\"country\":\"France\"}"));
    }

    @Override
    protected ImageContent catImageContentBase64() {
        return ScriptedChatModelTest.PIXEL;
    }

    @Override
    protected ImageContent diceImageContentBase64() {
        return ScriptedChatModelTest.PIXEL;
    }
}
