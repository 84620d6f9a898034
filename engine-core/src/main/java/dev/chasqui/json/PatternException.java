package dev.chasqui.json;

/// A pattern beyond the subset. The problem says which part.
final class PatternException extends Exception {

    private static final long serialVersionUID = 1L;

    final String problem;

    PatternException(String problem) {
        super(problem);
        this.problem = problem;
    }
}
