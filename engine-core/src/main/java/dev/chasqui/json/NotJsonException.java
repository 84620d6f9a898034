package dev.chasqui.json;

/// A text that is not JSON, or more of it than may be read. The problem ends a sentence that names the text.
final class NotJsonException extends Exception {

    private static final long serialVersionUID = 1L;

    final String problem;

    NotJsonException(String problem) {
        super(problem);
        this.problem = problem;
    }
}
