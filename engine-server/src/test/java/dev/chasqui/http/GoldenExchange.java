package dev.chasqui.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/// A request and the shape of its answer, as a file beside this class has it; `golden/README.md` says how.
///
/// @param given   requests that go first
/// @param text    the answer's exact text, where it is no JSON
/// @param lines   the shapes of its lines, in order
record GoldenExchange(
        String title,
        List<Request> given,
        Request request,
        int status,
        String contentType,
        Map<String, String> headers,
        Optional<String> text,
        List<Line> lines) {

    /// @param headers to send beside the client's own
    record Request(String verb, String path, Map<String, String> headers, String body) {}

    /// @param repeated whether one line or more look so
    record Line(boolean repeated, String shape) {}

    static List<GoldenExchange> read(String file) {
        String text;
        try (InputStream in =
                Objects.requireNonNull(GoldenExchange.class.getResourceAsStream("golden/" + file), file)) {
            text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<GoldenExchange> all = new ArrayList<>();
        for (String block : text.split("(?m)^### ")) {
            if (!block.isBlank()) all.add(parse(file, block));
        }
        return all;
    }

    private static GoldenExchange parse(String file, String block) {
        String[] halves = block.strip().split("\n\n", 2);
        if (halves.length < 2) throw new IllegalArgumentException(file + ": an answer is missing: " + block);
        Deque<String> asked = new ArrayDeque<>(List.of(halves[0].split("\n")));
        String title = asked.removeFirst();
        List<Request> given = new ArrayList<>();
        while (asked.getFirst().matches("(Given|Better): .*")) {
            String line = asked.removeFirst();
            if (line.startsWith("Given: ")) given.add(given(line.substring("Given: ".length())));
        }
        String[] verbAndPath = asked.removeFirst().split(" ");
        Map<String, String> sent = headers(asked);
        Request request = new Request(verbAndPath[0], verbAndPath[1], sent, String.join("\n", asked));

        Deque<String> answer = new ArrayDeque<>(List.of(halves[1].split("\n")));
        String[] statusAndType = answer.removeFirst().split(" ", 2);
        Map<String, String> headers = headers(answer);
        Optional<String> exact = Optional.of(answer)
                .filter(rest -> !rest.isEmpty() && rest.getFirst().startsWith("="))
                .map(rest -> rest.removeFirst().substring(1).strip());
        return new GoldenExchange(
                file + ": " + title,
                given,
                request,
                Integer.parseInt(statusAndType[0]),
                statusAndType[1],
                headers,
                exact,
                lines(answer));
    }

    private static Request given(String line) {
        String[] parts = line.split(" ", 3);
        return new Request(parts[0], parts[1], Map.of(), parts[2]);
    }

    private static Map<String, String> headers(Deque<String> lines) {
        Map<String, String> headers = new LinkedHashMap<>();
        while (!lines.isEmpty() && lines.getFirst().matches("[a-z-]+: .*")) {
            String[] header = lines.removeFirst().split(": ", 2);
            headers.put(header[0], header[1]);
        }
        return headers;
    }

    private static List<Line> lines(Deque<String> text) {
        List<Line> lines = new ArrayList<>();
        for (String line : text) {
            if (line.startsWith(" ")) {
                Line above = lines.removeLast();
                lines.add(new Line(above.repeated(), above.shape() + line));
            } else {
                boolean repeated = line.startsWith("+ ");
                lines.add(new Line(repeated, repeated ? line.substring(2) : line));
            }
        }
        return lines;
    }

    @Override
    public String toString() {
        return title;
    }
}
