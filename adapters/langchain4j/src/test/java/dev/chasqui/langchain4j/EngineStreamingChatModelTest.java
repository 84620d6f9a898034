package dev.chasqui.langchain4j;

import dev.chasqui.api.Backend;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.common.AbstractStreamingChatModelIT;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.ChatResponseMetadata;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Disabled;

/// LangChain4j's tests of every provider that streams, over the engine with the default model: as far as 135
/// million parameters can.
class EngineStreamingChatModelTest extends AbstractStreamingChatModelIT {

    private RealBackends real;

    @BeforeAll
    void start() {
        real = new RealBackends();
    }

    @AfterAll
    void stop() {
        real.close();
    }

    Backend backend(RealBackends real) {
        return real.engine;
    }

    @Override
    protected List<StreamingChatModel> models() {
        return List.of(builder(backend(real)).build());
    }

    @Override
    protected StreamingChatModel createModelWith(ChatRequestParameters parameters) {
        return builder(backend(real)).defaultRequestParameters(parameters).build();
    }

    @Override
    public StreamingChatModel createModelWith(ChatModelListener listener) {
        return builder(backend(real)).listeners(List.of(listener)).build();
    }

    private static ChasquiStreamingChatModel.Builder builder(Backend backend) {
        return ChasquiStreamingChatModel.builder()
                .backend(backend)
                .modelName(RealBackends.MODEL)
                .temperature(0);
    }

    @Override
    protected ChatRequestParameters createIntegrationSpecificParameters(int maxOutputTokens) {
        return ChasquiChatRequestParameters.builder()
                .maxOutputTokens(maxOutputTokens)
                .build();
    }

    @Override
    protected String customModelName() {
        return "library/smollm2:135m"; // the same by another name
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

    /// It comes to the handler, and these tests wrap it.
    @Override
    protected boolean assertExceptionType() {
        return false;
    }

    /// It takes 30 seconds, to be sure that nothing comes any more: with `-Dchasqui.long=true`.
    /// [ChasquiModelsTest] cancels in less.
    @Override
    protected boolean supportsStreamingCancellation() {
        return Boolean.getBoolean("chasqui.long");
    }

    @Override
    protected boolean supportsTools() {
        return false;
    }

    /// Which would be tried with tools.
    @Override
    protected boolean supportsToolChoiceRequiredWithSingleTool() {
        return false;
    }

    @Override
    protected boolean supportsToolChoiceRequiredWithMultipleTools() {
        return false;
    }

    @Override
    @Disabled("asks for more than the 135M default model can do")
    protected void should_respect_system_message(StreamingChatModel model) {}

    @Override
    @Disabled("asks for more than the 135M default model can do")
    protected void should_respect_multiple_messages(StreamingChatModel model) {}

    @Override
    protected boolean supportsSingleImageInputAsBase64EncodedString() {
        return false;
    }

    @Override
    protected boolean supportsSingleImageInputAsPublicURL() {
        return false;
    }

    @Override
    protected ImageContent catImageContentBase64() {
        return ScriptedChatModelTest.PIXEL;
    }
}
