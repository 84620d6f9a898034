package dev.chasqui.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OllamaHostTest {

    @ParameterizedTest
    @CsvSource({
        "'',http://localhost:11434",
        "1.2.3.4,http://1.2.3.4:11434",
        "1.2.3.4:,http://1.2.3.4:11434",
        "1.2.3.4:1234,http://1.2.3.4:1234",
        ":4090,http://:4090",
        "' :4090 ',http://:4090",
        "'\"example.com\"',http://example.com:11434",
        "example.com:99999,http://example.com:11434",
        "example.com:-1,http://example.com:11434",
        "example.com:x,http://example.com:11434",
        "0.0.0.0,http://0.0.0.0:11434",
        "::1,http://[::1]:11434",
        "[::1],http://[::1]:11434",
        "[::1]:8080,http://[::1]:8080",
        "[0001:002:003:0004::1],http://[1:2:3:4:0:0:0:1]:11434",
        "http://1.2.3.4,http://1.2.3.4:80",
        "https://1.2.3.4,https://1.2.3.4:443",
        "https://1.2.3.4:4321,https://1.2.3.4:4321",
        "http://example.com:56/a/b/,http://example.com:56/a/b",
        "HTTP://example.com/,http://example.com:80",
        "ollama.com,https://ollama.com:443",
        "localhost:0,http://localhost:0"
    })
    void theTextIsReadByOllamasRules(String text, String host) {
        assertThat(OllamaHost.parse(text)).hasToString(host);
    }

    @ParameterizedTest
    @CsvSource({
        "'',http://127.0.0.1:11434",
        ":4090,http://127.0.0.1:4090",
        "0.0.0.0,http://127.0.0.1:11434",
        "[::]:80,http://[::1]:80",
        "https://localhost:4090,https://localhost:4090",
        "localhost:4090,http://127.0.0.1:4090",
        "gpu.lan,http://gpu.lan:11434"
    })
    void aClientReachesWhatListensEverywhereOnLoopback(String text, String uri) {
        assertThat(OllamaHost.parse(text).uri()).hasToString(uri);
    }

    @ParameterizedTest
    @CsvSource({"'',true", "127.0.0.2,true", "[::1],true", ":4090,false", "0.0.0.0,false", "::,false", "10.0.0.1,false"
    })
    void onlyLoopbackAddressesAreLoopback(String text, boolean loopback) {
        assertThat(OllamaHost.parse(text).isLoopback()).isEqualTo(loopback);
    }

    @Test
    void aHostThatIsNoneIsRefused() {
        assertThatThrownBy(() -> OllamaHost.parse("what is this"))
                .isInstanceOf(BackendException.class)
                .hasMessageContaining("OLLAMA_HOST");
    }
}
