package dev.chasqui.gguf;

import java.util.List;

/// Where a tensor lies in its file.
///
/// @param shape    elements per dimension, innermost first; 1 to 4 dimensions, each `>= 1`
/// @param elements the product of the shape
/// @param bytes    size of its data
/// @param offset   first byte of its data, from the start of the file
public record TensorInfo(String name, TensorType type, List<Long> shape, long elements, long bytes, long offset) {

    public TensorInfo {
        shape = List.copyOf(shape);
    }
}
