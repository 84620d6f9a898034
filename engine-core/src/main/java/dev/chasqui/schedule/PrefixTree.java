package dev.chasqui.schedule;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The tokens of every sequence in the KV cache, as a radix tree over token ids. What sequences share is here once,
/// as it is in the cache, so the tree's size is the number of cells in use.
///
/// A sequence is a number below `sequences`; its tokens are the way from the root to its last node. Two sequences
/// that computed the same tokens apart have ways of their own.
final class PrefixTree {

    /// A piece of one or more sequences. `tokens` may be longer than the piece, which begins at `offset`.
    private static final class Node {
        int[] tokens;
        int offset;
        int length;
        /// Tokens before this piece.
        int depth;

        @Nullable
        Node parent;

        List<Node> children = new ArrayList<>(2);
        BitSet holders = new BitSet();

        Node(int[] tokens, int offset, int length, int depth, @Nullable Node parent) {
            this.tokens = tokens;
            this.offset = offset;
            this.length = length;
            this.depth = depth;
            this.parent = parent;
        }

        int end() {
            return depth + length;
        }
    }

    /// Where a prompt was found.
    ///
    /// @param length   tokens that are in the cache; `0` if there are none
    /// @param sequence one that holds them
    record Match(int length, int sequence) {
        static final Match NONE = new Match(0, -1);
    }

    private final Node root = new Node(new int[0], 0, 0, 0, null);
    /// Cells that hold something else than their tokens say, after a context shift: nobody finds them.
    private final Node hidden = new Node(new int[0], 0, 0, 0, null);
    private final @Nullable Node[] ends;
    private int cells;

    PrefixTree(int sequences) {
        ends = new Node[sequences];
    }

    /// Cells in use.
    int cells() {
        return cells;
    }

    int length(int sequence) {
        Node end = ends[sequence];
        return end == null ? 0 : end.end();
    }

    /// The longest beginning of these tokens that a sequence holds, up to `limit` of them.
    Match longest(int[] tokens, int limit) {
        return longest(root, tokens, limit);
    }

    /// Ways that begin alike may lie side by side, so each that fits is followed.
    private static Match longest(Node from, int[] tokens, int limit) {
        Match best = Match.NONE;
        for (Node child : from.children) {
            int common = common(child, tokens, child.depth, limit);
            if (common == 0) continue;
            Match match = common == child.length ? longest(child, tokens, limit) : Match.NONE;
            if (match.length() == 0) match = new Match(child.depth + common, child.holders.nextSetBit(0));
            if (match.length() > best.length()) best = match;
        }
        return best;
    }

    /// The longest sequence that these tokens begin with, up to `limit` of them: for memories that cannot be cut.
    Match longestWhole(int[] tokens, int limit) {
        Match best = Match.NONE;
        for (int sequence = 0; sequence < ends.length; sequence++) {
            int length = length(sequence);
            if (length <= best.length() || length > limit || isHidden(sequence)) continue;
            if (begins(sequence, tokens)) best = new Match(length, sequence);
        }
        return best;
    }

    /// Gives an empty sequence the first tokens of another.
    void share(int source, int target, int length) {
        Node at = ends[source];
        if (at == null || length < 1 || length > at.end() || ends[target] != null) {
            throw new IllegalArgumentException(
                    "sequence " + target + " cannot take " + length + " tokens of " + source);
        }
        while (at.depth >= length) at = parent(at);
        if (at.end() > length) at = split(at, length - at.depth);
        ends[target] = at;
        for (Node node = at; node != null; node = node.parent) node.holders.set(target);
    }

    /// Adds `count` tokens, from `from` on, to the end of a sequence.
    void append(int sequence, int[] tokens, int from, int count) {
        if (count == 0) return;
        Node end = ends[sequence];
        if (end == null || !end.children.isEmpty() || end.holders.cardinality() > 1) {
            Node parent = end == null ? root : end;
            end = new Node(new int[Math.max(16, count)], 0, 0, parent.end(), parent);
            end.holders.set(sequence);
            parent.children.add(end);
            ends[sequence] = end;
        }
        int used = end.offset + end.length;
        if (used + count > end.tokens.length) {
            int[] larger = new int[Math.max(2 * end.length, end.length + count)];
            System.arraycopy(end.tokens, end.offset, larger, 0, end.length);
            end.tokens = larger;
            end.offset = 0;
            used = end.length;
        }
        System.arraycopy(tokens, from, end.tokens, used, count);
        end.length += count;
        cells += count;
    }

    /// Cuts a sequence's end off.
    void truncate(int sequence, int length) {
        Node at = ends[sequence];
        if (at == null || length >= at.end()) return;
        while (at != null && at.parent != null && at.depth >= length) {
            Node parent = at.parent;
            leave(at, sequence);
            at = parent;
        }
        if (at != null && at.end() > length) {
            Node front = split(at, length - at.depth);
            leave(at, sequence);
            at = front;
        }
        boolean empty = at == null || at.parent == null;
        ends[sequence] = empty ? null : at;
    }

    /// The cells of a sequence are no longer what its tokens say; from now on it holds `length` of them that nobody
    /// finds.
    void hide(int sequence, int length) {
        truncate(sequence, 0);
        if (length == 0) return;
        Node node = new Node(new int[length], 0, length, 0, hidden);
        node.holders.set(sequence);
        hidden.children.add(node);
        ends[sequence] = node;
        cells += length;
    }

    /// Cells that would be free without this sequence.
    int alone(int sequence) {
        int alone = 0;
        for (Node node = ends[sequence]; node != null; node = node.parent) {
            if (node.holders.cardinality() > 1) break;
            alone += node.length;
        }
        return alone;
    }

    /// Cells that any of these sequences holds.
    int cellsOf(BitSet sequences) {
        return cellsOf(root, sequences) + cellsOf(hidden, sequences);
    }

    /// Of a sequence's first tokens, those that none of the others holds.
    int notHeld(int sequence, int length, BitSet others) {
        int count = 0;
        for (Node node = ends[sequence]; node != null; node = node.parent) {
            int part = Math.min(node.end(), length) - node.depth;
            if (part > 0 && !node.holders.intersects(others)) count += part;
        }
        return count;
    }

    private static int cellsOf(Node node, BitSet sequences) {
        int sum = node.length;
        for (Node child : node.children) {
            if (child.holders.intersects(sequences)) sum += cellsOf(child, sequences);
        }
        return sum;
    }

    private static int common(Node node, int[] tokens, int from, int limit) {
        int length = Math.min(node.length, limit - from);
        int different = Arrays.mismatch(node.tokens, node.offset, node.offset + length, tokens, from, from + length);
        return different < 0 ? length : different;
    }

    /// Whether two sequences hold the same tokens.
    boolean areEqual(int one, int other) {
        int length = length(one);
        return one != other && length == length(other) && !isHidden(other) && begins(other, tokens(one));
    }

    int[] tokens(int sequence) {
        int[] tokens = new int[length(sequence)];
        for (Node node = ends[sequence]; node != null; node = node.parent) {
            System.arraycopy(node.tokens, node.offset, tokens, node.depth, node.length);
        }
        return tokens;
    }

    private boolean begins(int sequence, int[] tokens) {
        for (Node node = ends[sequence]; node != null; node = node.parent) {
            if (common(node, tokens, node.depth, tokens.length) < node.length) return false;
        }
        return true;
    }

    /// Whether nobody finds it, because its cells were moved.
    boolean isHidden(int sequence) {
        Node node = ends[sequence];
        while (node != null && node.parent != null) node = node.parent;
        return node == hidden;
    }

    /// Cuts a node in two; it keeps its end.
    ///
    /// @return the front
    private Node split(Node node, int length) {
        Node parent = parent(node);
        Node front = new Node(node.tokens, node.offset, length, node.depth, parent);
        front.holders.or(node.holders);
        front.children.add(node);
        parent.children.set(parent.children.indexOf(node), front);
        node.parent = front;
        node.offset += length;
        node.depth += length;
        node.length -= length;
        return front;
    }

    private void leave(Node node, int sequence) {
        node.holders.clear(sequence);
        if (!node.holders.isEmpty()) return;
        cells -= node.length;
        parent(node).children.remove(node);
    }

    private static Node parent(Node node) {
        Node parent = node.parent;
        if (parent == null) throw new IllegalStateException("the root has no parent");
        return parent;
    }
}
