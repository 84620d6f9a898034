package dev.chasqui.bench;

import java.util.Locale;
import java.util.Map;

/// One task as a picture: a line for each side, a dot for each measurement, a tick at the median of the rounds. SVG,
/// without a script.
final class Plot {

    private static final int WIDTH = 760;
    private static final int LEFT = 110;
    private static final int RIGHT = 110;
    private static final int LINE = 26;
    private static final int AXIS = 22;

    private Plot() {}

    static String of(Outcome outcome) {
        Map<String, Measured> sides = outcome.sides();
        double most = sides.values().stream()
                .mapToDouble(measured -> measured.percentile(1))
                .max()
                .orElse(1);
        int height = sides.size() * LINE + AXIS;
        StringBuilder svg = new StringBuilder();
        svg.append("<svg viewBox=\"0 0 %d %d\" width=\"%d\" role=\"img\" aria-label=\"%s\">\n"
                .formatted(WIDTH, height, WIDTH, HtmlPage.escaped(outcome.what())));
        int y = LINE / 2;
        int colour = 0;
        for (Map.Entry<String, Measured> side : sides.entrySet()) {
            svg.append(line(side.getKey(), side.getValue(), y, most, colour++));
            y += LINE;
        }
        double axis = height - AXIS + 4;
        svg.append(format(
                "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" class=\"axis\"/>\n",
                LEFT, WIDTH - RIGHT, axis, axis));
        svg.append(format("<text x=\"%d\" y=\"%.1f\" class=\"small\">0</text>\n", LEFT, axis + 13));
        svg.append(format(
                "<text x=\"%d\" y=\"%.1f\" class=\"small\" text-anchor=\"end\">%.0f ms</text>\n",
                WIDTH - RIGHT, axis + 13, most));
        return svg.append("</svg>\n").toString();
    }

    private static String line(String side, Measured measured, int y, double most, int colour) {
        StringBuilder svg = new StringBuilder();
        svg.append(format("<text x=\"0\" y=\"%d\">%s</text>\n", y + 4, HtmlPage.escaped(side)));
        double[] all = measured.all();
        svg.append(format(
                "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\" class=\"range\"/>\n",
                x(all[0], most), x(all[all.length - 1], most), y, y));
        for (double millis : all) {
            svg.append(format(
                    "<circle cx=\"%.1f\" cy=\"%d\" r=\"3.5\" class=\"side%d\"/>\n", x(millis, most), y, colour % 4));
        }
        double median = Rounds.median(measured.medians());
        double at = x(median, most);
        svg.append(
                format("<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\" class=\"median\"/>\n", at, at, y - 9, y + 9));
        svg.append(format("<text x=\"%d\" y=\"%d\">%.1f ms</text>\n", WIDTH - RIGHT + 10, y + 4, median));
        return svg.toString();
    }

    private static double x(double millis, double most) {
        return LEFT + millis / most * (WIDTH - RIGHT - LEFT);
    }

    private static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }
}
