package dev.chasqui.cli;

import dev.chasqui.api.Backend;
import dev.chasqui.api.BackendException;
import dev.chasqui.api.ModelSummary;
import dev.chasqui.api.Option;
import java.util.List;
import java.util.stream.Stream;
import org.jline.reader.Candidate;
import org.jline.reader.Completer;
import org.jline.reader.LineReader;
import org.jline.reader.ParsedLine;

/// Completes what begins with a slash; a message is nobody's but the user's.
final class ChatCompleter implements Completer {

    private static final List<String> COMMANDS =
            List.of("/set", "/show", "/load", "/save", "/clear", "/bye", "/?", "/help");
    private static final List<String> SET = List.of(
            "parameter",
            "system",
            "history",
            "nohistory",
            "wordwrap",
            "nowordwrap",
            "format",
            "noformat",
            "verbose",
            "quiet",
            "think",
            "nothink");
    private static final List<String> SHOW =
            List.of("info", "license", "modelfile", "parameters", "system", "template");

    private final Backend backend;

    ChatCompleter(Backend backend) {
        this.backend = backend;
    }

    @Override
    public void complete(LineReader reader, ParsedLine line, List<Candidate> candidates) {
        List<String> words = line.words();
        if (words.isEmpty() || !words.getFirst().startsWith("/")) return;
        possible(words, line.wordIndex()).map(Candidate::new).forEach(candidates::add);
    }

    private Stream<String> possible(List<String> words, int index) {
        if (index == 0) return COMMANDS.stream();
        if (index == 2 && words.get(1).equals("parameter")) {
            return Stream.of(Option.values()).map(Option::wire);
        }
        if (index != 1) return Stream.empty();
        return switch (words.getFirst()) {
            case "/set" -> SET.stream();
            case "/show" -> SHOW.stream();
            case "/?", "/help" -> Stream.of("set", "show", "shortcuts");
            case "/load" -> models();
            default -> Stream.empty();
        };
    }

    private Stream<String> models() {
        try {
            return backend.models().stream().map(ModelSummary::name);
        } catch (BackendException e) {
            return Stream.empty(); // a Tab is no place for errors
        }
    }
}
