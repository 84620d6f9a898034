package dev.chasqui.store;

import dev.chasqui.api.BackendException;
import dev.chasqui.fuzz.Target;
import java.nio.charset.StandardCharsets;

/// A Modelfile, and what its instructions say.
public final class ModelfileTarget {

    private ModelfileTarget() {}

    public static Target target() {
        return Target.of(
                ModelfileTarget.class,
                """
                # comment
                FROM ./tiny.gguf
                ADAPTER a.gguf
                SYSTEM Be short.
                PARAMETER temperature 0.5
                PARAMETER num_ctx 4096
                PARAMETER stop "<|im_end|>"
                LICENSE \"""
                Apache-2.0
                \"""
                MESSAGE user Hi
                MESSAGE assistant Hello
                """,
                "from x\r\ntemplate \"\"\"{{ .Prompt }}\"\"\"\r\nRENDERER a\r\nPARSER b\r\nREQUIRES 0.1.0",
                "\ufeffFROM x");
    }

    public static void fuzzerTestOneInput(byte[] data) {
        try {
            Modelfile file = Modelfile.parse(new String(data, StandardCharsets.UTF_8));
            file.parameters();
            file.messages();
            file.template();
            Modelfile.parse(file.toString());
        } catch (BackendException refused) {
            // as declared
        }
    }
}
