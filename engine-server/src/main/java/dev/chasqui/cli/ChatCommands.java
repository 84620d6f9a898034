package dev.chasqui.cli;

import dev.chasqui.api.Backend;
import dev.chasqui.api.BackendException;
import dev.chasqui.api.ModelDetails;
import dev.chasqui.api.Progress;
import dev.chasqui.api.Settings;
import dev.chasqui.api.Think;
import java.io.PrintStream;
import java.util.List;

/// What a line that begins with a slash does in a chat.
final class ChatCommands {

    private final Chat chat;
    private final Backend backend;
    private final Conversation conversation;
    private final PrintStream out;

    ChatCommands(Chat chat, Backend backend, Conversation conversation, PrintStream out) {
        this.chat = chat;
        this.backend = backend;
        this.conversation = conversation;
        this.out = out;
    }

    /// @return whether the chat goes on
    boolean run(String line) {
        String[] words = line.split("\\s+", 3);
        String rest = words.length > 2 ? words[2].strip() : "";
        try {
            switch (words[0]) {
                case "/bye", "/exit" -> {
                    return false;
                }
                case "/clear" -> {
                    conversation.clear();
                    out.println("Cleared session context");
                }
                case "/load" -> load(words.length > 1 ? words[1] : "");
                case "/save" -> save(words.length > 1 ? words[1] : "");
                case "/set" -> set(words.length > 1 ? words[1] : "", rest);
                case "/show" -> show(words.length > 1 ? words[1] : "");
                case "/?", "/help" -> out.println(ChatHelp.about(words.length > 1 ? words[1] : ""));
                default -> out.println("Unknown command '" + words[0] + "'. Type /? for help");
            }
        } catch (BackendException e) {
            out.println("Error: " + e.getMessage());
        }
        return true;
    }

    private void load(String model) {
        if (model.isEmpty()) {
            out.println("Usage:\n  /load <modelname>");
            return;
        }
        ModelDetails details;
        try {
            details = backend.show(model);
        } catch (BackendException e) {
            if (e.kind() != BackendException.Kind.NOT_FOUND) throw e;
            out.println("Couldn't find model '" + model + "'");
            return;
        }
        out.println("Loading model '" + model + "'");
        conversation.load(model, details);
        chat.load();
    }

    private void save(String name) {
        if (name.isEmpty()) {
            out.println("Usage:\n  /save <modelname>");
            return;
        }
        Command.library(backend).create(conversation.as(name), Progress.NONE);
        out.println("Created new model '" + name + "'");
    }

    private void set(String what, String value) {
        Settings settings = conversation.settings();
        switch (what) {
            case "parameter" -> parameter(value);
            case "system" -> {
                conversation.system(value.startsWith("\"\"\"") ? chat.quoted(value.substring(3)) : unquoted(value));
                out.println("Set system message.");
            }
            case "format" -> {
                conversation.settings(settings.withFormat(RunCommand.formatJson(value)));
                out.println("Set format to '" + value + "' mode.");
            }
            case "noformat" -> {
                conversation.settings(settings.withoutFormat());
                out.println("Disabled format.");
            }
            case "history" -> {
                chat.keepsHistory(true);
                out.println("Set 'history' mode.");
            }
            case "nohistory" -> {
                chat.keepsHistory(false);
                out.println("Set 'nohistory' mode.");
            }
            case "wordwrap" -> {
                chat.flags(chat.flags().withWordWrap(true));
                out.println("Set 'wordwrap' mode.");
            }
            case "nowordwrap" -> {
                chat.flags(chat.flags().withWordWrap(false));
                out.println("Set 'nowordwrap' mode.");
            }
            case "verbose" -> {
                chat.flags(chat.flags().withVerbose(true));
                out.println("Set 'verbose' mode.");
            }
            case "quiet" -> {
                chat.flags(chat.flags().withVerbose(false));
                out.println("Set 'quiet' mode.");
            }
            case "think" -> {
                conversation.settings(settings.withThink(value.isEmpty() ? Think.ON : RunCommand.thinking(value)));
                out.println("Set 'think' mode.");
                if (!conversation.details().capabilities().contains("thinking")) {
                    out.println("Warning: model '" + conversation.model() + "' does not support thinking.");
                }
            }
            case "nothink" -> {
                conversation.settings(settings.withThink(Think.OFF));
                out.println("Set 'nothink' mode.");
            }
            case "" -> out.println(ChatHelp.SET);
            default -> out.println("Unknown command '/set " + what + "'. Type /? for help");
        }
    }

    private void parameter(String text) {
        String[] pair = text.split("\\s+", 2);
        if (pair.length < 2) {
            out.println("Usage: /set parameter NAME VALUE");
            return;
        }
        Settings settings = conversation.settings();
        conversation.settings(settings.withOptions(SamplingFlags.set(settings.options(), pair[0], unquoted(pair[1]))));
        out.println("Set parameter '" + pair[0] + "' to '" + unquoted(pair[1]) + "'");
    }

    private void show(String what) {
        ModelDetails details = conversation.details();
        switch (what) {
            case "info" -> ShowReport.print(details, false, out);
            case "license" -> out.println(orElse(details.licenses(), "No license was specified for this model."));
            case "modelfile" -> out.println(details.modelfile());
            case "parameters" -> {
                out.println("Model defined parameters:");
                out.println(details.parameters().isEmpty() ? "  No additional parameters." : details.parameters());
                out.println("User defined parameters:");
                conversation.settings().options().toMap().forEach((key, value) -> out.printf("%-30s %s%n", key, value));
            }
            case "system" ->
                out.println(conversation
                        .system()
                        .or(details::system)
                        .orElse("No system message was specified for this model."));
            case "template" -> out.println(details.template());
            case "" -> out.println(ChatHelp.SHOW);
            default -> out.println("Unknown command '/show " + what + "'. Type /? for help");
        }
    }

    private static String orElse(List<String> texts, String none) {
        return texts.isEmpty() ? none : String.join("\n", texts);
    }

    private static String unquoted(String text) {
        boolean quoted = text.length() > 1 && text.startsWith("\"") && text.endsWith("\"");
        return quoted ? text.substring(1, text.length() - 1) : text;
    }
}
