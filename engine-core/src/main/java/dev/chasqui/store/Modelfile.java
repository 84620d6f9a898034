package dev.chasqui.store;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.CreateRequest;
import dev.chasqui.api.Digest;
import dev.chasqui.api.Message;
import dev.chasqui.api.ModelName;
import dev.chasqui.api.Option;
import dev.chasqui.api.Options;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// How a model is made: Ollama's text format of instructions such as `FROM`, `PARAMETER` and `SYSTEM`.
///
/// Its text form reads back as an equal Modelfile, unless a text holds a line that ends with three quotes, which
/// the format cannot say.
///
/// @param commands in the order they were written
public record Modelfile(List<Command> commands) {

    private static final Logger LOG = LoggerFactory.getLogger(Modelfile.class);
    private static final int MOST_BYTES = 16 << 20;
    private static final Set<String> INSTRUCTIONS = Set.of(
            "model", "template", "system", "adapter", "draft", "renderer", "parser", "license", "message", "requires");
    /// Options Ollama still reads and no longer uses.
    private static final Set<String> WITHOUT_EFFECT = Set.of(
            "penalize_newline",
            "low_vram",
            "f16_kv",
            "logits_all",
            "vocab_only",
            "use_mlock",
            "mirostat",
            "mirostat_tau",
            "mirostat_eta",
            "draft_num_predict");

    /// One instruction.
    ///
    /// @param name     in lower case; `model` for `FROM`, and for `PARAMETER` the parameter's name
    /// @param argument without quotes; a message's is `role: text`
    public record Command(String name, String argument) {

        @Override
        public String toString() {
            return switch (name) {
                case "model" -> "FROM " + quoted(argument);
                case "message" -> {
                    String[] parts = argument.split(": ", 2);
                    yield "MESSAGE " + parts[0] + " " + quoted(parts.length > 1 ? parts[1] : "");
                }
                default ->
                    INSTRUCTIONS.contains(name)
                            ? name.toUpperCase(Locale.ROOT) + " " + quoted(argument)
                            : "PARAMETER " + name + " " + quoted(argument);
            };
        }

        private static String quoted(String text) {
            boolean lines = text.contains("\n") || text.contains("\r");
            if (lines || text.startsWith("\"")) return "\"\"\"" + text + "\"\"\"";
            return text.isEmpty() || !text.strip().equals(text) ? "\"" + text + "\"" : text;
        }
    }

    public Modelfile {
        commands = List.copyOf(commands);
    }

    /// @throws BackendException in Ollama's words, with the line
    public static Modelfile parse(String text) {
        return ModelfileParser.parse(text);
    }

    /// Reads a file in UTF-8, or in UTF-16 with a byte order mark.
    ///
    /// @throws BackendException if the file cannot be read, or in Ollama's words, with the line
    public static Modelfile read(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MOST_BYTES + 1);
            if (bytes.length > MOST_BYTES) {
                throw BackendException.invalid(file + " is longer than " + MOST_BYTES + " bytes; is it a Modelfile?");
            }
            return parse(new String(bytes, charset(bytes)));
        } catch (IOException e) {
            String reason = Files.exists(file) ? " cannot be read: " + e.getMessage() : " does not exist";
            throw new BackendException(BackendException.Kind.INVALID, "the Modelfile " + file + reason, e);
        }
    }

    private static Charset charset(byte[] bytes) {
        boolean wide = bytes.length >= 2
                && ((bytes[0] == (byte) 0xff && bytes[1] == (byte) 0xfe)
                        || (bytes[0] == (byte) 0xfe && bytes[1] == (byte) 0xff));
        return wide ? StandardCharsets.UTF_16 : StandardCharsets.UTF_8;
    }

    /// What the model is made from: names of models or paths of files.
    public List<String> from() {
        return all("model");
    }

    public List<String> adapters() {
        return all("adapter");
    }

    public Optional<String> template() {
        return last("template");
    }

    public Optional<String> system() {
        return last("system");
    }

    public List<String> licenses() {
        return all("license");
    }

    public List<Message> messages() {
        return all("message").stream()
                .map(text -> text.split(": ", 2))
                .map(parts -> Message.of(parts[0], parts.length > 1 ? parts[1] : ""))
                .toList();
    }

    /// @throws BackendException `unknown parameter 'x'`, or naming the option whose value does not fit
    public Options parameters() {
        Options options = Options.NONE;
        for (Command command : commands) {
            if (INSTRUCTIONS.contains(command.name())) continue;
            Option option = Option.named(command.name());
            if (option != null) {
                options = options.withText(option, command.argument());
            } else if (WITHOUT_EFFECT.contains(command.name())) {
                LOG.warn("parameter {} has no effect any more", command.name());
            } else {
                throw BackendException.invalid("unknown parameter '" + command.name() + "'");
            }
        }
        return options;
    }

    /// Takes a file that a Modelfile names to where the model is made.
    @FunctionalInterface
    public interface FileTaker {

        /// @return the SHA-256 of its content
        Digest take(Path file) throws IOException;
    }

    /// What makes this model, once all the files it names were taken. What can be wrong with them is found before
    /// the first of them is.
    ///
    /// @param model  the name it gets
    /// @param folder where relative paths start
    /// @throws BackendException naming the instruction or the file that is wrong
    public CreateRequest request(String model, Path folder, FileTaker taker) throws IOException {
        Options parameters = parameters();
        if (adapters().size() > 1) throw BackendException.invalid("only one adapter is currently supported");
        if (last("draft").isPresent()) {
            throw BackendException.invalid("DRAFT models are not supported; remove the line");
        }
        Sources sources = Sources.of(this, folder);
        sources.requireGguf();
        return new CreateRequest(
                model,
                sources.models().stream().findFirst().map(ModelName::longForm),
                taken(sources.files(), taker),
                taken(sources.adapter().stream().toList(), taker),
                Optional.empty(),
                template(),
                system(),
                licenses(),
                parameters,
                messages(),
                last("renderer"),
                last("parser"),
                last("requires"));
    }

    /// By their names alone; those of equal name get a number before it.
    private static Map<String, Digest> taken(List<Path> files, FileTaker taker) throws IOException {
        Map<String, Digest> taken = new LinkedHashMap<>();
        for (Path file : files) {
            String name = String.valueOf(file.getFileName());
            taken.put(taken.containsKey(name) ? taken.size() + "-" + name : name, taker.take(file));
        }
        return taken;
    }

    /// The last argument of an instruction, such as `renderer`, `parser`, `draft` or `requires`.
    public Optional<String> last(String instruction) {
        List<String> found = all(instruction);
        return found.isEmpty() ? Optional.empty() : Optional.of(found.getLast());
    }

    private List<String> all(String instruction) {
        return commands.stream()
                .filter(command -> command.name().equals(instruction))
                .map(Command::argument)
                .toList();
    }

    /// The text form, one instruction after the other.
    @Override
    public String toString() {
        return commands.stream().map(command -> command + "\n").collect(Collectors.joining());
    }
}
