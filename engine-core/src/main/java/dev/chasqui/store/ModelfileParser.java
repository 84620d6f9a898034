package dev.chasqui.store;

import dev.chasqui.api.BackendException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads a Modelfile line by line. A value that begins with quotes goes on until a line ends with them.
final class ModelfileParser {

    private static final Set<String> KNOWN = Set.of(
            "from",
            "license",
            "template",
            "system",
            "adapter",
            "draft",
            "renderer",
            "parser",
            "parameter",
            "message",
            "requires");
    private static final String ONE_OF = "command must be one of \"from\", \"license\", \"template\", \"system\", "
            + "\"adapter\", \"draft\", \"renderer\", \"parser\", \"parameter\", \"message\", or \"requires\"";
    private static final Pattern INSTRUCTION = Pattern.compile("([A-Za-z]+)[ \\t]+(.*)", Pattern.DOTALL);
    private static final Pattern PARAMETER = Pattern.compile("([A-Za-z0-9_]+)[ \\t]+(.*)", Pattern.DOTALL);
    private static final Pattern MESSAGE = Pattern.compile("([A-Za-z]+)[ \\t]+(.*)", Pattern.DOTALL);
    private static final Set<String> ROLES = Set.of("system", "user", "assistant");

    private final String[] lines;
    private int at;

    private ModelfileParser(String text) {
        String clean = text.startsWith("\ufeff") ? text.substring(1) : text;
        this.lines = clean.split("\n", -1);
    }

    static Modelfile parse(String text) {
        ModelfileParser parser = new ModelfileParser(text);
        List<Modelfile.Command> commands = new ArrayList<>();
        while (parser.at < parser.lines.length) {
            String line = parser.lines[parser.at].strip();
            if (line.isEmpty() || line.startsWith("#")) {
                parser.at++;
            } else {
                commands.add(parser.command());
            }
        }
        if (commands.stream().noneMatch(command -> command.name().equals("model"))) {
            throw BackendException.invalid("no FROM line");
        }
        return new Modelfile(commands);
    }

    private Modelfile.Command command() {
        int line = at + 1;
        Matcher parts = INSTRUCTION.matcher(lines[at].stripLeading());
        if (!parts.matches()) throw error(line, ONE_OF);
        String name = parts.group(1).toLowerCase(Locale.ROOT);
        if (!KNOWN.contains(name)) throw error(line, ONE_OF);
        String rest = parts.group(2).stripLeading();
        return switch (name) {
            case "from" -> new Modelfile.Command("model", value(rest));
            case "parameter" -> {
                Matcher parameter = PARAMETER.matcher(rest);
                if (!parameter.matches()) throw error(line, "a parameter needs a name and a value");
                yield new Modelfile.Command(parameter.group(1).toLowerCase(Locale.ROOT), value(parameter.group(2)));
            }
            case "message" -> {
                Matcher message = MESSAGE.matcher(rest);
                if (!message.matches() || !ROLES.contains(message.group(1))) {
                    throw error(line, "message role must be one of \"system\", \"user\", or \"assistant\"");
                }
                yield new Modelfile.Command("message", message.group(1) + ": " + value(message.group(2)));
            }
            default -> new Modelfile.Command(name, value(rest));
        };
    }

    /// Takes the value that begins here and goes behind its last line.
    private String value(String start) {
        String first = start.strip();
        if (!first.startsWith("\"")) {
            at++;
            return first;
        }
        String quotes = first.startsWith("\"\"\"") ? "\"\"\"" : "\"";
        StringBuilder text = new StringBuilder(start.stripLeading());
        while (!ends(text, quotes)) {
            at++;
            if (at == lines.length) throw BackendException.invalid("unexpected EOF: a text in quotes has no end");
            text.append('\n').append(lines[at]);
        }
        at++;
        String whole = text.toString().stripTrailing();
        return whole.substring(quotes.length(), whole.length() - quotes.length());
    }

    private static boolean ends(StringBuilder text, String quotes) {
        int end = text.length();
        while (end > 0 && Character.isWhitespace(text.charAt(end - 1))) end--;
        return end >= 2 * quotes.length()
                && text.substring(end - quotes.length(), end).equals(quotes);
    }

    private static BackendException error(int line, String message) {
        return BackendException.invalid("(line " + line + "): " + message);
    }
}
