package dev.chasqui.store;

import java.util.Set;

/// What a manifest says its files are.
final class MediaTypes {

    static final String MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";
    static final String CONFIG = "application/vnd.docker.container.image.v1+json";

    private static final String IMAGE = "application/vnd.ollama.image.";
    static final String MODEL = IMAGE + "model";
    static final String PROJECTOR = IMAGE + "projector";
    static final String ADAPTER = IMAGE + "adapter";
    static final String DRAFT = IMAGE + "draft";
    static final String TEMPLATE = IMAGE + "template";
    /// An old name of [#TEMPLATE].
    static final String PROMPT = IMAGE + "prompt";

    static final String SYSTEM = IMAGE + "system";
    static final String LICENSE = IMAGE + "license";
    static final String PARAMS = IMAGE + "params";
    static final String MESSAGES = IMAGE + "messages";

    /// What native code reads.
    static final Set<String> GGUF = Set.of(MODEL, PROJECTOR, ADAPTER);

    private MediaTypes() {}
}
