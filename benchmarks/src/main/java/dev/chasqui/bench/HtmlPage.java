package dev.chasqui.bench;

import dev.chasqui.bench.Outcome.Compared;
import java.util.List;
import java.util.Map;

/// The suite's report for a browser: one file, no script, nothing fetched.
final class HtmlPage {

    private static final String HEAD = """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>Chasqui: benchmark results</title>
            <style>
            body { font: 15px/1.5 system-ui, sans-serif; max-width: 800px; margin: 2em auto; padding: 0 1em; color: #1b1f24; background: #fff; }
            table { border-collapse: collapse; } td, th { text-align: left; padding: 2px 10px 2px 0; vertical-align: top; }
            h2 { margin: 1.6em 0 0.2em; font-size: 1.1em; } svg { max-width: 100%; height: auto; font-size: 13px; }
            .small { font-size: 11px; fill: #57606a; } .axis { stroke: #57606a; } .range { stroke: #b6bcc4; stroke-width: 2; }
            .median { stroke: #1b1f24; stroke-width: 2.5; } .failed { color: #a40e26; }
            .side0 { fill: #0969da; } .side1 { fill: #bc4c00; } .side2 { fill: #1a7f37; } .side3 { fill: #8250df; }
            circle { fill-opacity: 0.55; }
            @media (prefers-color-scheme: dark) {
              body { color: #e6e8eb; background: #14171a; } .median { stroke: #e6e8eb; } svg text { fill: #e6e8eb; }
            }
            </style>
            </head>
            <body>
            <h1>Benchmark results</h1>
            """;

    private HtmlPage() {}

    /// @param machine  what it ran on
    /// @param failures what was not measured, and why
    static String of(Map<String, Object> machine, Map<String, String> failures, List<Outcome> outcomes) {
        StringBuilder page = new StringBuilder(HEAD).append("<table>\n");
        machine.forEach((key, value) -> page.append("<tr><th>")
                .append(escaped(key))
                .append("</th><td>")
                .append(escaped(String.valueOf(value)))
                .append("</td></tr>\n"));
        page.append("</table>\n");
        failures.forEach((what, why) -> page.append("<p class=\"failed\">Not measured: ")
                .append(escaped(what + ": " + why))
                .append("</p>\n"));
        page.append(
                "<p>A dot is a measurement, the tick the median of the rounds. A ratio is a side's time over the other's, with its"
                        + " 95 % interval over the rounds; where that holds 1, no difference was shown.</p>\n");
        for (Outcome outcome : outcomes) {
            page.append("<h2>").append(escaped(outcome.task())).append("</h2>\n<p>");
            page.append(escaped(outcome.what() + " (" + outcome.model() + ")")).append("</p>\n");
            page.append(Plot.of(outcome));
            for (Compared each : outcome.compared()) {
                page.append("<p>")
                        .append(escaped(each.side() + " / " + each.reference() + ": " + each.verdict()))
                        .append("</p>\n");
            }
        }
        return page.append("</body>\n</html>\n").toString();
    }

    static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
