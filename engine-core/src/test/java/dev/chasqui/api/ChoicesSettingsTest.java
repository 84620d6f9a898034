package dev.chasqui.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ChoicesSettingsTest {

    @Test
    void choicesAreMadeWithoutThinking() {
        assertThat(Settings.DEFAULT.withChoices("BUY", "SELL").think()).isEqualTo(Think.OFF);
        assertThat(Settings.DEFAULT.think()).isEqualTo(Think.DEFAULT);
    }

    @ParameterizedTest
    @MethodSource
    void wrongLabelsAreRefusedByName(List<String> labels, String words) {
        assertThatThrownBy(() -> Settings.DEFAULT.withChoices(labels))
                .isInstanceOf(BackendException.class)
                .hasMessageStartingWith("choices has ")
                .hasMessageContaining(words);
    }

    static Stream<Arguments> wrongLabelsAreRefusedByName() {
        List<String> many = new ArrayList<>();
        for (int i = 0; i < 33; i++) many.add("label " + i);
        return Stream.of(
                Arguments.of(List.of("BUY"), "1 labels; expected 2 to 32"),
                Arguments.of(many, "33 labels; expected 2 to 32"),
                Arguments.of(List.of("BUY", " "), "the label \" \"; expected 1 to 200 characters"),
                Arguments.of(List.of("BUY", "SELL "), "\"SELL \""),
                Arguments.of(List.of("BUY", "x".repeat(201)), "expected 1 to 200 characters"),
                Arguments.of(List.of("BUY", "SELL", "BUY"), "the label \"BUY\" twice"));
    }

    @ParameterizedTest
    @MethodSource
    void whatGeneratesTextExcludesChoices(Supplier<Object> request, String field) {
        assertThatThrownBy(request::get)
                .isInstanceOf(BackendException.class)
                .hasMessageContaining("choices and " + field + " exclude each other");
    }

    static Stream<Arguments> whatGeneratesTextExcludesChoices() {
        Settings choosing = Settings.DEFAULT.withChoices("BUY", "SELL");
        return Stream.of(
                Arguments.of((Supplier<Object>) () -> choosing.withFormat("\"json\""), "format"),
                Arguments.of((Supplier<Object>) () -> choosing.withTopLogprobs(2), "logprobs"),
                Arguments.of((Supplier<Object>) () -> choosing.withThink(Think.HIGH), "think"),
                Arguments.of(
                        (Supplier<Object>)
                                () -> ChatRequest.of("m").withSettings(choosing).withTools("[]"),
                        "tools"));
    }
}
