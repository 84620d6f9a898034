/// The command line: `ask`, `serve`, `run`, `list` and their siblings, with the words, columns and exit codes of
/// Ollama's own.
///
/// Start at [Main], then [ChasquiCommand]: one class per command. What a command needs of the other rooms comes
/// through [Rooms], so that every command runs in a test without a model; [LiveRooms] is the real thing.
@NullMarked
package dev.chasqui.cli;

import org.jspecify.annotations.NullMarked;
