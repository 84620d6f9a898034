package dev.chasqui.api;

import java.util.Optional;

/// Whether a model may, must or must not call one of the tools a request offers.
///
/// @param function the only one it may call; only with [Mode#REQUIRED]
public record ToolChoice(Mode mode, Optional<String> function) {

    /// How free the model is.
    public enum Mode {
        /// It decides.
        AUTO,
        /// It is not told of any tool.
        NONE,
        /// It calls at least one.
        REQUIRED
    }

    public static final ToolChoice AUTO = new ToolChoice(Mode.AUTO, Optional.empty());
    public static final ToolChoice NONE = new ToolChoice(Mode.NONE, Optional.empty());
    public static final ToolChoice REQUIRED = new ToolChoice(Mode.REQUIRED, Optional.empty());

    public ToolChoice {
        if (function.isPresent() && mode != Mode.REQUIRED) {
            throw BackendException.invalid("tool_choice names \"" + function.get() + "\" and does not require it");
        }
    }

    /// This one must be called, and once.
    public static ToolChoice function(String name) {
        return new ToolChoice(Mode.REQUIRED, Optional.of(name));
    }
}
