package dev.chasqui.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chasqui.api.BackendException.Kind;
import dev.chasqui.api.SpokenBackend.Said;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// The guide's client over any backend.
@Timeout(30)
class ClientPolicyTest {

    private static final GenerateRequest ASK = GenerateRequest.of("m", "Hi");
    private static final ClientPolicy QUICK = ClientPolicy.GUIDE.withTries(3, Duration.ofMillis(1));

    @Test
    void theGuidesClientWaits90SecondsAndTriesThreeTimesAfterOneAndTwoSeconds() {
        assertThat(ClientPolicy.GUIDE.timeout()).isEqualTo(Duration.ofSeconds(90));
        assertThat(ClientPolicy.GUIDE.temperature()).isEqualTo(0.7);
        assertThat(ClientPolicy.GUIDE.tries()).isEqualTo(3);
        assertThat(ClientPolicy.GUIDE.pause(1)).isEqualTo(Duration.ofSeconds(1));
        assertThat(ClientPolicy.GUIDE.pause(2)).isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void whatARequestLeavesOpenComesFromThePolicy() {
        SpokenBackend backend = SpokenBackend.saying("one", "ok");
        backend.with(QUICK).generate(ASK).text();

        Settings asked = backend.asked.getFirst();
        assertThat(asked.options().decimal(Option.TEMPERATURE)).hasValue(0.7);
        assertThat(asked.urgency().deadline().orElseThrow())
                .isLessThanOrEqualTo(Duration.ofSeconds(90))
                .isGreaterThan(Duration.ofSeconds(60));
    }

    @Test
    void whatARequestSaysStays() {
        SpokenBackend backend = SpokenBackend.saying("one", "ok");
        Settings own = Settings.DEFAULT
                .withOptions(Options.NONE.with(Option.TEMPERATURE, 0))
                .withUrgency(Urgency.NONE.withDeadline(Duration.ofSeconds(5)));
        backend.with(QUICK).generate(ASK.withSettings(own)).text();

        Settings asked = backend.asked.getFirst();
        assertThat(asked.options().decimal(Option.TEMPERATURE)).hasValue(0);
        assertThat(asked.urgency().deadline().orElseThrow()).isLessThanOrEqualTo(Duration.ofSeconds(5));
    }

    @ParameterizedTest
    @EnumSource(
            value = Kind.class,
            names = {"OVERLOADED", "UNREACHABLE", "FAILED"})
    void threeTriesAreMade(Kind kind) {
        SpokenBackend twice = new SpokenBackend("one", call -> {
            if (call == 1) throw new BackendException(kind, "refused");
            if (call == 2) return new Said(List.of(), new BackendException(kind, "died"));
            return new Said(List.of("third"), null);
        });
        assertThat(twice.with(QUICK).generate(ASK).text()).isEqualTo("third");

        SpokenBackend always = SpokenBackend.refusing("one", kind);
        assertThatThrownBy(() -> always.with(QUICK).generate(ASK)).hasMessage("one refuses");
        assertThat(always.asked).hasSize(3);
    }

    @ParameterizedTest
    @EnumSource(
            value = Kind.class,
            names = {"INVALID", "NOT_FOUND", "TOO_LATE", "INCOMPLETE", "CANCELLED"})
    void whatAnotherTryCannotMendIsNotTriedAgain(Kind kind) {
        SpokenBackend backend = SpokenBackend.refusing("one", kind);

        assertThatThrownBy(() -> backend.with(QUICK).generate(ASK)).hasMessage("one refuses");
        assertThat(backend.asked).hasSize(1);
    }

    @Test
    void aPauseThatWouldOutlastTheDeadlineIsNotMade() {
        SpokenBackend backend = SpokenBackend.refusing("one", Kind.OVERLOADED);
        ClientPolicy patient =
                ClientPolicy.GUIDE.withTimeout(Duration.ofSeconds(5)).withTries(3, Duration.ofHours(1));

        assertThatThrownBy(() -> backend.with(patient).generate(ASK)).hasMessage("one refuses");
        assertThat(backend.asked).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            <think>hm</think>BUY,                       BUY
            '<think>a</think>\n\n BUY',                 BUY
            before <think>a</think> after,              'before after'
            <think>one</think><think>two</think>x,      x
            <think>never closed,                        ''
            a < b and </think> alone,                   a < b and </think> alone
            a <thin,                                    a <thin
            no tags,                                    no tags
            <think></think>,                            ''
            """, ignoreLeadingAndTrailingWhitespace = true)
    void thoughtsAreLeftOutHoweverTheTextIsCut(String text, String left) {
        String whole = text.replace("\\n", "\n");
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 50; round++) {
            ThinkTags tags = new ThinkTags();
            StringBuilder out = new StringBuilder();
            for (int at = 0; at < whole.length(); ) {
                int end = Math.min(whole.length(), at + 1 + random.nextInt(5));
                out.append(tags.add(whole.substring(at, end)));
                at = end;
            }
            out.append(tags.end());
            assertThat(out.toString()).as("seed %d", seed).isEqualTo(left);
        }
    }

    @Test
    void anAnswerComesWithoutItsThoughts() {
        SpokenBackend backend = SpokenBackend.saying("one", "<thi", "nk>hm</th", "ink>\n", "SELL");

        assertThat(backend.with(QUICK).generate(ASK).text()).isEqualTo("SELL");
        assertThat(backend.with(QUICK.withStripsThinking(false)).generate(ASK).text())
                .isEqualTo("<think>hm</think>\nSELL");
    }

    @Test
    void aValueOutsideItsRangeIsNamed() {
        assertThatThrownBy(() -> QUICK.withTries(0, Duration.ZERO)).hasMessage("tries is 0; expected 1 to 10");
        assertThatThrownBy(() -> QUICK.withTemperature(Double.NaN)).hasMessageContaining("temperature is NaN");
        assertThatThrownBy(() -> QUICK.withTimeout(Duration.ZERO)).hasMessageContaining("timeout is 0 ms");
    }
}
