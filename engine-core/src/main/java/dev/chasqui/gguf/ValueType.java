package dev.chasqui.gguf;

import java.util.Optional;

/// The types a value may have, in the order of their numbers in the file.
enum ValueType {
    UINT8(1),
    INT8(1),
    UINT16(2),
    INT16(2),
    UINT32(4),
    INT32(4),
    FLOAT32(4),
    BOOL(1),
    STRING(8),
    ARRAY(12),
    UINT64(8),
    INT64(8),
    FLOAT64(8);

    /// Bytes of one value; for strings and arrays the least there can be.
    final int bytes;

    ValueType(int bytes) {
        this.bytes = bytes;
    }

    static Optional<ValueType> of(int id) {
        return id >= 0 && id < values().length ? Optional.of(values()[id]) : Optional.empty();
    }
}
