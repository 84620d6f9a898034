package dev.chasqui.http;

import dev.chasqui.api.BackendException;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What an exception looks like to a client: the only place where exceptions become statuses.
///
/// @param retrySoon whether the same request may succeed a moment later
record Failure(int status, String message, boolean retrySoon) {

    /// What nginx and Ollama call a client that closed its request; nobody is there to read it.
    static final int CLIENT_LEFT = 499;

    private static final Logger LOG = LoggerFactory.getLogger(Failure.class);

    /// A body that came too slowly.
    static Failure tooSlow(long bodyBytes) {
        return new Failure(
                408,
                "the request's body came too slowly: " + bodyBytes + " bytes are here; send it faster, or again",
                false);
    }

    /// @param what names the request for the log, for example `POST /api/chat`
    static Failure of(String what, Throwable thrown) {
        return switch (thrown) {
            case BackendException refused -> ofRefusal(what, refused);
            case ClientLeft left -> new Failure(CLIENT_LEFT, "request canceled", false);
            default -> {
                LOG.error("{} failed; this is a bug of chasqui's", what, thrown);
                yield new Failure(
                        500, "internal error (" + thrown.getClass().getSimpleName() + "); see the log", false);
            }
        };
    }

    private static Failure ofRefusal(String what, BackendException refused) {
        String message = String.valueOf(refused.getMessage());
        return switch (refused.kind()) {
            case INVALID -> new Failure(400, message, false);
            case NOT_FOUND -> new Failure(404, message, false);
            case OVERLOADED -> new Failure(503, message, true);
            case INCOMPLETE -> new Failure(422, message, false);
            case TOO_LATE -> new Failure(504, message, false);
            case CANCELLED -> new Failure(CLIENT_LEFT, "request canceled", false);
            case FAILED, UNREACHABLE -> {
                LOG.warn("{} failed: {}", what, message, refused);
                yield new Failure(500, message, false);
            }
        };
    }

    /// Nobody reads the answer any more.
    static final class ClientLeft extends IOException {

        private static final long serialVersionUID = 1L;

        ClientLeft(String message) {
            super(message);
        }
    }
}
