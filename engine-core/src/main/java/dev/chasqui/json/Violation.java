package dev.chasqui.json;

/// Where a finished text breaks its schema.
///
/// @param path    JSON pointer into the text; empty is the whole of it
/// @param problem what is wrong there
public record Violation(String path, String problem) {

    @Override
    public String toString() {
        return (path.isEmpty() ? "the answer" : path) + " " + problem;
    }
}
