package dev.chasqui.store;

import dev.chasqui.api.Digest;

/// One file of a model.
///
/// @param mediaType what the file is, see [MediaTypes]
/// @param size      its length in bytes
record Layer(String mediaType, Digest digest, long size) {}
