package dev.chasqui.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PrefixTreeTest {

    private final PrefixTree tree = new PrefixTree(8);

    @Test
    void whatASequenceHoldsIsFoundByItsBeginning() {
        append(0, 1, 2, 3, 4);

        assertThat(tree.longest(new int[] {1, 2, 9}, 3)).isEqualTo(new PrefixTree.Match(2, 0));
        assertThat(tree.longest(new int[] {1, 2, 3, 4, 5}, 3)).isEqualTo(new PrefixTree.Match(3, 0));
        assertThat(tree.longest(new int[] {2}, 1)).isEqualTo(PrefixTree.Match.NONE);
    }

    @Test
    void sharedTokensAreCountedOnce() {
        append(0, 1, 2, 3, 4);
        tree.share(0, 1, 3);
        append(1, 7, 8);

        assertThat(tree.cells()).isEqualTo(6);
        assertThat(tree.alone(0)).isEqualTo(1);
        assertThat(tree.alone(1)).isEqualTo(2);
        assertThat(tree.longest(new int[] {1, 2, 3, 7, 8}, 5)).isEqualTo(new PrefixTree.Match(5, 1));
    }

    @Test
    void whatIsSharedOutlivesItsFirstHolder() {
        append(0, 1, 2, 3, 4);
        tree.share(0, 1, 3);

        tree.truncate(0, 0);

        assertThat(tree.cells()).isEqualTo(3);
        assertThat(tree.longest(new int[] {1, 2, 3, 4}, 4)).isEqualTo(new PrefixTree.Match(3, 1));
    }

    @Test
    void aMovedSequenceIsNotFoundAnyMore() {
        append(0, 1, 2, 3, 4);

        tree.hide(0, 2);
        append(0, 9);

        assertThat(tree.longest(new int[] {1, 2}, 2)).isEqualTo(PrefixTree.Match.NONE);
        assertThat(tree.length(0)).isEqualTo(3);
        assertThat(tree.cells()).isEqualTo(3);
    }

    @Test
    void aMemoryThatCannotBeCutIsOfferedWholeSequencesOnly() {
        append(0, 1, 2, 3, 4);
        append(1, 1, 2);

        assertThat(tree.longestWhole(new int[] {1, 2, 3, 9}, 4)).isEqualTo(new PrefixTree.Match(2, 1));
    }

    /// Beside the tree, a list of cells per sequence: they must always agree.
    @Test
    void anyMixOfSharingCuttingAndGrowingKeepsCount() {
        long base = System.nanoTime();
        for (int round = 0; round < 500; round++) mix(base + round);
    }

    /// Each is an object of its own; sequences that share a cell hold the same one.
    private static final class Cell {
        final int token;

        Cell(int token) {
            this.token = token;
        }
    }

    private static void mix(long seed) {
        Random random = new Random(seed);
        int sequences = 6;
        PrefixTree tree = new PrefixTree(sequences);
        List<List<Cell>> lines = new ArrayList<>();
        for (int i = 0; i < sequences; i++) lines.add(new ArrayList<>());
        for (int step = 0; step < 80; step++) {
            int one = random.nextInt(sequences);
            List<Cell> line = lines.get(one);
            switch (random.nextInt(4)) {
                case 0, 1 -> {
                    int[] more = random.ints(1 + random.nextInt(5), 0, 3).toArray();
                    tree.append(one, more, 0, more.length);
                    for (int token : more) line.add(new Cell(token));
                }
                case 2 -> {
                    int length = random.nextInt(line.size() + 1);
                    tree.truncate(one, length);
                    line.subList(length, line.size()).clear();
                }
                default -> {
                    int other = random.nextInt(sequences);
                    if (!lines.get(other).isEmpty() || line.isEmpty() || other == one) continue;
                    int length = 1 + random.nextInt(line.size());
                    tree.share(one, other, length);
                    lines.get(other).addAll(line.subList(0, length));
                }
            }
            check(tree, lines, random, "seed " + seed + ", step " + step);
        }
    }

    private static void check(PrefixTree tree, List<List<Cell>> lines, Random random, String where) {
        IdentityHashMap<Cell, Boolean> cells = new IdentityHashMap<>();
        lines.forEach(line -> line.forEach(cell -> cells.put(cell, true)));
        assertThat(tree.cells()).as(where).isEqualTo(cells.size());
        int[] prompt = random.ints(8, 0, 3).toArray();
        int longest = 0;
        BitSet all = new BitSet();
        for (int i = 0; i < lines.size(); i++) {
            List<Cell> line = lines.get(i);
            assertThat(tree.length(i)).as(where).isEqualTo(line.size());
            int[] tokens = line.stream().mapToInt(cell -> cell.token).toArray();
            int different = Arrays.mismatch(tokens, prompt);
            longest = Math.max(longest, different < 0 ? prompt.length : different);
            all.set(i);
        }
        PrefixTree.Match match = tree.longest(prompt, prompt.length);
        assertThat(match.length()).as(where).isEqualTo(longest);
        if (longest > 0) assertThat(tree.length(match.sequence())).as(where).isGreaterThanOrEqualTo(longest);
        assertThat(tree.cellsOf(all)).as(where).isEqualTo(cells.size());
    }

    private void append(int sequence, int... tokens) {
        tree.append(sequence, tokens, 0, tokens.length);
    }
}
