package dev.chasqui.llama.common;

import dev.chasqui.llama.LlamaException;
import java.util.HashMap;
import java.util.Map;

/// A model's own way of writing a chat: its Jinja template, parsed and ready to render.
///
/// Safe to use from many threads. Closing while another thread renders lets that rendering end; calls after
/// closing throw [IllegalStateException].
///
/// A template is a program: parse only those that came with a model that is trusted. One that is too long or too
/// deep is refused, a macro that calls itself without an end is an exception, and one that loops is given up after
/// ten seconds: its thread goes on, and as long as it does the template is not rendered again. What a program does
/// with memory nobody bounds here; see `docs/native-safety.md`.
public final class ChatTemplate implements AutoCloseable {

    private final NativeHandle handle;
    private final String source;

    private ChatTemplate(NativeHandle handle, String source) {
        this.handle = handle;
        this.source = source;
    }

    /// @param jinja    the template's text, a GGUF file's `tokenizer.chat_template`
    /// @param bosToken the vocabulary's begin-of-text, as the template's `bos_token`; may be empty
    /// @param eosToken the vocabulary's end-of-text, as the template's `eos_token`; may be empty
    /// @throws IllegalArgumentException if the text is empty, too long or nested too deep
    /// @throws LlamaException if it is not a template; the message says where
    public static ChatTemplate parse(String jinja, String bosToken, String eosToken) {
        TemplateOutline.require(jinja);
        JsonText.requireSize("bos_token", bosToken, 4096);
        JsonText.requireSize("eos_token", eosToken, 4096);
        byte[] request = new Fields.Out()
                .add(TemplateGuard.guarded(jinja))
                .add(bosToken)
                .add(eosToken)
                .toBytes();
        NativeHandle handle =
                Adapter.open("chat template", () -> AdapterJni.template_open(request), AdapterJni::template_close);
        return new ChatTemplate(handle, jinja);
    }

    /// The template for models that bring none: ChatML.
    public static ChatTemplate chatMl() {
        return parse("chatml", "", "");
    }

    /// @throws LlamaException if the template or `common` refuses the chat; a template's `raise_exception` is in
    ///                        the message
    public RenderedPrompt render(ChatInputs inputs) {
        byte[] request = inputs.toBytes();
        return RenderedPrompt.from(Adapter.ask(
                "rendering the chat template", handle, address -> AdapterJni.template_render(address, request)));
    }

    /// Renders some twenty small chats to find out; keep the answer.
    public TemplateCapabilities capabilities() {
        Fields fields =
                Adapter.ask("testing the chat template", handle, address -> AdapterJni.template_capabilities(address));
        boolean thinking = fields.flag();
        Map<String, Boolean> flags = new HashMap<>();
        while (fields.more()) flags.put(fields.next(), fields.flag());
        return new TemplateCapabilities(
                flags.getOrDefault("supports_tools", false),
                flags.getOrDefault("supports_tool_calls", false),
                flags.getOrDefault("supports_parallel_tool_calls", false),
                flags.getOrDefault("supports_system_role", false),
                thinking,
                flags.getOrDefault("supports_reasoning_effort", false),
                flags.getOrDefault("supports_typed_content", false));
    }

    /// The text it was parsed from.
    public String source() {
        return source;
    }

    @Override
    public void close() {
        handle.close();
    }
}
