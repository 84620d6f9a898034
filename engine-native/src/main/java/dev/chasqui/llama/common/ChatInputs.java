package dev.chasqui.llama.common;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// What a chat template renders. Start with [#of] and add.
///
/// @param messagesJson         a JSON array of messages in OpenAI's shape, oldest first
/// @param toolsJson            a JSON array of tools in OpenAI's shape
/// @param parallelToolCalls    whether one answer may call several tools
/// @param jsonSchema           the answer must be JSON that fits; excludes `grammar`
/// @param grammar              the answer must fit this GBNF; excludes tools
/// @param addGenerationPrompt  end with the opening of the assistant's answer
/// @param continueFinalMessage the last message is the assistant's and the answer goes on from it
/// @param enableThinking       ask a thinking model to think
/// @param splitThinking        parse the thinking out of the answer; otherwise it stays in the content
/// @param variables            more variables for the template, each with its value as JSON text
/// @param now                  the template's clock; empty is the real one. Pin it to keep a prompt's date, and
///                             with it the prefix that requests share
public record ChatInputs(
        String messagesJson,
        Optional<String> toolsJson,
        ToolChoice toolChoice,
        boolean parallelToolCalls,
        Optional<String> jsonSchema,
        Optional<String> grammar,
        boolean addGenerationPrompt,
        boolean continueFinalMessage,
        boolean enableThinking,
        boolean splitThinking,
        Map<String, String> variables,
        Optional<Instant> now) {

    /// @throws IllegalArgumentException if a text is too long, nested too deep, or not what it should be
    public ChatInputs {
        JsonText.require("messages", messagesJson, '[');
        toolsJson.ifPresent(json -> JsonText.requireSchema("tools", json, '['));
        jsonSchema.ifPresent(json -> JsonText.requireSchema("the JSON schema", json, '{'));
        grammar.ifPresent(text -> JsonText.requireSize("the grammar", text, JsonText.MAX_SCHEMA_BYTES));
        variables = Map.copyOf(variables);
        variables.forEach((name, json) -> {
            JsonText.requireSize("a variable's name", name, 256);
            JsonText.require("[" + name + "]", "[" + json + "]", '[');
        });
        if (jsonSchema.isPresent() && grammar.isPresent()) {
            throw new IllegalArgumentException("a JSON schema and a grammar exclude each other; give one of them");
        }
    }

    /// All of the template's defaults: it opens an answer, thinks if it can, and takes the real time.
    public static ChatInputs of(String messagesJson) {
        return new ChatInputs(
                messagesJson,
                Optional.empty(),
                ToolChoice.AUTO,
                false,
                Optional.empty(),
                Optional.empty(),
                true,
                false,
                true,
                true,
                Map.of(),
                Optional.empty());
    }

    public ChatInputs withTools(String json, ToolChoice choice, boolean parallel) {
        return new ChatInputs(
                messagesJson,
                Optional.of(json),
                choice,
                parallel,
                jsonSchema,
                grammar,
                addGenerationPrompt,
                continueFinalMessage,
                enableThinking,
                splitThinking,
                variables,
                now);
    }

    public ChatInputs withJsonSchema(String json) {
        return with(Optional.of(json), Optional.empty(), enableThinking, splitThinking, variables, now);
    }

    public ChatInputs withGrammar(String gbnf) {
        return with(Optional.empty(), Optional.of(gbnf), enableThinking, splitThinking, variables, now);
    }

    /// Asks a thinking model to think, or not to.
    public ChatInputs withThinking(boolean enabled) {
        return with(jsonSchema, grammar, enabled, splitThinking, variables, now);
    }

    /// Leaves the thinking, tags and all, in the answer's content.
    public ChatInputs withoutSplitting() {
        return with(jsonSchema, grammar, enableThinking, false, variables, now);
    }

    /// How hard to think, for models that know levels: `low`, `medium`, `high`.
    public ChatInputs withReasoningEffort(String level) {
        if (!level.matches("[a-z]{1,16}")) {
            throw new IllegalArgumentException("reasoning effort is " + level + "; expected a word such as medium");
        }
        return withVariable("reasoning_effort", '"' + level + '"');
    }

    public ChatInputs withVariable(String name, String json) {
        Map<String, String> more = new HashMap<>(variables);
        more.put(name, json);
        return with(jsonSchema, grammar, enableThinking, splitThinking, more, now);
    }

    public ChatInputs withNow(Instant instant) {
        return with(jsonSchema, grammar, enableThinking, splitThinking, variables, Optional.of(instant));
    }

    /// Ends after the last message instead of opening an answer.
    public ChatInputs withoutGenerationPrompt() {
        return opening(false, false);
    }

    /// Goes on from the last message, which is the assistant's.
    public ChatInputs continuingFinalMessage() {
        return opening(false, true);
    }

    byte[] toBytes() {
        Fields.Out out = new Fields.Out()
                .add(messagesJson)
                .add(now.orElseGet(Instant::now).getEpochSecond())
                .add(toolsJson.orElse(""))
                .add(toolChoice.word())
                .add(toolChoice.tool().orElse(""))
                .add(parallelToolCalls)
                .add(jsonSchema.orElse(""))
                .add(grammar.orElse(""))
                .add(addGenerationPrompt)
                .add(continueFinalMessage)
                .add(enableThinking)
                .add(splitThinking);
        new TreeMap<>(variables).forEach((name, json) -> out.add(name).add(json)); // alike requests look alike
        return out.toBytes();
    }

    private ChatInputs with(
            Optional<String> schema,
            Optional<String> gbnf,
            boolean thinking,
            boolean split,
            Map<String, String> kwargs,
            Optional<Instant> instant) {
        return new ChatInputs(
                messagesJson,
                toolsJson,
                toolChoice,
                parallelToolCalls,
                schema,
                gbnf,
                addGenerationPrompt,
                continueFinalMessage,
                thinking,
                split,
                kwargs,
                instant);
    }

    private ChatInputs opening(boolean generationPrompt, boolean goOn) {
        return new ChatInputs(
                messagesJson,
                toolsJson,
                toolChoice,
                parallelToolCalls,
                jsonSchema,
                grammar,
                generationPrompt,
                goOn,
                enableThinking,
                splitThinking,
                variables,
                now);
    }
}
