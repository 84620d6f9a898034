package dev.chasqui.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chasqui.api.Answer;
import dev.chasqui.api.BackendException;
import dev.chasqui.api.BackendException.Kind;
import dev.chasqui.api.ChatRequest;
import dev.chasqui.api.DoneReason;
import dev.chasqui.api.GenerateRequest;
import dev.chasqui.api.Message;
import dev.chasqui.api.Option;
import dev.chasqui.api.Options;
import dev.chasqui.api.Settings;
import dev.chasqui.api.Summary;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Prompts and answers that are longer than a context of 256 tokens, over the real default model.
class LongPromptTest extends OverTheDefaultModel {

    private static final Options SMALL = Options.parse(Map.of("num_ctx", 256, "num_predict", 8, "temperature", 0));

    @Test
    void theSystemMessageAndTheLastQuestionSurviveALongChat() {
        Message system = Message.system("You are a terse trader.");
        Message question = Message.user("Do you buy AAPL?");
        List<Message> talk = talk(24);
        Settings exact = settings(SMALL.with(Option.EXACT, true)).withTopLogprobs(0);

        Answer cut = chat(joined(system, talk, question), exact);

        int dropped = cut.summary().droppedMessages();
        assertThat(dropped).isBetween(1, 23);
        assertThat(cut.summary().promptTokens()).isLessThan(256);
        assertThat(cut.summary().droppedPromptTokens()).isZero();
        // What went to the model is what a client would have sent that left these messages out itself.
        Answer same = chat(joined(system, talk.subList(dropped, 24), question), exact);
        assertThat(same.summary().droppedMessages()).isZero();
        assertThat(same.summary().promptTokens()).isEqualTo(cut.summary().promptTokens());
        assertThat(cut.logprobs()).isEqualTo(same.logprobs());
        Answer oneMore = chat(joined(system, talk.subList(dropped - 1, 24), question), settings(SMALL));
        assertThat(oneMore.summary().droppedMessages()).isEqualTo(1);
    }

    @Test
    void aLongChatThatMustNotBeCutIsRefusedWithBothNumbers() {
        List<Message> messages = joined(Message.system("Be terse."), talk(24), Message.user("Do you buy AAPL?"));

        assertThatThrownBy(() -> chat(messages, settings(SMALL).withTruncate(false)))
                .isInstanceOfSatisfying(
                        BackendException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INVALID))
                .hasMessageMatching("the conversation \\(\\d{3,4} tokens\\) exceeds the available context size \\(256"
                        + " tokens; num_ctx may be up to 8192\\)");
    }

    @Test
    void aQuestionThatFitsNoContextIsRefusedWithBothNumbers() {
        List<Message> messages = joined(Message.system("Be terse."), talk(4), Message.user("word ".repeat(300)));

        assertThatThrownBy(() -> chat(messages, settings(SMALL)))
                .isInstanceOfSatisfying(
                        BackendException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INVALID))
                .hasMessageMatching("what is left of a conversation of \\d+ tokens without the 4 messages that may go"
                        + " \\(3\\d\\d tokens\\) exceeds the available context size \\(256 tokens.*");
    }

    @Test
    void aLongPromptKeepsItsFrontAndItsEnd() {
        String prompt = "AAPL 191.2 up, MSFT 402.5 down. ".repeat(40) + "Which one is up?";
        List<Integer> whole = engine.generate(prompt(prompt, settings(SMALL.with(Option.NUM_CTX, 2048))))
                .answer()
                .summary()
                .context();

        Summary cut = engine.generate(prompt(prompt, settings(SMALL.with(Option.NUM_KEEP, 10))))
                .answer()
                .summary();

        int asked = cut.promptTokens();
        int of = asked + cut.droppedPromptTokens();
        assertThat(asked).isBetween(256 / 2, 256 / 2 + 8);
        assertThat(cut.context().subList(0, 10)).isEqualTo(whole.subList(0, 10));
        assertThat(cut.context().subList(asked - 100, asked)).isEqualTo(whole.subList(of - 100, of));
    }

    @Test
    void aLongPromptThatMustNotBeCutIsRefusedWithBothNumbers() {
        String prompt = "AAPL 191.2 up, MSFT 402.5 down. ".repeat(40);

        for (Settings forbidding :
                List.of(settings(SMALL).withShift(false), settings(SMALL).withTruncate(false))) {
            assertThatThrownBy(() -> engine.generate(prompt(prompt, forbidding)))
                    .isInstanceOfSatisfying(
                            BackendException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INVALID))
                    .hasMessageStartingWith("the prompt is longer than the context length currently available")
                    .hasMessageContaining("the context holds 256; num_ctx may be up to 8192)");
        }
    }

    @Test
    void anAnswerThatRunsIntoTheEndOfItsContextSaysHowMuchItForgot() {
        Summary summary = engine.generate(counting(true)).answer().summary();

        assertThat(summary.reason()).isEqualTo(DoneReason.LENGTH);
        assertThat(summary.evalTokens()).isEqualTo(100);
        assertThat(summary.droppedTokens()).isBetween(100 + summary.promptTokens() - 64, 100);
    }

    @Test
    void withoutShiftItEndsThereWithLength() {
        Summary summary = engine.generate(counting(false)).answer().summary();

        assertThat(summary.reason()).isEqualTo(DoneReason.LENGTH);
        assertThat(summary.evalTokens()).isEqualTo(64 - summary.promptTokens());
        assertThat(summary.droppedTokens()).isZero();
    }

    private static GenerateRequest counting(boolean shift) {
        Options options = SMALL.with(Option.NUM_CTX, 64).with(Option.NUM_PREDICT, 100);
        return prompt("1, 2, 3, 4, 5, 6, 7, 8,", settings(options).withShift(shift))
                .asRaw();
    }

    private static List<Message> talk(int messages) {
        List<Message> talk = new ArrayList<>();
        for (int i = 0; i < messages; i++) {
            talk.add(Message.of(i % 2 == 0 ? "user" : "assistant", "Tick " + i + ": AAPL 191.2 up, MSFT 402.5 down."));
        }
        return talk;
    }

    private static List<Message> joined(Message first, List<Message> middle, Message last) {
        List<Message> all = new ArrayList<>(List.of(first));
        all.addAll(middle);
        all.add(last);
        return all;
    }

    private static Answer chat(List<Message> messages, Settings settings) {
        return engine.chat(new ChatRequest(model, messages, Optional.empty(), settings))
                .answer();
    }

    private static GenerateRequest prompt(String text, Settings settings) {
        return GenerateRequest.of(model, text).withSettings(settings);
    }

    private static Settings settings(Options options) {
        return Settings.DEFAULT.withOptions(options);
    }
}
