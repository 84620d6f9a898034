package dev.chasqui.llama;

/// The numbers a request's draws come from: the Mersenne Twister, as in llama.cpp, so that a seed of 32 bits
/// draws what it draws there. A seed beyond them is taken as a key of two words, so all of its bits count and no
/// two seeds share a stream.
///
/// @see <a href="http://www.math.sci.hiroshima-u.ac.jp/m-mat/MT/MT2002/emt19937ar.html">mt19937ar</a>
final class Twister {

    private static final int WORDS = 624;
    private static final int HALF = 397;

    private final int[] state = new int[WORDS];
    private int next = WORDS;

    Twister(long seed) {
        if (seed >>> 32 == 0) {
            fill((int) seed);
        } else {
            fillByKey((int) seed, (int) (seed >>> 32));
        }
    }

    /// A number in `[0, 1)`, made as `std::uniform_real_distribution<double>` makes it.
    double uniform() {
        double low = Integer.toUnsignedLong(word());
        double number = (low + Integer.toUnsignedLong(word()) * 0x1p32) * 0x1p-64;
        return number < 1 ? number : Math.nextDown(1.0);
    }

    private void fill(int seed) {
        state[0] = seed;
        for (int i = 1; i < WORDS; i++) state[i] = 1812433253 * (state[i - 1] ^ (state[i - 1] >>> 30)) + i;
    }

    /// The reference's `init_by_array`.
    private void fillByKey(int... key) {
        fill(19650218);
        int i = 1;
        for (int k = 0; k < WORDS; k++) {
            int j = k % key.length;
            state[i] = (state[i] ^ ((state[i - 1] ^ (state[i - 1] >>> 30)) * 1664525)) + key[j] + j;
            i = after(i);
        }
        for (int k = 1; k < WORDS; k++) {
            state[i] = (state[i] ^ ((state[i - 1] ^ (state[i - 1] >>> 30)) * 1566083941)) - i;
            i = after(i);
        }
        state[0] = 0x80000000;
    }

    private int after(int i) {
        if (i < WORDS - 1) return i + 1;
        state[0] = state[WORDS - 1];
        return 1;
    }

    private int word() {
        if (next == WORDS) twist();
        int y = state[next++];
        y ^= y >>> 11;
        y ^= (y << 7) & 0x9d2c5680;
        y ^= (y << 15) & 0xefc60000;
        return y ^ (y >>> 18);
    }

    private void twist() {
        for (int i = 0; i < WORDS; i++) {
            int y = (state[i] & 0x80000000) | (state[(i + 1) % WORDS] & 0x7fffffff);
            state[i] = state[(i + HALF) % WORDS] ^ (y >>> 1) ^ ((y & 1) == 0 ? 0 : 0x9908b0df);
        }
        next = 0;
    }
}
