package dev.chasqui.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NamesAndDurationsTest {

    @ParameterizedTest
    @CsvSource({
        "smollm2, registry.ollama.ai/library/smollm2:latest, smollm2:latest",
        "smollm2:135m, registry.ollama.ai/library/smollm2:135m, smollm2:135m",
        "me/model, registry.ollama.ai/me/model:latest, me/model:latest",
        "hf.co/org/repo:Q4_K_M, hf.co/org/repo:Q4_K_M, hf.co/org/repo:Q4_K_M",
        "https://reg.example:5000/org/repo, reg.example:5000/org/repo:latest, reg.example:5000/org/repo:latest",
        "DeepSeek-R1:latest, registry.ollama.ai/library/DeepSeek-R1:latest, DeepSeek-R1:latest",
    })
    void whatANameLeavesOutIsFilledIn(String text, String longForm, String shortForm) {
        ModelName name = ModelName.parse(text);

        assertThat(name.longForm()).isEqualTo(longForm);
        assertThat(name.shortForm()).isEqualTo(shortForm);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":",
                "a:",
                ":b",
                "../x",
                "..",
                "a/../b",
                "a/b/c/d",
                "a b",
                "a\0b",
                "-a",
                "a:b:c",
                "/etc/passwd",
                "ns.with.dot/model",
                "käse",
                "a\nb"
            })
    void aNameThatCouldLeaveTheStoreIsNoName(String text) {
        assertThatThrownBy(() -> ModelName.parse(text)).hasMessage("invalid model name");
    }

    @Test
    void anOverlongPartIsNoName() {
        assertThat(ModelName.parse("m".repeat(80)).model()).hasSize(80);
        assertThatThrownBy(() -> ModelName.parse("m".repeat(81))).hasMessage("invalid model name");
        assertThatThrownBy(() -> ModelName.parse("m".repeat(100_000))).hasMessage("invalid model name");
    }

    @Test
    void caseDoesNotTellModelsApart() {
        assertThat(ModelName.parse("deepseek-r1").matches(ModelName.parse("DeepSeek-R1:Latest")))
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "5m, 300000, 5m0s",
        "1h30m, 5400000, 1h30m0s",
        "1.5s, 1500, 1.5s",
        "250ms, 250, 250ms",
        "0, 0, 0s",
        "+2h, 7200000, 2h0m0s",
        "36h, 129600000, 36h0m0s"
    })
    void goDurationsAreReadAndWritten(String text, long millis, String written) {
        assertThat(GoDuration.parse(text)).isEqualTo(Duration.ofMillis(millis));
        assertThat(GoDuration.format(Duration.ofMillis(millis))).isEqualTo(written);
    }

    @ParameterizedTest
    @CsvSource({
        "10, 'time: missing unit in duration \"10\"'",
        "x, 'time: invalid duration \"x\"'",
        "5q, 'time: unknown unit \"q\" in duration \"5q\"'",
        "9223372036854775807s, 'time: invalid duration \"9223372036854775807s\"'",
        "'', 'time: invalid duration \"\"'",
    })
    void whatIsNoDurationIsRefusedInGosWords(String text, String message) {
        assertThatThrownBy(() -> GoDuration.parse(text)).hasMessage(message);
    }

    @Test
    void keepAliveTakesNumbersAndDurations() {
        assertThat(KeepAlive.parse(300)).isEqualTo(KeepAlive.FIVE_MINUTES);
        assertThat(KeepAlive.parse("5m")).isEqualTo(KeepAlive.FIVE_MINUTES);
        assertThat(KeepAlive.parse(-1)).isEqualTo(KeepAlive.FOREVER);
        assertThat(KeepAlive.parse("-1s").wire()).isEqualTo("-1");
        assertThat(KeepAlive.parse(0).unloads()).isTrue();
        assertThat(KeepAlive.parse(1e300).duration()).hasValue(Duration.ofNanos(Long.MAX_VALUE));
        assertThatThrownBy(() -> KeepAlive.parse(true)).hasMessage("Unsupported type: 'bool'");
        assertThatThrownBy(() -> KeepAlive.parse(Double.NaN)).hasMessageContaining("finite");
    }
}
