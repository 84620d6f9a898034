package dev.chasqui.store;

import dev.chasqui.api.Digest;

/// One file of a model.
///
/// @param mediaType what the file is, see [MediaTypes]
/// @param size      its length in bytes
/// @param from      the name of the model it was taken over from; may be empty
record Layer(String mediaType, Digest digest, long size, String from) {

    Layer(String mediaType, Digest digest, long size) {
        this(mediaType, digest, size, "");
    }

    Layer takenFrom(String model) {
        return new Layer(mediaType, digest, size, model);
    }
}
