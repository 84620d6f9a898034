package dev.chasqui.engine;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.BackendException.Kind;
import dev.chasqui.json.SchemaException;
import dev.chasqui.schedule.RefusedException;

/// What went wrong below, in the words of those above.
final class Refusals {

    private Refusals() {}

    static BackendException translated(RuntimeException cause) {
        return switch (cause) {
            case BackendException known -> known;
            case RefusedException refused ->
                new BackendException(
                        switch (refused.reason()) {
                            case QUEUE_FULL -> Kind.OVERLOADED;
                            case TOO_LATE -> Kind.TOO_LATE;
                            case NO_ROOM -> Kind.FAILED;
                        },
                        String.valueOf(refused.getMessage()),
                        refused);
            case SchemaException format -> ofFormat(format);
            default -> BackendException.failed("the answer broke off: " + cause.getMessage(), cause);
        };
    }

    static BackendException ofFormat(SchemaException cause) {
        return new BackendException(Kind.INVALID, "format: " + cause.getMessage(), cause);
    }

    static BackendException superseded(String name) {
        return new BackendException(Kind.CANCELLED, "a newer request superseded this one for \"" + name + "\"");
    }
}
