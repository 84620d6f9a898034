package dev.chasqui.registry;

/// A stretch of a file that comes by itself.
public final class Part {

    private final long offset;
    private final long size;
    private volatile long completed;

    /// @param offset    of its first byte in the file
    /// @param completed bytes that are there, from its beginning
    /// @throws IllegalArgumentException if a number is negative, or more is there than it has
    public Part(long offset, long size, long completed) {
        if (offset < 0 || size < 0 || completed < 0 || completed > size) {
            throw new IllegalArgumentException(
                    "a part has offset " + offset + ", size " + size + ", completed " + completed);
        }
        this.offset = offset;
        this.size = size;
        this.completed = completed;
    }

    public long offset() {
        return offset;
    }

    public long size() {
        return size;
    }

    public long completed() {
        return completed;
    }

    boolean isComplete() {
        return completed == size;
    }

    /// Where in the file the next byte goes.
    long next() {
        return offset + completed;
    }

    /// One thread at a time brings a part.
    void add(long bytes) {
        completed += bytes;
    }
}
