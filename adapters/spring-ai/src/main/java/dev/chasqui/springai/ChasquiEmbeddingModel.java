package dev.chasqui.springai;

import dev.chasqui.api.Backend;
import dev.chasqui.api.BackendException;
import dev.chasqui.api.EmbedRequest;
import dev.chasqui.api.Embeddings;
import io.micrometer.observation.ObservationRegistry;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.metadata.DefaultUsage;
import org.springframework.ai.document.Document;
import org.springframework.ai.embedding.AbstractEmbeddingModel;
import org.springframework.ai.embedding.Embedding;
import org.springframework.ai.embedding.EmbeddingOptions;
import org.springframework.ai.embedding.EmbeddingRequest;
import org.springframework.ai.embedding.EmbeddingResponse;
import org.springframework.ai.embedding.EmbeddingResponseMetadata;
import org.springframework.ai.embedding.observation.DefaultEmbeddingModelObservationConvention;
import org.springframework.ai.embedding.observation.EmbeddingModelObservationContext;
import org.springframework.ai.embedding.observation.EmbeddingModelObservationConvention;
import org.springframework.ai.embedding.observation.EmbeddingModelObservationDocumentation;

/// A model of a [Backend] as Spring AI's embedding model. Safe to use from many threads. Vectors have
/// length 1.
///
/// The texts of a request travel together and share batches with those of everybody else. A failure is
/// [BackendException].
public final class ChasquiEmbeddingModel extends AbstractEmbeddingModel {

    private static final EmbeddingModelObservationConvention CONVENTION =
            new DefaultEmbeddingModelObservationConvention();

    private final Backend backend;
    private final ChasquiEmbeddingOptions options;
    private final ObservationRegistry observations;

    private ChasquiEmbeddingModel(Backend backend, ChasquiEmbeddingOptions options, ObservationRegistry observations) {
        this.backend = backend;
        this.options = options;
        this.observations = observations;
    }

    public static Builder builder() {
        return new Builder();
    }

    @Override
    public float[] embed(Document document) {
        return embed(Objects.requireNonNullElse(getEmbeddingContent(document), ""));
    }

    @Override
    public EmbeddingResponse call(EmbeddingRequest request) {
        EmbeddingOptions asked = request.getOptions();
        ChasquiEmbeddingOptions complete = asked == null ? options : options.completing(asked);
        EmbedRequest texts = texts(request.getInstructions(), complete);
        EmbeddingModelObservationContext context = EmbeddingModelObservationContext.builder()
                .embeddingRequest(new EmbeddingRequest(request.getInstructions(), complete))
                .provider(ChasquiChatModel.PROVIDER)
                .build();
        return EmbeddingModelObservationDocumentation.EMBEDDING_MODEL_OPERATION
                .observation(null, CONVENTION, () -> context, observations)
                .observe(() -> {
                    EmbeddingResponse response = response(texts.model(), backend.embed(texts));
                    context.setResponse(response);
                    return response;
                });
    }

    private static EmbedRequest texts(List<String> inputs, ChasquiEmbeddingOptions options) {
        String model = options.model();
        if (model == null || model.isBlank()) {
            throw BackendException.invalid("model is not set; give the embedding model options that name one");
        }
        EmbedRequest request =
                EmbedRequest.of(model, inputs).withOptions(options.options()).withUrgency(options.urgency());
        Integer dimensions = options.dimensions();
        if (dimensions != null) request = request.withDimensions(dimensions);
        Boolean truncate = options.truncate();
        if (truncate != null) request = request.withTruncate(truncate);
        if (options.keepAlive() != null) request = request.withKeepAlive(options.keepAlive());
        return request;
    }

    private static EmbeddingResponse response(String model, Embeddings found) {
        List<float[]> vectors = found.vectors();
        return new EmbeddingResponse(
                IntStream.range(0, vectors.size())
                        .mapToObj(i -> new Embedding(vectors.get(i), i))
                        .toList(),
                new EmbeddingResponseMetadata(model, new DefaultUsage(found.promptTokens(), 0)));
    }

    /// Needs a backend; the options, or each request's, name a model.
    public static final class Builder {

        private @Nullable Backend backend;
        private @Nullable ChasquiEmbeddingOptions options;
        private ObservationRegistry observations = ObservationRegistry.NOOP;

        private Builder() {}

        /// Who makes the vectors. It stays yours: close it after the models that use it.
        public Builder backend(Backend backend) {
            this.backend = backend;
            return this;
        }

        /// What stands where a request's options are silent.
        public Builder options(ChasquiEmbeddingOptions options) {
            this.options = options;
            return this;
        }

        public Builder observationRegistry(ObservationRegistry observations) {
            this.observations = observations;
            return this;
        }

        /// @throws IllegalArgumentException naming what is missing
        public ChasquiEmbeddingModel build() {
            if (options == null) {
                throw new IllegalArgumentException("options is not set; expected ChasquiEmbeddingOptions.of(model)");
            }
            return new ChasquiEmbeddingModel(ChasquiChatModel.required(backend), options, observations);
        }
    }
}
