package dev.chasqui.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chasqui.api.OllamaHost;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ListenAddressTest {

    private static final OllamaHost CONFIGURED = OllamaHost.parse("10.1.2.3:8080");

    @Test
    void theCommandLineCountsMoreThanTheEnvironment() {
        assertThat(of(Optional.empty(), Optional.empty())).isEqualTo(CONFIGURED);
        assertThat(of(Optional.of("::1"), Optional.empty()).toString()).isEqualTo("http://[::1]:8080");
        assertThat(of(Optional.of("0.0.0.0:99"), Optional.empty()).port()).isEqualTo(99);
        assertThat(of(Optional.of("0.0.0.0:99"), Optional.of(0)).port()).isZero();
    }

    @Test
    void aPortThatIsNoneIsRefused() {
        assertThatThrownBy(() -> of(Optional.empty(), Optional.of(70000)))
                .hasMessage("port is 70000; expected 0 to 65535");
    }

    private static OllamaHost of(Optional<String> host, Optional<Integer> port) {
        return ListenAddress.of(CONFIGURED, host, port);
    }
}
