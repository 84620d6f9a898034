package dev.chasqui.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chasqui.api.Choice;
import dev.chasqui.api.Choices;
import dev.chasqui.api.Chunk;
import dev.chasqui.api.DoneReason;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AskCommandTest {

    private final CommandRun chasqui = new CommandRun();

    @Test
    void anAnswerOfTheDefaultModelGoesToStandardOutput() {
        chasqui.embedded.with("smollm2:135m", 98_000_000, Instant.now());

        int status = chasqui.run("ask", "Why", "is", "it?");

        assertThat(status).isZero();
        assertThat(chasqui.out()).isEqualTo("Hello 🪶\n");
        assertThat(chasqui.err()).isEmpty();
        assertThat(chasqui.embedded.asked.getFirst().prompt()).isEqualTo("Why is it?");
        assertThat(chasqui.embedded.closed).isTrue();
    }

    @Test
    void optionsAndSystemReachTheRequest() {
        chasqui.embedded.with("mine:latest", 1, Instant.now());

        int status = chasqui.run(
                "ask",
                "-m",
                "mine",
                "--system",
                "Be brief",
                "--format",
                "{\"type\":\"string\"}",
                "-o",
                "temperature=0",
                "-o",
                "stop=A",
                "-o",
                "stop=B",
                "x");

        assertThat(status).isZero();
        var request = chasqui.embedded.asked.getFirst();
        assertThat(request.system()).contains("Be brief");
        assertThat(request.settings().format()).contains("{\"type\":\"string\"}");
        assertThat(request.settings().options().toMap())
                .isEqualTo(Map.of("temperature", 0.0, "stop", List.of("A", "B")));
    }

    @Test
    void anAnswerIsBoundedWhereNobodySaysHowLongItMayBe() {
        chasqui.embedded.with("smollm2:135m", 1, Instant.now());
        chasqui.embedded.cost = ScriptedBackend.ending(DoneReason.LENGTH);

        chasqui.run("ask", "Tell me everything.");

        assertThat(chasqui.fallback.toMap()).isEqualTo(Map.of("num_predict", 1024L));
        assertThat(chasqui.embedded.asked.getFirst().settings().options().isEmpty())
                .isTrue();
        assertThat(chasqui.err()).isEqualTo("The answer ends here after 10 tokens; -o num_predict=-1 lets it go on.\n");
    }

    @Test
    void whoSaysHowLongAnAnswerMayBeIsNotToldThatItWasCut() {
        chasqui.embedded.with("smollm2:135m", 1, Instant.now());
        chasqui.embedded.cost = ScriptedBackend.ending(DoneReason.LENGTH);

        chasqui.run("ask", "-o", "num_predict=10", "Tell me everything.");

        assertThat(chasqui.err()).isEmpty();
    }

    @Test
    void labelsToChooseAmongGoInAndTheirProbabilitiesComeOutApart() {
        chasqui.embedded.with("smollm2:135m", 1, Instant.now());
        chasqui.embedded.pieces = List.of(Chunk.ofText("SELL"));
        chasqui.embedded.cost = ScriptedBackend.choosing(
                new Choices(List.of(new Choice("BUY", 0.25, -2), new Choice("SELL", 0.75, -1)), 0.5));

        chasqui.run("ask", "--choose", "BUY,SELL", "Now?");

        assertThat(chasqui.embedded.asked.getFirst().settings().choices()).containsExactly("BUY", "SELL");
        assertThat(chasqui.out()).isEqualTo("SELL\n");
        assertThat(chasqui.err()).isEqualTo("""
                 25.00 %  BUY
                 75.00 %  SELL
                Something else would have come with a probability of 50.00 %.
                """);
    }

    @Test
    void textPipedInGoesBeforeTheQuestion() {
        chasqui.embedded.with("smollm2:135m", 1, Instant.now());

        chasqui.piped("BTC 97000\n").run("ask", "Up or down?");

        assertThat(chasqui.embedded.asked.getFirst().prompt()).isEqualTo("BTC 97000\n\nUp or down?");
    }

    @Test
    void aMissingDefaultModelIsPulledFirst() {
        chasqui.embedded.library.registry.add("smollm2:135m");

        int status = chasqui.run("ask", "hi");

        assertThat(status).isZero();
        assertThat(chasqui.embedded.library.done).containsExactly("pull smollm2:135m");
        assertThat(chasqui.out()).isEqualTo("Hello 🪶\n");
        assertThat(chasqui.err()).isEqualTo("pulling manifest\npulling b179c9523d0e (98 MB)\nsuccess\n");
    }

    @Test
    void aModelNobodyHasIsAnErrorThatSaysHowToGetOne() {
        int status = chasqui.run("ask", "-m", "nope", "hi");

        assertThat(status).isEqualTo(1);
        assertThat(chasqui.out()).isEmpty();
        assertThat(chasqui.err())
                .startsWith(
                        "pulling manifest\nError: model 'nope' not found: pull model manifest: file does not exist; ")
                .contains("chasqui create nope");
    }

    @Test
    void aWrongOptionIsNamed() {
        chasqui.embedded.with("smollm2:135m", 1, Instant.now());

        assertThat(chasqui.run("ask", "-o", "temprature=0", "hi")).isEqualTo(1);
        assertThat(chasqui.err()).startsWith("Error: there is no option \"temprature\"; there are: temperature, ");

        assertThat(chasqui.run("ask", "-o", "top_p=1.5", "hi")).isEqualTo(1);
        assertThat(chasqui.err()).isEqualTo("Error: option \"top_p\" is 1.5; expected in [0, 1]\n");
    }

    @Test
    void withoutAQuestionItSaysHowToAskOne() {
        int status = chasqui.run("ask");

        assertThat(status).isEqualTo(1);
        assertThat(chasqui.err()).startsWith("Error: there is no question");
    }

    @Test
    void thoughtsComeBeforeTheAnswerAndCanBeHidden() {
        chasqui.embedded.with("smollm2:135m", 1, Instant.now());
        chasqui.embedded.pieces =
                List.of(new Chunk("", "Hm", List.of(), List.of()), new Chunk("42", "", List.of(), List.of()));

        chasqui.run("ask", "x");
        assertThat(chasqui.out()).isEqualTo("Thinking...\nHm\n...done thinking.\n\n42\n");

        chasqui.run("ask", "--hidethinking", "x");
        assertThat(chasqui.out()).isEqualTo("42\n");
    }

    @Test
    void verboseSaysWhatItCostInOllamasWords() {
        chasqui.embedded.with("smollm2:135m", 1, Instant.now());

        chasqui.run("ask", "--verbose", "x");

        assertThat(chasqui.err()).isEqualTo("""
                        total duration:       1.5s
                        load duration:        250ms
                        prompt eval count:    30 token(s)
                        prompt eval duration: 100ms
                        prompt eval rate:     300.00 tokens/s
                        eval count:           10 token(s)
                        eval duration:        400ms
                        eval rate:            25.00 tokens/s
                        """);
    }

    @Test
    void whatTheModelDidNotSeeIsSaidInOneLineOnStandardError() {
        chasqui.embedded.with("smollm2:135m", 1, Instant.now());
        chasqui.embedded.cost = ScriptedBackend.dropping(44, 700, 0);

        assertThat(chasqui.run("ask", "x")).isZero();
        assertThat(chasqui.out()).isEqualTo("Hello 🪶\n");
        assertThat(chasqui.err())
                .isEqualTo("Note: the context (num_ctx) is full: 700 token(s) in the middle of the prompt did not fit"
                        + " and were left out; 44 token(s) were forgotten while the answer grew\n");

        assertThat(chasqui.run("run", "smollm2:135m", "x")).isZero();
        assertThat(chasqui.err())
                .startsWith("Note: the context (num_ctx) is full: 700")
                .hasLineCount(1);
    }

    @Test
    void aServerIsAskedWhenTheSettingSaysSo() {
        chasqui.environment.put("CHASQUI_BACKEND", "ollama");
        chasqui.server.with("smollm2:135m", 1, Instant.now());

        assertThat(chasqui.run("ask", "x")).isZero();
        assertThat(chasqui.server.asked).hasSize(1);

        chasqui.environment.put("CHASQUI_BACKEND", "cloud");
        assertThat(chasqui.run("ask", "x")).isEqualTo(1);
        assertThat(chasqui.err()).isEqualTo("Error: CHASQUI_BACKEND is \"cloud\"; expected embedded or ollama\n");
        assertThat(Optional.of(chasqui.embedded.asked)).contains(List.of());
    }
}
