package dev.chasqui.langchain4j;

import dev.chasqui.api.Backend;

/// As over the engine, so over HTTP.
class HttpStreamingChatModelTest extends EngineStreamingChatModelTest {

    @Override
    Backend backend(RealBackends real) {
        return real.http;
    }
}
