package dev.chasqui.engine;

import dev.chasqui.api.BackendException;

/// A request that can be rendered for the model whole, or with something left out. Belongs to the
/// caller's thread.
interface Rendering {

    /// With everything in it.
    Prompts.Rendered whole();

    /// With as little left out as the context has no room for. The whole one is not used any more.
    ///
    /// @throws BackendException with both numbers, if nothing may be left out, or leaving out is not
    ///                          enough
    Prompts.Rendered shortened(ContextPlan plan);
}
