package dev.chasqui.json;

/// A schema that is no JSON, goes beyond the subset or its limits, or allows no answer at all. The message
/// names the keyword, where it stands and the remedy.
public final class SchemaException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String path;

    /// @param path    JSON pointer to where it is wrong; empty is the whole document
    /// @param problem what is wrong there and what to do
    SchemaException(String path, String problem) {
        super(problem);
        this.path = path;
    }

    /// `"keyword" at /path problem`, or without the path at the top of the document.
    static SchemaException at(String path, String keyword, String problem) {
        return new SchemaException(path, "\"" + keyword + "\"" + (path.isEmpty() ? "" : " at " + path) + " " + problem);
    }

    /// JSON pointer into the schema; empty is the whole document.
    public String path() {
        return path;
    }
}
