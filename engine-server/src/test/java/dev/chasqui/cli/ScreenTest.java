package dev.chasqui.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class ScreenTest {

    @Test
    void noColorKeepsBarsAndTakesColours() {
        Screen screen = Screen.standard(Map.of("TERM", "xterm", "NO_COLOR", "1"));

        assertThat(screen.colours()).isFalse();
        assertThat(screen.dumb()).isFalse();
    }

    @Test
    void aDumbTerminalGetsTextAlone() {
        Screen screen = Screen.standard(Map.of("TERM", "dumb"));

        assertThat(screen.colours()).isFalse();
        assertThat(screen.dumb()).isTrue();
        assertThat(screen.wraps()).isFalse();
    }

    @Test
    void anyOtherTerminalGetsBoth() {
        Screen screen = Screen.standard(Map.of("TERM", "xterm-256color", "NO_COLOR", ""));

        assertThat(screen.colours()).isTrue();
        assertThat(screen.dumb()).isFalse();
    }
}
