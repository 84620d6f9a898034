package dev.chasqui.template;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.Message;
import dev.chasqui.api.Think;
import dev.chasqui.fuzz.Target;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// A template in Go's language, rendered for a chat and for a gap.
public final class GoTemplateTarget {

    private static final Conversation CHAT = Conversation.of(List.of(
            new Message("system", "Be short.", "", List.of(), List.of(), "", ""),
            Message.user("Hi"),
            Message.of("assistant", "Hello"),
            Message.user("Buy or sell?")));

    private GoTemplateTarget() {}

    public static Target target() {
        return Target.of(
                GoTemplateTarget.class,
                "{{ if .System }}<|im_start|>system\n{{ .System }}<|im_end|>\n{{ end }}{{ .Prompt }}{{ .Response }}",
                "{{- range $i, $m := .Messages }}{{ if and (eq $m.Role \"user\") (lt $i 7) }}{{ $m.Content | printf"
                        + " \"%q %v\" $i }}{{ else if .ToolCalls }}{{ json .ToolCalls }}{{ end }}{{ end -}}",
                "{{ define \"a\" }}{{ len .Messages }}{{ end }}{{ template \"a\" . }}{{ with slice .Messages 1 2 }}{{ index . 0"
                        + " }}{{ end }}{{ $x := 1 }}{{ $x = 0x1p-2 }}{{ break }}{{/* c */}}",
                "<fim>{{ .Prompt }}<gap>{{ .Suffix }}<mid>{{ currentDate }}");
    }

    public static void fuzzerTestOneInput(byte[] data) {
        try {
            GoTemplate template = GoTemplate.parse(new String(data, StandardCharsets.UTF_8));
            template.render(CHAT);
            template.renderInsert("a", "b", Think.OFF);
        } catch (TemplateException | BackendException refused) {
            // as declared
        }
    }
}
