package dev.chasqui.langchain4j;

import dev.chasqui.api.Backend;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.common.AbstractChatModelIT;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.ChatResponseMetadata;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Disabled;

/// LangChain4j's tests of every provider, over the engine and over HTTP, with the default model: as far as
/// 135 million parameters can.
class EngineChatModelTest extends AbstractChatModelIT {

    private RealBackends real;

    @BeforeAll
    void start() {
        real = new RealBackends();
    }

    @AfterAll
    void stop() {
        real.close();
    }

    @Override
    protected List<ChatModel> models() {
        return Stream.of(real.both())
                .<ChatModel>map(backend -> builder(backend).build())
                .toList();
    }

    @Override
    protected ChatModel createModelWith(ChatRequestParameters parameters) {
        return builder(real.engine).defaultRequestParameters(parameters).build();
    }

    private static ChasquiChatModel.Builder builder(Backend backend) {
        return ChasquiChatModel.builder()
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
    protected Class<? extends ChatResponseMetadata> chatResponseMetadataType(ChatModel model) {
        return ChasquiChatResponseMetadata.class;
    }

    /// No backend gives one.
    @Override
    protected boolean assertResponseId() {
        return false;
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
    protected void should_respect_system_message(ChatModel model) {}

    @Override
    @Disabled("asks for more than the 135M default model can do")
    protected void should_respect_multiple_messages(ChatModel model) {}

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
