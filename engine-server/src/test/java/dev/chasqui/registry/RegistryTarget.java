package dev.chasqui.registry;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.Digest;
import dev.chasqui.api.ModelName;
import dev.chasqui.fuzz.Target;
import java.nio.charset.StandardCharsets;

/// The small things that name what is fetched and from where: models, digests, a registry's question who we are.
public final class RegistryTarget {

    private RegistryTarget() {}

    public static Target target() {
        return Target.of(
                RegistryTarget.class,
                "hf.co/org/repo:Q4_K_M",
                "http://127.0.0.1:5000/me/model:tag",
                "sha256:" + "0f".repeat(32),
                "Bearer realm=\"https://ollama.com/token\",service=\"ollama.com\",scope=\"repository:a/b:pull\"");
    }

    public static void fuzzerTestOneInput(byte[] data) {
        String text = new String(data, StandardCharsets.UTF_8);
        read(() -> RemoteName.parse(text));
        read(() -> ModelName.parse(text));
        read(() -> Digest.parse(text));
        read(() -> Challenge.parse(text));
    }

    private static void read(Runnable reader) {
        try {
            reader.run();
        } catch (BackendException refused) {
            // as declared
        }
    }
}
