package dev.chasqui.langchain4j;

import dev.chasqui.api.Backend;
import dev.chasqui.api.EmbedRequest;
import dev.chasqui.api.Embeddings;
import dev.chasqui.api.Option;
import dev.chasqui.api.Options;
import dev.chasqui.api.Urgency;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.model.embedding.DimensionAwareEmbeddingModel;
import dev.langchain4j.model.embedding.listener.EmbeddingModelListener;
import dev.langchain4j.model.embedding.request.DefaultEmbeddingRequestParameters;
import dev.langchain4j.model.embedding.request.EmbeddingInput;
import dev.langchain4j.model.embedding.request.EmbeddingParameter;
import dev.langchain4j.model.embedding.request.EmbeddingRequest;
import dev.langchain4j.model.embedding.request.EmbeddingRequestParameters;
import dev.langchain4j.model.embedding.response.EmbeddingResponse;
import dev.langchain4j.model.embedding.response.EmbeddingResponseMetadata;
import dev.langchain4j.model.output.TokenUsage;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A model of a [Backend] as LangChain4j's embedding model. Safe to use from many threads. Vectors have
/// length 1.
///
/// The texts of a request travel together and share batches with those of everybody else.
public final class ChasquiEmbeddingModel extends DimensionAwareEmbeddingModel {

    private final Backend backend;
    private final String modelName;
    private final EmbeddingRequestParameters defaults;
    private final Options options;
    private final boolean truncate;
    private final Urgency urgency;
    private final List<EmbeddingModelListener> listeners;

    private ChasquiEmbeddingModel(Backend backend, String modelName, Builder builder) {
        this.backend = backend;
        this.modelName = modelName;
        this.defaults = builder.parameters.modelName(modelName).build();
        this.options = builder.options;
        this.truncate = builder.truncate;
        this.urgency = builder.urgency;
        this.listeners = builder.listeners;
    }

    public static Builder builder() {
        return new Builder();
    }

    @Override
    public EmbeddingResponse doEmbed(EmbeddingRequest request) {
        EmbeddingRequestParameters parameters = request.parameters();
        List<String> texts = request.inputs().stream().map(EmbeddingInput::text).toList();
        Embeddings found = Failures.translated(() -> {
            EmbedRequest asked = EmbedRequest.of(parameters.modelName(), texts)
                    .withOptions(options)
                    .withTruncate(truncate)
                    .withUrgency(urgency);
            Integer dimensions = parameters.dimensions();
            return backend.embed(dimensions == null ? asked : asked.withDimensions(dimensions));
        });
        return EmbeddingResponse.builder()
                .embeddings(found.vectors().stream().map(Embedding::from).toList())
                .metadata(EmbeddingResponseMetadata.builder()
                        .modelName(parameters.modelName())
                        .tokenUsage(new TokenUsage(found.promptTokens()))
                        .build())
                .build();
    }

    @Override
    public EmbeddingRequestParameters defaultRequestParameters() {
        return defaults;
    }

    @Override
    public Set<EmbeddingParameter<?>> supportedParameters() {
        return Set.of(EmbeddingRequestParameters.MODEL_NAME, EmbeddingRequestParameters.DIMENSIONS);
    }

    @Override
    public List<EmbeddingModelListener> listeners() {
        return listeners;
    }

    @Override
    public String modelName() {
        return modelName;
    }

    /// Needs a backend and a model's name.
    public static final class Builder {

        private final DefaultEmbeddingRequestParameters.Builder<?> parameters = EmbeddingRequestParameters.builder();
        private @Nullable Backend backend;
        private @Nullable String modelName;
        private Options options = Options.NONE;
        private boolean truncate = true;
        private Urgency urgency = Urgency.NONE;
        private List<EmbeddingModelListener> listeners = List.of();

        private Builder() {}

        /// Who makes the vectors. It stays yours: close it after the models that use it.
        public Builder backend(Backend backend) {
            this.backend = backend;
            return this;
        }

        public Builder modelName(String name) {
            this.modelName = name;
            return this;
        }

        /// Keeps the first so many numbers of each vector and makes them length 1 again.
        public Builder dimensions(int dimensions) {
            parameters.dimensions(dimensions);
            return this;
        }

        /// Any of Ollama's options, `num_ctx` for example.
        ///
        /// @throws dev.chasqui.api.BackendException naming the option, if the value's type or range is wrong
        public Builder option(Option option, Object value) {
            options = options.with(option, value);
            return this;
        }

        /// Whether a text too long is cut at its end, as it is unless set, or refused.
        public Builder truncate(boolean truncate) {
            this.truncate = truncate;
            return this;
        }

        /// The deadline of each request: there are all vectors by then, or a
        /// [dev.langchain4j.exception.TimeoutException].
        public Builder timeout(Duration timeout) {
            this.urgency = Urgency.NONE.withDeadline(timeout);
            return this;
        }

        public Builder listeners(List<EmbeddingModelListener> listeners) {
            this.listeners = List.copyOf(listeners);
            return this;
        }

        /// @throws IllegalArgumentException naming what is missing
        public ChasquiEmbeddingModel build() {
            if (backend == null) throw ChatModelBuilder.missing("backend", "an Engine or an OllamaBackend");
            if (modelName == null) throw ChatModelBuilder.missing("modelName", "a model of the backend");
            return new ChasquiEmbeddingModel(backend, modelName, this);
        }
    }
}
