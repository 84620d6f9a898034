package dev.chasqui.engine;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.Options;
import java.util.function.DoublePredicate;

/// How a model gets into memory, in two steps.
interface Loading {

    /// Looks at the file's head and decides where it goes, by what is free now.
    ///
    /// @throws BackendException if the file is not a model, or the options cannot be had
    Prepared prepare(ModelSource source, Options options);

    /// @param machine what there is for it
    /// @throws BackendException as [#prepare]
    LoadPlan plan(ModelSource source, Options options, MachineMemory machine);

    /// A model that was looked at.
    interface Prepared {

        MemoryPlan plan();

        /// Whether more of it could be on a GPU if that had more memory free.
        boolean squeezed();

        /// @param progress hears how much is loaded, from 0 to 1; answering `false` gives the load up
        /// @throws BackendException if it cannot be loaded
        LoadedModel load(DoublePredicate progress);
    }
}
