package dev.chasqui.api;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// Texts to turn into vectors.
///
/// @param model      the model's name; `latest` is meant where the tag is missing
/// @param inputs     the texts; none loads the model
/// @param truncate   whether a text that does not fit the context is cut at its end instead of being refused
/// @param dimensions keeps the first so many elements of each vector, `>= 1`; a vector that is no longer
///                   stays whole
/// @param options    run-time options such as `num_ctx`; what is absent comes from the model, then from the
///                   defaults
/// @param keepAlive  how long the model stays in memory afterwards; absent leaves what was set
/// @param urgency    who goes first, and when it is too late: there are all vectors by then, or none
public record EmbedRequest(
        String model,
        List<String> inputs,
        boolean truncate,
        OptionalInt dimensions,
        Options options,
        Optional<KeepAlive> keepAlive,
        Urgency urgency) {

    /// @throws BackendException if `dimensions` is below 1
    public EmbedRequest {
        inputs = List.copyOf(inputs);
        if (dimensions.isPresent() && dimensions.getAsInt() < 1) {
            throw BackendException.invalid("dimensions is " + dimensions.getAsInt() + "; expected >= 1");
        }
    }

    public static EmbedRequest of(String model, List<String> inputs) {
        return new EmbedRequest(model, inputs, true, OptionalInt.empty(), Options.NONE, Optional.empty(), Urgency.NONE);
    }

    public static EmbedRequest of(String model, String... inputs) {
        return of(model, List.of(inputs));
    }

    public EmbedRequest withTruncate(boolean truncate) {
        return new EmbedRequest(model, inputs, truncate, dimensions, options, keepAlive, urgency);
    }

    public EmbedRequest withDimensions(int dimensions) {
        return new EmbedRequest(model, inputs, truncate, OptionalInt.of(dimensions), options, keepAlive, urgency);
    }

    public EmbedRequest withOptions(Options options) {
        return new EmbedRequest(model, inputs, truncate, dimensions, options, keepAlive, urgency);
    }

    public EmbedRequest withKeepAlive(KeepAlive keepAlive) {
        return new EmbedRequest(model, inputs, truncate, dimensions, options, Optional.of(keepAlive), urgency);
    }

    public EmbedRequest withUrgency(Urgency urgency) {
        return new EmbedRequest(model, inputs, truncate, dimensions, options, keepAlive, urgency);
    }
}
