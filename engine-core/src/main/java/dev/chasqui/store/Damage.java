package dev.chasqui.store;

import dev.chasqui.api.ModelName;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// Something in a store that is not what it should be.
///
/// @param file     where it was found, or should have been
/// @param problem  what is wrong with it, for example `is missing`
/// @param setAside where it is now, out of everybody's way
/// @param models   those that need it
public record Damage(Path file, String problem, Optional<Path> setAside, List<ModelName> models) {

    public Damage {
        models = List.copyOf(models);
    }

    /// All of it, and what to do.
    public String message() {
        String found = file + " " + problem
                + setAside.map(place -> ", and was set aside as " + place).orElse("");
        if (models.isEmpty()) return found;
        String needed = models.stream().map(ModelName::shortForm).collect(Collectors.joining(", "));
        return found + ". Needed by " + needed + "; run: chasqui pull " + models.getFirst() + ", or create it again";
    }
}
