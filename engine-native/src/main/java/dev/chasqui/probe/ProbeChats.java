package dev.chasqui.probe;

import dev.chasqui.llama.LlamaException;
import dev.chasqui.llama.Vocabulary;
import dev.chasqui.llama.common.ChatInputs;
import dev.chasqui.llama.common.ChatTemplate;
import dev.chasqui.llama.common.ToolChoice;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeoutException;

/// Small chats of the kinds that templates branch on. A macro that calls itself for ever ends the process; one in a
/// branch that none of these takes is not found.
final class ProbeChats {

    private static final String USER = "{\"role\":\"user\",\"content\":\"Hi\"}";
    private static final String SYSTEM = "{\"role\":\"system\",\"content\":\"Be brief.\"}";
    private static final String ANSWER = "{\"role\":\"assistant\",\"content\":\"Hello.\"}";
    private static final String CALL =
            "{\"role\":\"assistant\",\"content\":\"\",\"tool_calls\":[{\"type\":\"function\","
                    + "\"id\":\"call00001\",\"function\":{\"name\":\"quote\",\"arguments\":\"{\\\"symbol\\\":\\\"X\\\"}\"}}]}";
    private static final String RESULT =
            "{\"role\":\"tool\",\"tool_call_id\":\"call00001\",\"name\":\"quote\",\"content\":\"7\"}";
    private static final String TOOLS = "[{\"type\":\"function\",\"function\":{\"name\":\"quote\",\"description\":\"A"
            + " price\",\"parameters\":{\"type\":\"object\",\"properties\":{\"symbol\":{\"type\":\"string\"}}}}}]";

    private static final List<ChatInputs> CHATS = List.of(
            ChatInputs.of(chat(USER)),
            ChatInputs.of(chat(SYSTEM, USER, ANSWER, USER)).withThinking(false),
            ChatInputs.of(chat(USER, CALL, RESULT)).withTools(TOOLS, ToolChoice.AUTO, false));

    private ProbeChats() {}

    /// Ends the process if one of them takes more time or memory than any may.
    ///
    /// @throws LlamaException if the template is none
    static void write(String jinja, Vocabulary vocabulary) {
        try (ChatTemplate template =
                ChatTemplate.parse(jinja, text(vocabulary, vocabulary.bos()), text(vocabulary, vocabulary.eos()))) {
            for (ChatInputs chat : CHATS) write(template, chat);
        } catch (LlamaException e) {
            endIfItTakesAll(e);
            throw e;
        }
    }

    /// Many a template refuses a chat, for example one with tools; that is its right.
    private static void write(ChatTemplate template, ChatInputs chat) {
        try {
            template.render(chat);
        } catch (LlamaException e) {
            endIfItTakesAll(e);
        }
    }

    private static void endIfItTakesAll(LlamaException e) {
        String message = String.valueOf(e.getMessage());
        if (e.getCause() instanceof TimeoutException || message.contains("bad_alloc")) ProbeChild.endUnfit(message);
    }

    private static String chat(String... messages) {
        return "[" + String.join(",", messages) + "]";
    }

    private static String text(Vocabulary vocabulary, OptionalInt token) {
        return token.isEmpty() ? "" : new String(vocabulary.piece(token.getAsInt(), true), StandardCharsets.UTF_8);
    }
}
