package dev.chasqui.langchain4j;

import dev.chasqui.api.BackendException;
import dev.langchain4j.exception.InternalServerException;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.LangChain4jException;
import dev.langchain4j.exception.ModelNotFoundException;
import dev.langchain4j.exception.NonRetriableException;
import dev.langchain4j.exception.RateLimitException;
import dev.langchain4j.exception.TimeoutException;
import dev.langchain4j.exception.UnresolvedModelServerException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import java.util.function.Supplier;

/// Our failures in LangChain4j's types, which say whether to try again. The message and the cause stay ours.
final class Failures {

    /// The backend's words where a model lacks what a request needs, such as `"x" does not support tools`.
    private static final String LACKS = " does not support ";

    private Failures() {}

    static <T> T translated(Supplier<T> call) {
        try {
            return call.get();
        } catch (BackendException e) {
            throw of(e);
        }
    }

    static LangChain4jException of(BackendException e) {
        String message = String.valueOf(e.getMessage());
        return switch (e.kind()) {
            case INVALID -> message.contains(LACKS) ? unsupported(message, e) : new InvalidRequestException(message, e);
            case NOT_FOUND -> new ModelNotFoundException(message, e);
            case OVERLOADED -> new RateLimitException(message, e);
            case TOO_LATE -> new TimeoutException(message, e);
            case INCOMPLETE, CANCELLED -> new NonRetriableException(message, e);
            case UNREACHABLE -> new UnresolvedModelServerException(message, e);
            case FAILED -> new InternalServerException(message, e);
        };
    }

    private static UnsupportedFeatureException unsupported(String message, BackendException cause) {
        UnsupportedFeatureException failure = new UnsupportedFeatureException(message);
        failure.initCause(cause);
        return failure;
    }
}
