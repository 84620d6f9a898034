package dev.chasqui.json;

/// The white space outside of strings. There is never more of it.
public enum Spacing {
    /// None: `{"a":1,"b":[2,3]}`.
    COMPACT(""),
    /// One space after each colon and comma, as many models write: `{"a": 1, "b": [2, 3]}`.
    SPACED(" ");

    private final String space;

    Spacing(String space) {
        this.space = space;
    }

    String colon() {
        return ":" + space;
    }

    String comma() {
        return "," + space;
    }
}
