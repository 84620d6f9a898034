package dev.chasqui.engine;

import dev.chasqui.api.BackendException;
import java.util.stream.IntStream;

/// A prompt that loses its middle where it is too long: its front stays, and of the rest so much of the
/// end that half of the room behind the front is left for the answer.
///
/// @param whole   what was rendered
/// @param mayLose whether the request allows it
/// @param keep    tokens that stay in front; negative keeps as much as there is room for
record TextRendering(Prompts.Rendered whole, boolean mayLose, int keep) implements Rendering {

    /// llama.cpp's: behind a front that fills the context there is room for so much, half of it for the
    /// answer.
    private static final int LEAST_ROOM = 4;

    @Override
    public Prompts.Rendered shortened(ContextPlan plan) {
        int[] tokens = whole.prompt().tokens();
        if (!mayLose || plan.mostTokens() < 2) throw refused(plan);
        int[] left = withoutMiddle(tokens, keep, plan.mostTokens());
        return new Prompts.Rendered(whole.prompt().shortened(left), whole.splitter());
    }

    private BackendException refused(ContextPlan plan) {
        whole.splitter().close();
        return plan.tooLong(whole.prompt().tokens().length);
    }

    /// @param room tokens the context has for prompt and answer; at least 2, and no more than there are
    static int[] withoutMiddle(int[] tokens, int keep, int room) {
        int most = Math.max(0, room - LEAST_ROOM);
        int front = keep < 0 ? most : Math.min(keep, most);
        int end = tokens.length - (room - front) / 2;
        return IntStream.concat(
                        IntStream.of(tokens).limit(front), IntStream.of(tokens).skip(end))
                .toArray();
    }
}
