package dev.chasqui.cli;

import org.jline.utils.WCWidth;

/// Breaks lines between words as text comes in. Every character is shown at once: a word that turns out too long for
/// its line is taken back and written again on the next.
final class WordWrap {

    private static final int NARROWEST = 20;

    private final int width;
    private final StringBuilder word = new StringBuilder();
    private int wordColumns;
    private int column;

    /// @param width of the terminal, in columns; where it is less than 20, only the terminal breaks lines
    WordWrap(int width) {
        // The last column stays free: a terminal whose cursor waits behind it cannot go back reliably.
        this.width = width < NARROWEST ? Integer.MAX_VALUE : width - 1;
    }

    /// What to print for this piece of the text.
    String add(String piece) {
        StringBuilder out = new StringBuilder();
        piece.codePoints().forEach(character -> {
            if (character == '\n') newLine(out);
            else if (Character.isWhitespace(character)) space(character, out);
            else letter(character, out);
        });
        return out.toString();
    }

    private void newLine(StringBuilder out) {
        out.append('\n');
        column = 0;
        endWord();
    }

    private void space(int character, StringBuilder out) {
        endWord();
        if (column >= width) {
            newLine(out);
            return;
        }
        column += character == '\t' ? 8 - column % 8 : 1;
        out.appendCodePoint(character);
    }

    private void letter(int character, StringBuilder out) {
        int columns = Math.max(0, WCWidth.wcwidth(character));
        if (column + columns > width) {
            if (wordColumns < column && wordColumns > 0) {
                out.append("\u001b[").append(wordColumns).append("D\u001b[K\n").append(word);
                column = wordColumns;
            } else {
                newLine(out); // the word is a whole line, or there is none
            }
        }
        word.appendCodePoint(character);
        wordColumns += columns;
        column += columns;
        out.appendCodePoint(character);
    }

    private void endWord() {
        word.setLength(0);
        wordColumns = 0;
    }
}
