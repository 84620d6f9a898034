package dev.chasqui.store;

import dev.chasqui.api.BackendException;
import dev.chasqui.fuzz.Target;

/// A manifest and a model's config, as registries send them and disks hold them.
public final class ManifestTarget {

    private ManifestTarget() {}

    public static Target target() {
        String digest = "sha256:" + "ab".repeat(32);
        return Target.of(
                ManifestTarget.class,
                "{\"schemaVersion\":2,\"mediaType\":\"application/vnd.docker.distribution.manifest.v2+json\",\"config\":"
                        + "{\"mediaType\":\"application/vnd.docker.container.image.v1+json\",\"digest\":\"" + digest
                        + "\",\"size\":7},\"layers\":[{\"mediaType\":\"application/vnd.ollama.image.model\",\"digest\":\""
                        + digest + "\",\"size\":98,\"from\":\"x\"}]}",
                "{\"model_format\":\"gguf\",\"model_family\":\"llama\",\"model_families\":[\"llama\"],\"model_type\":"
                        + "\"134M\",\"file_type\":\"Q4_1\",\"architecture\":\"amd64\",\"os\":\"linux\",\"rootfs\":{\"type\":"
                        + "\"layers\",\"diff_ids\":[]},\"renderer\":\"x\",\"parser\":\"y\",\"requires\":\"0.1.0\"}");
    }

    public static void fuzzerTestOneInput(byte[] data) {
        try {
            Manifest.parse(data).toJson();
        } catch (BackendException refused) {
            // as declared
        }
        try {
            ConfigBlob.parse(data);
        } catch (BackendException refused) {
            // as declared
        }
    }
}
