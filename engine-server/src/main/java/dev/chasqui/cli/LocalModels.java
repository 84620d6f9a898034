package dev.chasqui.cli;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.ModelDetails;
import dev.chasqui.api.ModelSummary;
import java.nio.file.Path;
import java.util.List;

/// The models on this machine's disk, as the commands handle them.
interface LocalModels {

    /// Newest first.
    List<ModelSummary> list();

    /// @throws BackendException of kind `NOT_FOUND` if there is no such model
    ModelDetails show(String model);

    /// Whether the catalogue knows where to get this model.
    boolean canPull(String model);

    /// Gets a model of the catalogue.
    ///
    /// @throws BackendException if the catalogue does not have it, or it cannot be fetched
    void pull(String model, Steps steps);

    /// Makes a model from a Modelfile; paths in it are relative to its folder.
    ///
    /// @throws BackendException if the file cannot be read or says something wrong; nothing is left half-written
    void create(String model, Path modelfile, Steps steps);

    /// Gives a model a second name.
    ///
    /// @throws BackendException of kind `NOT_FOUND` if there is no such model
    void copy(String from, String to);

    /// @throws BackendException of kind `NOT_FOUND` if there is no such model
    void remove(String model);
}
