package dev.chasqui.template;

/// Why a value cannot be computed; [Evaluator] adds where.
final class EvaluationException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String message;

    EvaluationException(String message) {
        super(message, null, false, false);
        this.message = message;
    }

    @Override
    public String getMessage() {
        return message;
    }
}
