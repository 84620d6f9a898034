package dev.chasqui.cli;

import java.util.Collection;
import java.util.List;

/// Finds what somebody may have meant to type.
final class Alike {

    private static final int MOST_SLIPS = 2;

    private Alike() {}

    /// The words it is the beginning of, or is at most two slips of a key away from; from short words only one.
    static List<String> to(String typed, Collection<String> words) {
        return words.stream()
                .filter(word -> typed.length() > 1 && word.startsWith(typed)
                        || slips(typed, word) <= Math.min(MOST_SLIPS, word.length() - 2))
                .sorted()
                .toList();
    }

    /// Levenshtein's distance: letters to change, leave out or put in.
    private static int slips(String from, String to) {
        int[] row = new int[to.length() + 1];
        for (int column = 0; column <= to.length(); column++) row[column] = column;
        for (int line = 1; line <= from.length(); line++) {
            int diagonal = row[0];
            row[0] = line;
            for (int column = 1; column <= to.length(); column++) {
                int changed = diagonal + (from.charAt(line - 1) == to.charAt(column - 1) ? 0 : 1);
                diagonal = row[column];
                row[column] = Math.min(changed, 1 + Math.min(row[column], row[column - 1]));
            }
        }
        return row[to.length()];
    }
}
