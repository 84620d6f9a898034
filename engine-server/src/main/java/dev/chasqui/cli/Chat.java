package dev.chasqui.cli;

import dev.chasqui.api.Backend;
import dev.chasqui.api.BackendException;
import dev.chasqui.api.Generation;
import dev.chasqui.api.Message;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jline.reader.Completer;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.reader.impl.DefaultParser;
import org.jline.terminal.Terminal;

/// A conversation on a terminal: a line in, an answer out, until `/bye` or Ctrl-D. Ctrl-C ends an answer, not the
/// chat.
final class Chat {

    private static final String PROMPT = ">>> ";
    private static final String MORE = "... ";
    private static final String QUOTES = "\"\"\"";

    private final Backend backend;
    private final Terminal terminal;
    private final Screen screen;
    private final PrintStream out;
    private final PrintStream err;
    private final boolean colours;
    private final Conversation conversation;
    private final LineReader reader;
    private ChatFlags flags;

    /// @param history where typed lines are kept from chat to chat; empty keeps none
    Chat(
            Backend backend,
            Terminal terminal,
            Screen screen,
            Conversation conversation,
            ChatFlags flags,
            Optional<Path> history) {
        this.backend = backend;
        this.terminal = terminal;
        this.screen = screen;
        this.out = new PrintStream(terminal.output(), true, StandardCharsets.UTF_8);
        this.err = screen.err();
        this.colours = screen.colours() && screen.outIsTty();
        this.conversation = conversation;
        this.flags = flags;
        this.reader = reader(terminal, new ChatCompleter(backend), history);
    }

    void run() {
        ChatCommands commands = new ChatCommands(this, backend, conversation, out);
        out.println("Type a message, /? for help, /bye to leave.");
        showOpening();
        while (true) {
            Optional<String> message;
            try {
                message = read();
            } catch (UserInterruptException e) {
                out.println("\nUse Ctrl + d or /bye to exit.");
                continue;
            } catch (EndOfFileException e) {
                out.println();
                return;
            }
            if (message.isEmpty()) continue;
            String text = message.get();
            if (!text.startsWith("/")) answer(text);
            else if (!commands.run(text)) return;
        }
    }

    ChatFlags flags() {
        return flags;
    }

    void flags(ChatFlags flags) {
        this.flags = flags;
    }

    /// One message; it may span lines between triple quotes.
    ///
    /// @return empty if there was only white space
    private Optional<String> read() {
        String line = reader.readLine(PROMPT);
        String start = line.strip();
        if (!start.startsWith(QUOTES)) return start.isEmpty() ? Optional.empty() : Optional.of(start);
        return Optional.of(quoted(start.substring(QUOTES.length())));
    }

    /// The rest of a text in triple quotes, over as many lines as it takes.
    String quoted(String start) {
        StringBuilder text = new StringBuilder();
        String line = start;
        while (!line.stripTrailing().endsWith(QUOTES)) {
            text.append(line).append('\n');
            line = reader.readLine(MORE);
        }
        String last = line.stripTrailing();
        return text.append(last, 0, last.length() - QUOTES.length()).toString();
    }

    /// Whether typed lines are kept for the next time.
    void keepsHistory(boolean keeps) {
        reader.setVariable(LineReader.DISABLE_HISTORY, !keeps);
    }

    /// Takes the model into memory.
    ///
    /// @throws BackendException if it cannot be, or Ctrl-C was typed meanwhile
    void load() {
        try (Interruptible waiting = new Interruptible(terminal)) {
            waiting.answering(backend.generate(conversation.loading())).answer();
        }
        showOpening();
    }

    /// What the model's maker put before every conversation.
    private void showOpening() {
        for (Message message : conversation.details().messages()) {
            if (message.role().equals("user")) out.println(PROMPT + message.content());
            if (message.role().equals("assistant")) out.println(message.content() + "\n");
        }
    }

    private void answer(String text) {
        try {
            conversation.add(message(text));
        } catch (BackendException | IOException e) {
            err.println("Error: " + e.getMessage());
            return;
        }
        try (Interruptible waiting = new Interruptible(terminal);
                Generation generation = waiting.answering(backend.chat(conversation.request()))) {
            conversation.add(printer().print(generation));
            out.print("\n\n");
            out.flush();
            AnswerPrinter.printDropped(generation.summary(), err);
            if (flags.verbose()) AnswerPrinter.printCost(generation.summary(), err);
        } catch (BackendException e) {
            conversation.takeBack();
            if (e.kind() == BackendException.Kind.CANCELLED) out.print("\n\n");
            else err.println("Error: " + e.getMessage());
        }
    }

    private Message message(String text) throws IOException {
        boolean sees = conversation.details().capabilities().contains("vision");
        ImagePaths parts = ImagePaths.in(text, sees);
        if (sees) parts.names().forEach(name -> out.println("Added image '" + name + "'"));
        else if (!parts.names().isEmpty()) err.println(RunCommand.blind(conversation.model(), parts.names()));
        return new Message("user", parts.text(), "", parts.images(), List.of(), "", "");
    }

    private AnswerPrinter printer() {
        boolean wraps = flags.wordWrap()
                && screen.wraps()
                && conversation.settings().format().isEmpty();
        Optional<WordWrap> wrap = wraps ? Optional.of(new WordWrap(terminal.getWidth())) : Optional.empty();
        return new AnswerPrinter(out, colours, flags.hideThinking(), wrap);
    }

    private static LineReader reader(Terminal terminal, Completer completer, Optional<Path> history) {
        DefaultParser parser = new DefaultParser();
        parser.setEscapeChars(null); // a backslash and a quote are just text here
        parser.setQuoteChars(null);
        LineReaderBuilder builder = LineReaderBuilder.builder()
                .terminal(terminal)
                .parser(parser)
                .completer(completer)
                .appName("chasqui")
                .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
                .option(LineReader.Option.BRACKETED_PASTE, true);
        history.ifPresent(file -> builder.variable(LineReader.HISTORY_FILE, file));
        return builder.build();
    }
}
