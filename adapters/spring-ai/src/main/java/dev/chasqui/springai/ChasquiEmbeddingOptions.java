package dev.chasqui.springai;

import dev.chasqui.api.KeepAlive;
import dev.chasqui.api.Options;
import dev.chasqui.api.Urgency;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.embedding.EmbeddingOptions;

/// What a request to [ChasquiEmbeddingModel] may set; `null`, or nothing set, leaves it to the model's own options,
/// then to
/// Chasqui's defaults.
///
/// @param model      the model's name
/// @param dimensions keeps the first so many numbers of each vector, `>= 1`, and makes them length 1 again
/// @param options    Ollama's options by their own names, `num_ctx` for example
/// @param truncate   whether a text too long is cut at its end, as by default, or refused
/// @param keepAlive  how long the model stays in memory afterwards
/// @param urgency    priority and deadline: there are all vectors by then, or none
public record ChasquiEmbeddingOptions(
        @Nullable String model,
        @Nullable Integer dimensions,
        Options options,
        @Nullable Boolean truncate,
        @Nullable KeepAlive keepAlive,
        Urgency urgency)
        implements EmbeddingOptions {

    /// All of that model's defaults.
    public static ChasquiEmbeddingOptions of(String model) {
        return new ChasquiEmbeddingOptions(model, null, Options.NONE, null, null, Urgency.NONE);
    }

    @Override
    public @Nullable String getModel() {
        return model;
    }

    @Override
    public @Nullable Integer getDimensions() {
        return dimensions;
    }

    public ChasquiEmbeddingOptions withDimensions(int dimensions) {
        return new ChasquiEmbeddingOptions(model, dimensions, options, truncate, keepAlive, urgency);
    }

    public ChasquiEmbeddingOptions withOptions(Options options) {
        return new ChasquiEmbeddingOptions(model, dimensions, options, truncate, keepAlive, urgency);
    }

    public ChasquiEmbeddingOptions withTruncate(boolean truncate) {
        return new ChasquiEmbeddingOptions(model, dimensions, options, truncate, keepAlive, urgency);
    }

    public ChasquiEmbeddingOptions withKeepAlive(KeepAlive keepAlive) {
        return new ChasquiEmbeddingOptions(model, dimensions, options, truncate, keepAlive, urgency);
    }

    public ChasquiEmbeddingOptions withUrgency(Urgency urgency) {
        return new ChasquiEmbeddingOptions(model, dimensions, options, truncate, keepAlive, urgency);
    }

    /// These options where the request is silent.
    ChasquiEmbeddingOptions completing(EmbeddingOptions request) {
        ChasquiEmbeddingOptions own = request instanceof ChasquiEmbeddingOptions given
                ? given
                : new ChasquiEmbeddingOptions(
                        request.getModel(), request.getDimensions(), Options.NONE, null, null, Urgency.NONE);
        return new ChasquiEmbeddingOptions(
                own.model != null ? own.model : model,
                own.dimensions != null ? own.dimensions : dimensions,
                own.options.over(options),
                own.truncate != null ? own.truncate : truncate,
                own.keepAlive != null ? own.keepAlive : keepAlive,
                own.urgency.over(urgency));
    }
}
