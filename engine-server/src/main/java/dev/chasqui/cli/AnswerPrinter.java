package dev.chasqui.cli;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.Choice;
import dev.chasqui.api.Choices;
import dev.chasqui.api.Chunk;
import dev.chasqui.api.Generation;
import dev.chasqui.api.Message;
import dev.chasqui.api.Summary;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Shows an answer while it is made, thoughts in grey before it.
final class AnswerPrinter {

    private static final String GREY = "\u001b[38;5;245m";
    private static final String BOLD = "\u001b[1m";
    private static final String PLAIN = "\u001b[0m";

    private final PrintStream out;
    private final boolean colours;
    private final boolean hideThinking;
    private final Optional<WordWrap> wrap;

    /// @param wrap breaks long lines; where it is absent, the terminal does
    AnswerPrinter(PrintStream out, boolean colours, boolean hideThinking, Optional<WordWrap> wrap) {
        this.out = out;
        this.colours = colours;
        this.hideThinking = hideThinking;
        this.wrap = wrap;
    }

    static AnswerPrinter on(Screen screen, boolean hideThinking, Optional<WordWrap> wrap) {
        return new AnswerPrinter(screen.out(), screen.outIsTty() && screen.colours(), hideThinking, wrap);
    }

    /// Prints every piece as it comes. When nobody reads any more, the rest is not made.
    ///
    /// @return the answer as it goes into a conversation
    /// @throws BackendException if the answer breaks off
    Message print(Generation generation) {
        StringBuilder text = new StringBuilder();
        StringBuilder thinking = new StringBuilder();
        boolean inThoughts = false;
        for (Chunk chunk : generation) {
            if (!chunk.thinking().isEmpty()) {
                thinking.append(chunk.thinking());
                if (!hideThinking) {
                    if (!inThoughts) say(grey(BOLD + "Thinking...\n" + PLAIN, "Thinking...\n"));
                    inThoughts = true;
                    String thought = wrapped(chunk.thinking());
                    say(grey(thought, thought));
                }
            }
            if (!chunk.text().isEmpty()) {
                if (inThoughts) {
                    say(endOfThoughts(thinking));
                    wrap.ifPresent(lines -> lines.add("\n"));
                }
                inThoughts = false;
                text.append(chunk.text());
                say(wrapped(chunk.text()));
            }
            if (out.checkError()) {
                generation.close();
                throw new BackendException(BackendException.Kind.CANCELLED, "standard output was closed");
            }
        }
        return new Message("assistant", text.toString(), thinking.toString(), List.of(), List.of(), "", "");
    }

    /// One line about what the model did not see, or saw no more at the end; nothing if it saw
    /// everything.
    static void printDropped(Summary summary, PrintStream out) {
        List<String> parts = new ArrayList<>();
        if (summary.droppedMessages() > 0) {
            parts.add("the " + summary.droppedMessages() + " oldest message(s) did not fit and were left out");
        }
        if (summary.droppedPromptTokens() > 0) {
            parts.add(summary.droppedPromptTokens() + " token(s) in the middle of the prompt did not fit and were left"
                    + " out");
        }
        if (summary.droppedTokens() > 0) {
            parts.add(summary.droppedTokens() + " token(s) were forgotten while the answer grew");
        }
        if (!parts.isEmpty()) out.println("Note: the context (num_ctx) is full: " + String.join("; ", parts));
    }

    /// How likely each label was, and what was likelier than all of them.
    static void printChoices(Choices choices, PrintStream out) {
        for (Choice choice : choices.all()) {
            out.printf(Locale.ROOT, "%6.2f %%  %s%n", 100 * choice.probability(), choice.label());
        }
        out.printf(
                Locale.ROOT,
                "Something else would have come with a probability of %.2f %%.%n",
                100 * choices.outside());
    }

    /// What an answer cost, as Ollama prints it for `--verbose`.
    static void printCost(Summary cost, PrintStream out) {
        line(out, "total duration", cost.total());
        line(out, "load duration", cost.load());
        if (cost.promptTokens() > 0) line(out, "prompt eval count", cost.promptTokens() + " token(s)");
        rate(out, "prompt eval", cost.promptTokens(), cost.prompt());
        if (cost.evalTokens() > 0) line(out, "eval count", cost.evalTokens() + " token(s)");
        rate(out, "eval", cost.evalTokens(), cost.eval());
    }

    private static void rate(PrintStream out, String what, int tokens, Duration time) {
        if (time.isZero()) return;
        line(out, what + " duration", time);
        line(out, what + " rate", String.format(Locale.ROOT, "%.2f tokens/s", tokens * 1e9 / time.toNanos()));
    }

    private static void line(PrintStream out, String label, Duration time) {
        if (!time.isZero()) line(out, label, dev.chasqui.api.GoDuration.format(time));
    }

    private static void line(PrintStream out, String label, String value) {
        out.printf(Locale.ROOT, "%-21s %s%n", label + ":", value);
    }

    private String wrapped(String text) {
        return wrap.map(lines -> lines.add(text)).orElse(text);
    }

    private String endOfThoughts(CharSequence thinking) {
        boolean lineEnded = !thinking.isEmpty() && thinking.charAt(thinking.length() - 1) == '\n';
        String end = "...done thinking.\n\n";
        return (lineEnded ? "" : "\n") + grey(BOLD + end + PLAIN, end);
    }

    private String grey(String coloured, String plain) {
        return colours ? GREY + coloured + PLAIN : plain;
    }

    private void say(String text) {
        out.print(text);
        out.flush();
    }
}
