package dev.chasqui.engine;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.Message;
import dev.chasqui.api.Think;
import java.util.List;
import java.util.Optional;

/// Writes conversations the way a model reads them. Safe to use from many threads.
interface ConversationWriter {

    /// @param messages oldest first
    /// @param tools    the functions the model is told of
    /// @throws BackendException if the template refuses the conversation
    Written write(List<Message> messages, Optional<OfferedTools> tools, Think think);
}
