package dev.chasqui.langchain4j;

import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.common.AbstractChatModelIT;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.ChatResponseMetadata;
import java.util.List;

/// LangChain4j's tests of every provider, over a model that knows what they ask.
class ScriptedChatModelTest extends AbstractChatModelIT {

    static final ImageContent PIXEL = ImageContent.from("iVBORw0KGgo=", "image/png");

    @Override
    protected List<ChatModel> models() {
        return List.of(builder().build());
    }

    @Override
    protected ChatModel createModelWith(ChatRequestParameters parameters) {
        return builder().defaultRequestParameters(parameters).build();
    }

    private static ChasquiChatModel.Builder builder() {
        return ChasquiChatModel.builder()
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
    protected Class<? extends ChatResponseMetadata> chatResponseMetadataType(ChatModel model) {
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

    @Override
    protected ImageContent catImageContentBase64() {
        return PIXEL;
    }

    @Override
    protected ImageContent diceImageContentBase64() {
        return PIXEL;
    }
}
