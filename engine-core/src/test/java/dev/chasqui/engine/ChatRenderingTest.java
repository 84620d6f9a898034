package dev.chasqui.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.Message;
import dev.chasqui.api.Option;
import dev.chasqui.api.Options;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Which messages go when a conversation is too long. The template here makes a token of every character.
class ChatRenderingTest {

    private final List<String> rendered = new ArrayList<>();
    private int open;

    @Test
    void theOldestMessagesGoAndTheLastOneAndSystemMessagesStay() {
        List<Message> chat = List.of(
                Message.system("S1"),
                Message.user("aaaa"),
                Message.assistant("bbbb"),
                Message.system("S2"),
                Message.user("cccc"),
                Message.assistant("dddd"),
                Message.user("eeee"));

        Prompts.Rendered left = rendering(chat, true).shortened(context(18));

        assertThat(rendered.getLast()).isEqualTo("S1 S2 dddd eeee");
        assertThat(left.prompt().droppedMessages()).isEqualTo(3);
        assertThat(left.prompt().tokens()).hasSize(15);
    }

    @Test
    void noMoreGoThanMust() {
        List<Message> chat = new ArrayList<>(List.of(Message.system("S")));
        for (int i = 0; i < 100; i++) chat.add(Message.of(i % 2 == 0 ? "user" : "assistant", "m" + i % 10));

        for (int size = 6; size < 302; size++) {
            ContextPlan plan = context(size);
            Prompts.Rendered left = rendering(chat, true).shortened(plan);

            int dropped = left.prompt().droppedMessages();
            int oneMore = left.prompt().tokens().length + 3; // with one message more
            assertThat(left.prompt().tokens().length).isLessThan(size);
            assertThat(oneMore).as("%d dropped at %d tokens", dropped, size).isGreaterThanOrEqualTo(size);
            assertThat(left.prompt().tokens().length).isEqualTo(1 + 3 * (100 - dropped));
        }
    }

    @Test
    void aLongConversationIsNotRenderedOncePerMessage() {
        List<Message> chat =
                IntStream.range(0, 4000).mapToObj(i -> Message.user("hello")).toList();

        rendering(chat, true).shortened(context(60));

        assertThat(rendered).hasSizeLessThan(20);
        assertThat(rendered.getLast()).hasSize(59);
    }

    @Test
    void whatMustStayAndIsTooLongIsRefusedWithBothNumbers() {
        List<Message> chat =
                List.of(Message.system("12345"), Message.user("a"), Message.assistant("b"), Message.user("12345678"));

        assertThatThrownBy(() -> rendering(chat, true).shortened(context(14)))
                .isInstanceOfSatisfying(
                        BackendException.class, e -> assertThat(e.kind()).isEqualTo(BackendException.Kind.INVALID))
                .hasMessage("what is left of a conversation of 18 tokens without the 2 messages that may go (14"
                        + " tokens) exceeds the available context size (14 tokens; num_ctx may be up to 4096)");
        assertThat(open).as("parsers left open").isZero();
    }

    @Test
    void oneMessageThatIsTooLongIsRefused() {
        assertThatThrownBy(
                        () -> rendering(List.of(Message.user("12345678")), true).shortened(context(8)))
                .hasMessageStartingWith("the conversation (8 tokens) exceeds the available context size (8 tokens");
    }

    @Test
    void whoForbidsIsRefusedWithTheWholeLength() {
        List<Message> chat = List.of(Message.user("1234"), Message.assistant("1234"), Message.user("1234"));

        assertThatThrownBy(() -> rendering(chat, false).shortened(context(10)))
                .hasMessageContaining("the conversation (14 tokens) exceeds the available context size (10 tokens");
        assertThat(open).isZero();
    }

    @Test
    void aTemplateThatRefusesABeginningLosesTheNextMessageToo() {
        List<Message> chat = List.of(
                Message.user("aaaa"),
                Message.assistant("bbbb"),
                Message.of("tool", "cccc"),
                Message.of("tool", "dddd"),
                Message.assistant("eeee"),
                Message.user("ffff"));

        Prompts.Rendered left = rendering(chat, true).shortened(context(20));

        assertThat(rendered.getLast()).isEqualTo("eeee ffff");
        assertThat(left.prompt().droppedMessages()).isEqualTo(4);
    }

    /// A template that, as some do, takes no tool's result as the first message.
    private ChatRendering rendering(List<Message> chat, boolean mayLose) {
        return new ChatRendering(chat, mayLose, messages -> {
            if (messages.getFirst().role().equals("tool")) throw BackendException.invalid("a result without a call");
            String text =
                    String.join(" ", messages.stream().map(Message::content).toList());
            rendered.add(text);
            open++;
            Prompt prompt = new Prompt(text.chars().toArray(), List.of(), Optional.empty(), Set.of(), false);
            return new Prompts.Rendered(prompt, new Counted());
        });
    }

    private static ContextPlan context(int tokens) {
        return ContextPlan.of(Options.NONE.with(Option.NUM_CTX, tokens), OptionalInt.empty(), 4096);
    }

    private final class Counted implements OutputSplitter {

        private boolean closed;

        @Override
        public List<dev.chasqui.api.Chunk> piece(String text, List<dev.chasqui.api.TokenLogprob> logprobs) {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<dev.chasqui.api.Chunk> end() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {
            if (!closed) open--;
            closed = true;
        }
    }
}
