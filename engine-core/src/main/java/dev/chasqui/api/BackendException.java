package dev.chasqui.api;

/// A request that was refused or an answer that broke off. The message is meant for the caller's user: it names
/// the field, the value and the remedy, in Ollama's own words where clients match on them.
public final class BackendException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /// What went wrong, as far as a caller can act on it.
    public enum Kind {
        /// The request itself is wrong; repeating it is useless.
        INVALID,
        /// The model is not there.
        NOT_FOUND,
        /// It cannot be taken now, but can be repeated: too much work is waiting, or the engine's process died and is
        /// being started again.
        OVERLOADED,
        /// The answer cannot be had before its deadline.
        TOO_LATE,
        /// The answer was cut off by a limit before it was what it should be; the message says which limit.
        INCOMPLETE,
        /// The caller went away or closed the generation.
        CANCELLED,
        /// The backend could not be reached at all.
        UNREACHABLE,
        /// The backend failed; the message says how.
        FAILED
    }

    private final Kind kind;

    public BackendException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    public BackendException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }

    public static BackendException invalid(String message) {
        return new BackendException(Kind.INVALID, message);
    }

    /// `model 'x' not found`, the words Ollama's clients match on.
    public static BackendException modelNotFound(String model) {
        return new BackendException(Kind.NOT_FOUND, "model '" + model + "' not found");
    }

    /// As [#modelNotFound], in the words for requests that Ollama's clients follow by a pull.
    public static BackendException modelNotPulled(String model) {
        return new BackendException(Kind.NOT_FOUND, "model \"" + model + "\" not found, try pulling it first");
    }

    /// @param millis the deadline that was given
    /// @param what   was wanted by then, as in "the first piece came"
    public static BackendException tooLate(long millis, String what) {
        return new BackendException(Kind.TOO_LATE, "the deadline of " + millis + " ms passed before " + what);
    }

    public static BackendException failed(String message, Throwable cause) {
        return new BackendException(Kind.FAILED, message, cause);
    }
}
