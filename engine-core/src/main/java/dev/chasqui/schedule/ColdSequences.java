package dev.chasqui.schedule;

import dev.chasqui.llama.SavedSequence;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Sequences that were moved out of the KV cache into ordinary memory, whence they come back in milliseconds where
/// computing them takes seconds. The one that was used longest ago goes when there is no room.
final class ColdSequences {

    /// One of them.
    private static final class Cold {
        final int[] tokens;
        final SavedSequence saved;
        long lastUsed;

        Cold(int[] tokens, SavedSequence saved, long now) {
            this.tokens = tokens;
            this.saved = saved;
            this.lastUsed = now;
        }
    }

    /// Where a prompt was found.
    ///
    /// @param length tokens it begins with; `0` if there are none
    /// @param whole  tokens that would come back
    record Match(int length, int whole, @Nullable SavedSequence saved) {
        static final Match NONE = new Match(0, 0, null);
    }

    private final long mostBytes;
    private final List<Cold> all = new ArrayList<>();
    private long bytes;
    private double bytesPerToken;

    ColdSequences(long mostBytes) {
        this.mostBytes = mostBytes;
    }

    int size() {
        return all.size();
    }

    long bytes() {
        return bytes;
    }

    /// Whether anything can be kept here.
    boolean isOpen() {
        return mostBytes > 0;
    }

    /// The longest beginning of these tokens that is here, up to `limit` of them.
    Match longest(int[] tokens, int limit) {
        Match best = Match.NONE;
        for (Cold cold : all) {
            int common = common(cold.tokens, tokens, limit);
            if (common > best.length()) best = new Match(common, cold.tokens.length, cold.saved);
        }
        return best;
    }

    /// Whether these very tokens are here.
    boolean has(int[] tokens) {
        return all.stream().anyMatch(cold -> Arrays.equals(cold.tokens, tokens));
    }

    void used(Match match, long now) {
        for (Cold cold : all) {
            if (cold.saved == match.saved()) cold.lastUsed = now;
        }
    }

    /// Whether a sequence of so many tokens finds room here, by what the others take.
    boolean fits(int tokens) {
        return tokens * bytesPerToken <= mostBytes;
    }

    /// Takes a sequence in, or frees it where it is too large. What it begins with is here twice then, and goes.
    ///
    /// @param cuttable whether the beginning of a sequence can be had from a longer one
    void add(int[] tokens, SavedSequence saved, boolean cuttable, long now) {
        bytesPerToken = (double) saved.bytes() / saved.tokens();
        if (saved.bytes() > mostBytes) {
            saved.close();
            return;
        }
        if (cuttable) {
            for (Cold cold : List.copyOf(all)) {
                if (common(cold.tokens, tokens, tokens.length) == cold.tokens.length) remove(cold);
            }
        }
        while (bytes + saved.bytes() > mostBytes) {
            Cold oldest = all.getFirst();
            for (Cold cold : all) {
                if (cold.lastUsed < oldest.lastUsed) oldest = cold;
            }
            remove(oldest);
        }
        all.add(new Cold(tokens, saved, now));
        bytes += saved.bytes();
    }

    /// Frees everything.
    void clear() {
        for (Cold cold : List.copyOf(all)) remove(cold);
    }

    private void remove(Cold cold) {
        all.remove(cold);
        bytes -= cold.saved.bytes();
        cold.saved.close();
    }

    private static int common(int[] one, int[] other, int limit) {
        int most = Math.min(Math.min(one.length, other.length), limit);
        int different = Arrays.mismatch(one, 0, most, other, 0, most);
        return different < 0 ? most : different;
    }
}
