package dev.chasqui.engine;

import dev.chasqui.api.Message;
import dev.chasqui.api.ModelTraits;
import dev.chasqui.api.Options;
import dev.chasqui.gguf.GgufFile;
import dev.chasqui.store.ProbeNote;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.function.Supplier;

/// A model that can be loaded: where its weights are, and what its maker set for it.
///
/// @param name           as it is listed
/// @param digest         names the version; empty for a file that is in no store
/// @param weights        the GGUF file
/// @param adapter        a LoRA file that changes what they compute
/// @param facts          what that file says about itself, once the gate let it pass; throws [BackendException] if it
/// is
///                       damaged or refused
/// @param params         options it sets
/// @param template       one in Go's syntax that somebody gave it
/// @param usesGoTemplate whether that writes its prompts, and not the file's own
/// @param messages       put in front of every conversation
/// @param capabilities   for example `completion`
/// @param whole          sees to it that the files hold what they should; throws [BackendException] naming one
///                       that does not
/// @param probe          where it is noted what became of the files in a throwaway process
record ModelSource(
        String name,
        String digest,
        Path weights,
        Optional<Path> adapter,
        Supplier<GgufFile> facts,
        ModelTraits traits,
        Options params,
        Optional<String> system,
        Optional<String> template,
        boolean usesGoTemplate,
        List<Message> messages,
        List<String> capabilities,
        Check whole,
        Supplier<ProbeNote> probe) {

    /// May read the files from end to end.
    interface Check {
        /// @param reading hears how many bytes of a file were read; may throw to give it up
        void require(LongConsumer reading);
    }

    /// What a model is computed with; models for which it is the same share one copy in memory.
    record Files(Path weights, Optional<Path> adapter) {}

    Files files() {
        return new Files(weights, adapter);
    }
}
