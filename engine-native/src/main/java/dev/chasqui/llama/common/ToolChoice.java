package dev.chasqui.llama.common;

import java.util.Optional;

/// Whether the model may, must or must not call a tool.
///
/// @param word what `common` calls it
/// @param tool the only tool on offer; empty offers all
public record ToolChoice(String word, Optional<String> tool) {

    public static final ToolChoice AUTO = new ToolChoice("auto", Optional.empty());
    public static final ToolChoice NONE = new ToolChoice("none", Optional.empty());
    public static final ToolChoice REQUIRED = new ToolChoice("required", Optional.empty());

    public ToolChoice {
        if (!word.equals("auto") && !word.equals("none") && !word.equals("required")) {
            throw new IllegalArgumentException("tool_choice is " + word + "; expected auto, none or required");
        }
    }

    /// This tool must be called; the template shows no other.
    public static ToolChoice function(String name) {
        return new ToolChoice("required", Optional.of(name));
    }
}
