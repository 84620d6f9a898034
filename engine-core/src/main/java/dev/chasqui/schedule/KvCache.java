package dev.chasqui.schedule;

import dev.chasqui.llama.Decoder;
import dev.chasqui.llama.SavedSequence;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Who holds what of the one KV cache: running sequences, and parked ones, whose requests are over and whose tokens
/// may be what the next prompt begins with.
///
/// A parked sequence goes when its cells or its number are needed, the one worth least first: worth is what it
/// would cost to compute what only it holds, times how often it helped, by its age. It goes as well when it was in
/// the way of others for a while and helped nobody: attention passes over each cell, whoever's it is. What goes is
/// kept in ordinary memory for a while ([ColdSequences]). A pinned one stays.
final class KvCache {

    /// Copying fewer tokens than this is not worth a sequence.
    private static final int LEAST_SHARED = 8;

    /// Fewer tokens than this are computed sooner than they are fetched from ordinary memory.
    private static final int LEAST_COLD = 32;

    /// More tokens than this are a loss, whatever others hold of the rest.
    private static final int LONG_REST = 256;

    /// Each row of a batch passes over every parked cell: after so many rows that has cost more than moving it to
    /// ordinary memory and back.
    private static final int COLD_AFTER_ROWS = 64;

    /// After so many it has cost a good part of what computing it again would: what cannot be moved goes.
    private static final int STALE_AFTER_ROWS = 4096;

    private final Decoder decoder;
    private final boolean sharing;
    private final PrefixTree tree;
    private final BitSet used = new BitSet();
    private final Map<Integer, Parked> parked = new HashMap<>();
    private final ColdSequences cold;
    private boolean cuttable = true;
    private long evictions;
    private long rows;

    private static final class Parked {
        final @Nullable String pin;
        long lastUsed;
        long lastRow;
        int uses;

        Parked(@Nullable String pin, long now, long row) {
            this.pin = pin;
            this.lastUsed = now;
            this.lastRow = row;
        }
    }

    /// @param sharing whether a new sequence may begin with what others have
    /// @param cold    bytes of ordinary memory for what is in nobody's use
    KvCache(Decoder decoder, boolean sharing, long cold) {
        this.decoder = decoder;
        this.sharing = sharing;
        this.tree = new PrefixTree(decoder.sequences());
        this.cold = new ColdSequences(sharing ? cold : 0);
    }

    int capacity() {
        return decoder.contextTokens();
    }

    int cells() {
        return tree.cells();
    }

    int free() {
        return capacity() - tree.cells();
    }

    int parkedSequences() {
        return parked.size();
    }

    long evictions() {
        return evictions;
    }

    int coldSequences() {
        return cold.size();
    }

    long coldBytes() {
        return cold.bytes();
    }

    /// Cells that cannot be had by evicting: those of running and pinned sequences.
    int busyCells() {
        return tree.cellsOf(busy());
    }

    /// Cells of pinned sequences.
    int pinnedCells() {
        BitSet pinned = new BitSet();
        parked.forEach((slot, one) -> {
            if (one.pin != null) pinned.set(slot);
        });
        return tree.cellsOf(pinned);
    }

    /// Names in use.
    int pins() {
        return (int) parked.values().stream().filter(one -> one.pin != null).count();
    }

    /// How many of a request's first tokens need not be computed.
    ///
    /// @param shareable of the tokens, those that may come from others
    int known(int[] tokens, int shareable) {
        if (!sharing) return 0;
        int here = tree.longest(tokens, shareable).length();
        ColdSequences.Match away = cold.longest(tokens, shareable);
        return isWorthFetching(away, here) ? away.length() : here;
    }

    /// Busy cells if a request of so many tokens were seated and computed.
    int busyCellsWith(int[] tokens, int length, int shareable) {
        BitSet busy = busy();
        int now = tree.cellsOf(busy);
        if (!sharing) return now + length;
        PrefixTree.Match match = tree.longest(tokens, shareable);
        if (match.length() == 0) return now + length;
        return now + length - match.length() + tree.notHeld(match.sequence(), match.length(), busy);
    }

    /// Finds a number for a request, and gives it as much of its tokens as others have.
    ///
    /// @return the number; negative if running and pinned sequences have them all
    int seat(int[] tokens, int shareable, long now) {
        PrefixTree.Match match = sharing ? tree.longest(tokens, shareable) : PrefixTree.Match.NONE;
        touch(match.sequence(), now);
        int slot = used.nextClearBit(0);
        if (slot >= decoder.sequences()) {
            slot = evictWorst(now, match.sequence());
            if (slot < 0) return takeOver(match);
        }
        used.set(slot);
        if (fetch(tokens, shareable, match.length(), slot, now)) return slot;
        if (sharing) match = tree.longest(tokens, shareable); // what made room in vain may have been the match
        if (match.length() >= LEAST_SHARED && !copy(match, slot)) {
            cuttable = false;
            PrefixTree.Match whole = tree.longestWhole(tokens, shareable);
            if (whole.length() >= LEAST_SHARED) copy(whole, slot);
        }
        return slot;
    }

    /// Brings back what is in ordinary memory, if that is more than the cache has.
    private boolean fetch(int[] tokens, int shareable, int here, int slot, long now) {
        ColdSequences.Match away = cold.longest(tokens, shareable);
        if (!isWorthFetching(away, here)) return false;
        cold.used(away, now);
        if (capacity() - busyCells() < away.whole() || !makeRoom(away.whole(), now)) return false;
        away = cold.longest(tokens, shareable); // what had to leave the cache may have taken its place
        SavedSequence saved = away.saved();
        if (saved == null || !isWorthFetching(away, here) || !decoder.restore(saved, slot)) return false;
        if (away.length() < away.whole() && !decoder.forget(slot, away.length())) {
            cuttable = false;
            decoder.forget(slot, 0);
            return false;
        }
        tree.append(slot, tokens, 0, away.length());
        return true;
    }

    /// A memory that cannot be cut gives its sequences whole.
    private boolean isWorthFetching(ColdSequences.Match away, int here) {
        return away.length() >= here + LEAST_COLD && (cuttable || away.length() == away.whole());
    }

    /// The only number left is that of the parked sequence which holds what is wanted.
    private int takeOver(PrefixTree.Match match) {
        Parked one = parked.get(match.sequence());
        if (one == null || one.pin != null) return -1;
        parked.remove(match.sequence());
        cut(match.sequence(), match.length());
        return match.sequence();
    }

    int length(int slot) {
        return tree.length(slot);
    }

    /// Tokens have been computed into a sequence.
    void append(int slot, int[] tokens, int from, int count) {
        tree.append(slot, tokens, from, count);
    }

    /// Forgets a sequence's end, or all of it if the memory cannot be cut.
    ///
    /// @return what is left
    int cut(int slot, int length) {
        int left = length > 0 && decoder.forget(slot, length) ? length : 0;
        if (left == 0) decoder.forget(slot, 0);
        tree.truncate(slot, left);
        return tree.length(slot);
    }

    /// Forgets a stretch in the middle, and moves what follows down.
    ///
    /// @return `false` if this memory cannot do that; nothing changed then
    boolean shift(int slot, int from, int to) {
        if (!decoder.shift(slot, from, to)) return false;
        tree.hide(slot, tree.length(slot) - (to - from));
        return true;
    }

    /// A request is over: what it leaves may be of use. A pin of that name moves here.
    void park(int slot, long now, Optional<String> pin) {
        pin.ifPresent(name -> release(name, now));
        if (pin.isEmpty() && !isUseful(slot)) drop(slot);
        else parked.put(slot, new Parked(pin.orElse(null), now, rows));
    }

    private boolean isUseful(int slot) {
        return sharing
                && tree.length(slot) >= LEAST_SHARED
                && tree.alone(slot) > 0
                && !tree.isHidden(slot)
                && parked.keySet().stream().noneMatch(other -> tree.areEqual(slot, other));
    }

    /// A batch of so many rows is about to run. What was parked and helped nobody for long goes first, for each row
    /// would pass over it.
    void clearTheWay(int batchRows, long now) {
        rows += batchRows;
        for (Map.Entry<Integer, Parked> each : List.copyOf(parked.entrySet())) {
            Parked one = each.getValue();
            long idle = rows - one.lastRow;
            if (one.pin != null || idle < COLD_AFTER_ROWS) continue;
            if (idle >= STALE_AFTER_ROWS || isMovable(each.getKey())) evict(each.getKey(), now);
        }
    }

    /// Whether little is lost when it leaves the cache.
    private boolean isMovable(int slot) {
        return cold.isOpen() && (!isWorthKeeping(slot) || cold.fits(tree.length(slot)));
    }

    /// What others hold as well needs no copy, and a short rest is soon computed.
    private boolean isWorthKeeping(int slot) {
        int alone = tree.alone(slot);
        return alone >= LEAST_COLD && (alone >= LONG_REST || 2 * alone >= tree.length(slot)) && !tree.isHidden(slot);
    }

    /// Forgets a sequence.
    void drop(int slot) {
        decoder.forget(slot, 0);
        tree.truncate(slot, 0);
        parked.remove(slot);
        used.clear(slot);
    }

    /// What was pinned by this name may go when room is needed.
    ///
    /// @return `false` if nothing was
    boolean release(String pin, long now) {
        for (Map.Entry<Integer, Parked> each : parked.entrySet()) {
            if (!pin.equals(each.getValue().pin)) continue;
            each.setValue(new Parked(null, now, rows));
            return true;
        }
        return false;
    }

    /// Evicts parked sequences until so many cells are free.
    ///
    /// @return `false` if there are not enough even then
    boolean makeRoom(int cells, long now) {
        while (free() < cells) {
            int slot = evictWorst(now, -1);
            if (slot < 0) return false;
        }
        return true;
    }

    /// Forgets everything that nobody runs on, pinned or not.
    void clear() {
        cold.clear();
        for (int slot : parked.keySet().toArray(Integer[]::new)) drop(slot);
    }

    private BitSet busy() {
        BitSet busy = (BitSet) used.clone();
        parked.forEach((slot, one) -> {
            if (one.pin == null) busy.clear(slot);
        });
        return busy;
    }

    private boolean copy(PrefixTree.Match match, int slot) {
        if (!decoder.copy(match.sequence(), slot, match.length())) return false;
        tree.share(match.sequence(), slot, match.length());
        return true;
    }

    private void touch(int slot, long now) {
        Parked one = parked.get(slot);
        if (one == null) return;
        one.lastUsed = now;
        one.lastRow = rows;
        one.uses++;
    }

    /// @param spared a sequence that is needed in a moment
    /// @return the number that is free now; negative if there is nothing to evict
    private int evictWorst(long now, int spared) {
        int worst = -1;
        double least = Double.POSITIVE_INFINITY;
        for (Map.Entry<Integer, Parked> each : parked.entrySet()) {
            Parked one = each.getValue();
            if (one.pin != null || each.getKey() == spared) continue;
            double worth = (one.uses + 1.0) * tree.alone(each.getKey()) / Math.max(1, now - one.lastUsed + 1);
            if (worth < least) {
                least = worth;
                worst = each.getKey();
            }
        }
        if (worst >= 0) evict(worst, now);
        return worst;
    }

    private void evict(int slot, long now) {
        evictions++;
        SchedulerEvents.evicted(tree.alone(slot));
        if (cold.isOpen() && isWorthKeeping(slot) && cold.fits(tree.length(slot))) {
            int[] tokens = tree.tokens(slot);
            if (!cold.has(tokens)) {
                decoder.save(slot).ifPresent(saved -> cold.add(tokens, saved, cuttable, now));
            }
        }
        drop(slot);
    }
}
