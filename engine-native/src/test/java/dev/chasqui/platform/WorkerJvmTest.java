package dev.chasqui.platform;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkerJvmTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "EXCHANGE_API_KEY",
                "AWS_SECRET_ACCESS_KEY",
                "CHASQUI_KEYS",
                "OLLAMA_API_KEY",
                "HF_TOKEN",
                "HTTPS_PROXY",
                "JAVA_TOOL_OPTIONS",
                "LLAMA_API_KEY",
                "SSH_AUTH_SOCK",
                "PATHS",
                "cuda_visible_devices"
            })
    void whatIsNotNativeCodesBusinessStaysHere(String variable) {
        assertThat(WorkerJvm.isPassedOn(variable)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"PATH", "LD_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES", "LC_ALL", "CHASQUI_LLAMA_DIR"})
    void whatLlamaAndDriversReadGoesAlong(String variable) {
        assertThat(WorkerJvm.isPassedOn(variable)).isTrue();
    }
}
