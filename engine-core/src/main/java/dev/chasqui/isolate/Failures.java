package dev.chasqui.isolate;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.BackendException.Kind;
import java.nio.charset.StandardCharsets;

/// A failure as a message's body: the name of its kind, a line feed, the text. It arrives as what it was.
final class Failures {

    private static final String STATE = "IllegalState";
    private static final String ARGUMENT = "IllegalArgument";

    private Failures() {}

    static BackendException cancelled() {
        return new BackendException(Kind.CANCELLED, "request canceled");
    }

    static byte[] written(Throwable thrown) {
        String text = String.valueOf(thrown.getMessage());
        String whole = switch (thrown) {
            case BackendException refused -> refused.kind().name() + "\n" + text;
            case IllegalStateException _ -> STATE + "\n" + text;
            case IllegalArgumentException _ -> ARGUMENT + "\n" + text;
            default -> Kind.FAILED.name() + "\nthe engine process failed: " + thrown;
        };
        return whole.getBytes(StandardCharsets.UTF_8);
    }

    static RuntimeException read(byte[] body) {
        String whole = new String(body, StandardCharsets.UTF_8);
        int end = whole.indexOf('\n');
        String kind = end < 0 ? "" : whole.substring(0, end);
        String text = whole.substring(end + 1);
        if (kind.equals(STATE)) return new IllegalStateException(text);
        if (kind.equals(ARGUMENT)) return new IllegalArgumentException(text);
        for (Kind known : Kind.values()) {
            if (known.name().equals(kind)) return new BackendException(known, text);
        }
        return new BackendException(Kind.FAILED, text);
    }
}
