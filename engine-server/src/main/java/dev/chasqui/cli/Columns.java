package dev.chasqui.cli;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/// A table as Ollama prints it, to the byte: cells filled up to their column's width, four spaces after each, no
/// borders.
final class Columns {

    private static final String GAP = "    ";

    private final List<String> header;
    private final List<List<String>> rows = new ArrayList<>();

    Columns(String... header) {
        this.header = List.of(header);
    }

    Columns row(String... cells) {
        rows.add(List.of(cells));
        return this;
    }

    void print(PrintStream out) {
        int[] widths = widths();
        StringBuilder text = new StringBuilder();
        for (int column = 0; column < header.size(); column++) {
            // After the last title there is one space, after the last cell of a row there are four.
            text.append(filled(header.get(column), widths[column])).append(column < header.size() - 1 ? GAP : " ");
        }
        if (!header.isEmpty()) text.append('\n');
        for (List<String> row : rows) {
            for (int column = 0; column < widths.length; column++) {
                String cell = column < row.size() ? row.get(column) : "";
                text.append(filled(cell, widths[column])).append(GAP);
            }
            text.append('\n');
        }
        out.print(text);
        out.flush();
    }

    private int[] widths() {
        int columns = rows.stream().mapToInt(List::size).max().orElse(0);
        int[] widths = new int[Math.max(columns, header.size())];
        for (int column = 0; column < header.size(); column++) widths[column] = length(header.get(column));
        for (List<String> row : rows) {
            for (int column = 0; column < row.size(); column++) {
                widths[column] = Math.max(widths[column], length(row.get(column)));
            }
        }
        return widths;
    }

    private static String filled(String cell, int width) {
        return cell + " ".repeat(width - length(cell));
    }

    private static int length(String cell) {
        return cell.codePointCount(0, cell.length());
    }
}
