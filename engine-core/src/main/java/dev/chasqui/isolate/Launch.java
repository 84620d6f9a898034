package dev.chasqui.isolate;

import java.time.Duration;
import java.util.List;

/// What a child is started with.
///
/// @param main    the class whose `main` calls [CallServer#serve]
/// @param classes of each library it needs, the name of one class
/// @param opening what it is told first
/// @param patience how long it may take to be ready
public record Launch(String main, List<String> classes, byte[] opening, Duration patience) {

    public Launch {
        classes = List.copyOf(classes);
    }
}
