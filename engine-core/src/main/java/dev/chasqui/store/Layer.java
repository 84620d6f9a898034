package dev.chasqui.store;

/// One file of a model.
///
/// @param mediaType what the file is, see [MediaTypes]
/// @param size      its length in bytes
record Layer(String mediaType, Digest digest, long size) {}
