package dev.chasqui.engine;

import dev.chasqui.api.Choices;
import dev.chasqui.api.DoneReason;
import dev.chasqui.api.Summary;
import dev.chasqui.schedule.Job;
import dev.chasqui.schedule.TokenSink;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/// Scores the labels of one request instead of drawing an answer. The prompt with each longer label's beginning is a
/// job; they share the prompt as requests that begin alike do. What they hear comes together here, on the decode
/// thread.
final class ChoiceScoring {

    private final ChoicePlan plan;
    private final Prompt prompt;
    private final long startedAt;
    private final long readyAt;
    private final Function<String, int[]> tokenizer;
    private final Consumer<EngineGeneration.Event> events;
    private final Runnable over;
    private final List<List<Integer>> paths;
    private final Map<List<Integer>, Double> logprobs = new HashMap<>();
    private final List<TokenSink.Ending> endings = new ArrayList<>();
    private boolean isOver;
    private boolean isBroken;
    private Runnable whenBroken = () -> {};

    /// @param startedAt when the request came, by [System#nanoTime]
    /// @param readyAt   when its model was ready
    /// @param tokenizer a label's tokens
    /// @param events    hears the likeliest label and the end, or a failure
    /// @param over      called once, when all is scored or something failed
    ChoiceScoring(
            ChoicePlan plan,
            Prompt prompt,
            long startedAt,
            long readyAt,
            Function<String, int[]> tokenizer,
            Consumer<EngineGeneration.Event> events,
            Runnable over) {
        this.plan = plan;
        this.prompt = prompt;
        this.startedAt = startedAt;
        this.readyAt = readyAt;
        this.tokenizer = tokenizer;
        this.events = events;
        this.over = over;
        this.paths = plan.paths();
    }

    /// What to do when one of the jobs failed and the others are of no use any more.
    synchronized void whenBroken(Runnable action) {
        whenBroken = action;
        if (isBroken) action.run();
    }

    /// A job and who hears from it.
    record Scored(Job job, TokenSink sink) {}

    /// What is to be computed.
    ///
    /// @param job makes one that reads these tokens and draws none
    List<Scored> jobs(Function<int[], Job> job) {
        List<Scored> jobs = new ArrayList<>();
        for (List<Integer> path : paths) {
            int[] tokens = prompt.followedBy(path);
            int scored = path.size() + (jobs.isEmpty() ? 1 : 0); // one of them scores what follows the prompt
            jobs.add(new Scored(job.apply(tokens).withScored(scored), new PathSink(path)));
        }
        return jobs;
    }

    private final class PathSink implements TokenSink {

        private final List<Integer> path;

        PathSink(List<Integer> path) {
            this.path = path;
        }

        @Override
        public void scored(int position, Supplier<float[]> logits) {
            if (isOver) return;
            List<Integer> read = path.subList(0, position + 1 - prompt.tokens().length);
            float[] all = logits.get();
            double total = Logprobs.logSumExp(all);
            for (int token : plan.askedAfter(read)) {
                List<Integer> spelled = new ArrayList<>(read);
                spelled.add(token);
                logprobs.put(spelled, all[token] - total);
            }
        }

        @Override
        public boolean accept(int token, Supplier<float[]> logits) {
            return false;
        }

        @Override
        public boolean forced(int token) {
            return false;
        }

        @Override
        public void ended(Ending ending) {
            if (isOver) return;
            endings.add(ending);
            if (endings.size() == paths.size()) finish();
        }

        @Override
        public void failed(RuntimeException cause) {
            if (isOver) return;
            isOver = true;
            events.accept(new EngineGeneration.Event.Failure(Refusals.translated(cause)));
            over.run();
            breakOff();
        }
    }

    private synchronized void breakOff() {
        isBroken = true;
        whenBroken.run();
    }

    private void finish() {
        isOver = true;
        Choices choices = plan.choices(logprobs);
        String answer = choices.best().label();
        events.accept(new EngineGeneration.Event.Piece(answer, List.of()));
        List<Integer> tokens = IntStream.of(tokenizer.apply(answer)).boxed().toList();
        events.accept(new EngineGeneration.Event.End(summary(choices, tokens), false));
        over.run();
    }

    private Summary summary(Choices choices, List<Integer> answer) {
        long now = System.nanoTime();
        TokenSink.Ending first = endings.getFirst();
        return new Summary(
                DoneReason.STOP,
                AnswerSink.positive(now - startedAt),
                AnswerSink.positive(readyAt - startedAt),
                prompt.tokens().length,
                AnswerSink.positive(first.promptNanos()),
                answer.size(),
                AnswerSink.positive(now - readyAt - first.promptNanos()),
                prompt.contextWith(answer),
                first.sharedTokens(),
                0,
                prompt.droppedTokens(),
                prompt.droppedMessages(),
                Duration.ofNanos(first.queuedNanos()),
                Optional.of(choices));
    }
}
