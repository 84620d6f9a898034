package dev.chasqui.langchain4j;

import dev.chasqui.api.Backend;

/// As over the engine, so over HTTP.
class HttpStreamingChatModelTest extends EngineStreamingChatModelTest {

    @Override
    Backend backend(RealBackends real) {
        return real.http;
    }

    /// It takes 30 seconds: [ChasquiModelsTest] cancels in less.
    @Override
    protected boolean supportsStreamingCancellation() {
        return false;
    }
}
