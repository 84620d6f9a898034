package dev.chasqui.langchain4j;

import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.common.AbstractEmbeddingModelIT;
import dev.langchain4j.model.embedding.listener.EmbeddingModelListener;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/// LangChain4j's tests of every provider of vectors, over the engine and over HTTP.
class EmbeddingModelTest extends AbstractEmbeddingModelIT {

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
    protected List<EmbeddingModel> models() {
        return Stream.of(real.both())
                .<EmbeddingModel>map(backend -> ChasquiEmbeddingModel.builder()
                        .backend(backend)
                        .modelName(RealBackends.MODEL)
                        .build())
                .toList();
    }

    @Override
    protected EmbeddingModel modelWith(EmbeddingModelListener listener) {
        return ChasquiEmbeddingModel.builder()
                .backend(real.engine)
                .modelName(RealBackends.MODEL)
                .listeners(List.of(listener))
                .build();
    }

    @Override
    protected EmbeddingModel failingModelWith(EmbeddingModelListener listener) {
        return ChasquiEmbeddingModel.builder()
                .backend(real.engine)
                .modelName("no-such-model:9b")
                .listeners(List.of(listener))
                .build();
    }

    /// Ollama's API has no word for it.
    @Override
    protected boolean supportsInputTypeParameter() {
        return false;
    }

    @Override
    protected boolean supportsImageInput() {
        return false;
    }
}
