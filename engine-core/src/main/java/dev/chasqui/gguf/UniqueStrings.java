package dev.chasqui.gguf;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;

/// Finds a string that was there before, among some million in a file. It keeps a hash of each and reads again what
/// looks the same; nobody outside knows the hash's seed, so nobody can make all look the same.
final class UniqueStrings {

    private static final long MULTIPLIER = 0x9E37_79B9_7F4A_7C15L;

    private final FileChannel channel;
    private final long seed = ThreadLocalRandom.current().nextLong();
    private final int[] slots;
    private final long[] hashes;
    private final long[] places;
    private final int[] lengths;

    /// @param most strings that will be added
    UniqueStrings(FileChannel channel, int most) {
        this.channel = channel;
        this.slots = new int[Integer.highestOneBit(Math.max(4, most)) * 4];
        this.hashes = new long[most];
        this.places = new long[most];
        this.lengths = new int[most];
    }

    /// @param index from 0, each once
    /// @param place where the bytes are in the file; negative where they are in no file and never compared again
    /// @return the index of an equal one that was added before, or `-1`
    int add(int index, byte[] bytes, int start, int end, long place) throws IOException {
        long hash = seed;
        for (int i = start; i < end; i++) {
            hash = (hash ^ bytes[i]) * MULTIPLIER;
            hash ^= hash >>> 29;
        }
        int slot = (int) (hash >>> 32) & (slots.length - 1);
        for (; slots[slot] != 0; slot = (slot + 1) & (slots.length - 1)) {
            int other = slots[slot] - 1;
            if (hashes[other] == hash && lengths[other] == end - start && isAt(other, bytes, start, end)) return other;
        }
        slots[slot] = index + 1;
        hashes[index] = hash;
        places[index] = place;
        lengths[index] = end - start;
        return -1;
    }

    private boolean isAt(int other, byte[] bytes, int start, int end) throws IOException {
        if (places[other] < 0) return true; // made by us out of its number: 64 equal bits are no chance
        ByteBuffer again = ByteBuffer.allocate(end - start);
        while (again.hasRemaining()) {
            if (channel.read(again, places[other] + again.position()) < 0) return false;
        }
        return Arrays.equals(again.array(), 0, end - start, bytes, start, end);
    }
}
