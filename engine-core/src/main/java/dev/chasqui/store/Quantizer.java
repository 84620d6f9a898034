package dev.chasqui.store;

import dev.chasqui.api.BackendException;
import dev.chasqui.gguf.GgufFile;
import java.nio.file.Path;
import java.util.function.LongConsumer;

/// Writes weights anew in another type.
public interface Quantizer {

    /// For those who never ask for it.
    Quantizer NONE = (source, target, type, done) -> {
        throw BackendException.invalid("weights cannot be quantised here");
    };

    /// @param source one file whose weights no quantisation has touched
    /// @param target is not there yet; may be left behind in part, whatever goes wrong
    /// @param done   hears how many bytes of the source's weights are behind it
    /// @throws BackendException of kind `INVALID` if the file cannot be quantised; of kind `FAILED` if there is no
    ///                          memory for it
    void quantize(GgufFile source, Path target, Quantization type, LongConsumer done) throws InterruptedException;
}
