package dev.chasqui.engine;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntPredicate;

/// A conversation that loses its oldest messages where it is too long; system messages stay, and the last
/// one.
final class ChatRendering implements Rendering {

    /// A template may refuse a conversation that begins in the middle, with a tool's result for example.
    /// Then so many more messages are left out at most to find a beginning that it takes.
    private static final int MOST_REFUSALS = 16;

    private final List<Message> messages;
    private final boolean mayLose;
    private final Function<List<Message>, Prompts.Rendered> template;
    private final Prompts.Rendered whole;

    /// @param mayLose  whether the request allows it
    /// @param template renders a conversation
    /// @throws BackendException if the template refuses the whole one
    ChatRendering(List<Message> messages, boolean mayLose, Function<List<Message>, Prompts.Rendered> template) {
        this.messages = List.copyOf(messages);
        this.mayLose = mayLose;
        this.template = template;
        this.whole = template.apply(messages);
    }

    @Override
    public Prompts.Rendered whole() {
        return whole;
    }

    @Override
    public Prompts.Rendered shortened(ContextPlan plan) {
        whole.splitter().close();
        int length = whole.prompt().tokens().length;
        if (!mayLose) throw plan.tooLong("the conversation", length);
        int most = droppable(messages);
        Prompts.Rendered left = without(least(most, count -> fits(count, plan)));
        if (plan.holds(left.prompt().tokens().length)) return left;
        left.splitter().close();
        throw plan.tooLong(
                most == 0
                        ? "the conversation"
                        : "what is left of a conversation of " + length + " tokens without the " + most
                                + " messages that may go",
                left.prompt().tokens().length);
    }

    private boolean fits(int dropped, ContextPlan plan) {
        try {
            Prompts.Rendered left = without(dropped);
            left.splitter().close();
            return plan.holds(left.prompt().tokens().length);
        } catch (BackendException refusedByTheTemplate) {
            return false;
        }
    }

    /// Without so many messages, or a few more where the template refuses that.
    private Prompts.Rendered without(int dropped) {
        int last = Math.min(droppable(messages), dropped + MOST_REFUSALS);
        for (int count = dropped; ; count++) {
            try {
                Prompts.Rendered left = template.apply(without(messages, count));
                return new Prompts.Rendered(left.prompt().ofConversationWithout(count), left.splitter());
            } catch (BackendException e) {
                if (count >= last) throw e;
            }
        }
    }

    /// How many messages may go.
    static int droppable(List<Message> messages) {
        return (int) messages.stream()
                .limit(messages.size() - 1L)
                .filter(message -> !isSystem(message))
                .count();
    }

    /// The conversation without the oldest of those that may go.
    static List<Message> without(List<Message> messages, int count) {
        List<Message> left = new ArrayList<>();
        int gone = 0;
        for (Message message : messages) {
            if (isSystem(message) || gone == count) left.add(message);
            else gone++;
        }
        return left;
    }

    /// The least number above 0 that fits, or `most` if none below does; what fits still fits with one
    /// message less.
    static int least(int most, IntPredicate fits) {
        int tooFew = 0;
        int enough = most;
        while (enough - tooFew > 1) {
            int middle = (tooFew + enough) >>> 1;
            if (fits.test(middle)) enough = middle;
            else tooFew = middle;
        }
        return enough;
    }

    private static boolean isSystem(Message message) {
        return message.role().equals("system");
    }
}
