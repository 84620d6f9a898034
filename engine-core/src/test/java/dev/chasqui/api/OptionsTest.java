package dev.chasqui.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OptionsTest {

    @Test
    void unknownNamesAndNullsAreSkipped() {
        Map<String, Object> json = new HashMap<>(Map.of("mirostat", 2, "temperature", 0));
        json.put("top_k", null);

        Options options = Options.parse(json);

        assertThat(options.toMap()).containsExactly(Map.entry("temperature", 0.0));
    }

    @ParameterizedTest
    @CsvSource({
        "temperature, float32",
        "num_ctx, integer",
        "use_mmap, boolean",
        "top_p, float32",
        "seed, integer",
    })
    void aWrongTypeIsRefusedWithTheOptionsName(String name, String type) {
        assertThatThrownBy(() -> Options.parse(Map.of(name, "x")))
                .hasMessage("option \"" + name + "\" must be of type " + type);
    }

    @Test
    void stopTakesAStringOrAListOfThem() {
        assertThat(Options.parse(Map.of("stop", "a")).strings(Option.STOP)).containsExactly("a");
        assertThat(Options.parse(Map.of("stop", List.of("a", "b"))).strings(Option.STOP))
                .containsExactly("a", "b");
        assertThatThrownBy(() -> Options.parse(Map.of("stop", List.of(1))))
                .hasMessage("option \"stop\" must be of type array");
    }

    @ParameterizedTest
    @CsvSource({
        "min_p, -1, 'in [0, 1]'", "top_p, 1.5, 'in [0, 1]'", "num_ctx, -5, 'in [1, 16777216]'",
        "num_ctx, 0, 'in [1, 16777216]'", "repeat_last_n, -2, '>= -1'", "num_predict, -9, '>= -2'",
        "num_thread, 9999999, 'in [0, 65536]'", "repeat_penalty, 0, 'in (0, 1000]'",
    })
    void anAbsurdValueIsRefusedWithItsRange(String name, String value, String expected) {
        assertThatThrownBy(() -> Options.parse(Map.of(name, Double.valueOf(value))))
                .isInstanceOf(BackendException.class)
                .hasMessageContaining("option \"" + name + "\" is ")
                .hasMessageEndingWith("; expected " + expected);
    }

    @Test
    void belowZeroATemperatureIsGreedyAndATopKIsOffAsInOllama() {
        Options options = Options.parse(Map.of("temperature", -1, "top_k", -1));

        assertThat(options.decimal(Option.TEMPERATURE)).hasValue(-1);
        assertThat(options.count(Option.TOP_K)).hasValue(-1);
    }

    @Test
    void notANumberAndInfinityAreRefused() {
        for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatThrownBy(() -> Options.parse(Map.of("temperature", bad))).hasMessageContaining("temperature");
        }
    }

    @Test
    void fractionsAreCutAndHugeSeedsSurvive() {
        assertThat(Options.parse(Map.of("num_ctx", 2048.9)).count(Option.NUM_CTX))
                .hasValue(2048);
        assertThat(Options.parse(Map.of("seed", Long.MAX_VALUE)).integer(Option.SEED))
                .hasValue(Long.MAX_VALUE);
        assertThat(Options.parse(Map.of("seed", BigInteger.TWO.pow(64))).integer(Option.SEED))
                .hasValue(Long.MAX_VALUE);
    }

    @Test
    void aRequestsOptionsComeBeforeTheModels() {
        Options model = Options.NONE.with(Option.TEMPERATURE, 0.2).with(Option.STOP, List.of("</s>"));
        Options request = Options.NONE.with(Option.TEMPERATURE, 0.9);

        Options merged = request.over(model);

        assertThat(merged.decimal(Option.TEMPERATURE)).hasValue(0.9);
        assertThat(merged.strings(Option.STOP)).containsExactly("</s>");
    }

    @Test
    void aModelfilesParametersAreReadFromText() {
        Options options = Options.NONE
                .withText(Option.STOP, "a")
                .withText(Option.STOP, "b")
                .withText(Option.NUM_CTX, "4096");

        assertThat(options.strings(Option.STOP)).containsExactly("a", "b");
        assertThat(options.count(Option.NUM_CTX)).hasValue(4096);
        assertThatThrownBy(() -> Options.NONE.withText(Option.NUM_CTX, "many"))
                .hasMessage("option \"num_ctx\" must be of type integer");
    }
}
