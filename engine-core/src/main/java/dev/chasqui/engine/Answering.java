package dev.chasqui.engine;

import dev.chasqui.api.Option;
import dev.chasqui.api.Options;
import dev.chasqui.api.Settings;
import dev.chasqui.schedule.Job;
import dev.chasqui.schedule.RefusedException;
import dev.chasqui.schedule.Ticket;
import dev.chasqui.schedule.Urgency;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicBoolean;

/// Hands one request's rendered prompt to a loaded model's scheduler, and what comes back to its caller.
final class Answering {

    /// As Ollama: an answer without a limit ends after so many contexts.
    private static final int CONTEXTS_PER_ANSWER = 10;

    private final LoadedModel model;
    private final Options options;
    private final Settings settings;
    private final long startedAt;
    private final long readyAt = System.nanoTime();
    private final ContextPlan smallest;

    /// @param startedAt when the request came, by [System#nanoTime]
    Answering(LoadedModel model, Options options, Settings settings, long startedAt) {
        this.model = model;
        this.options = options;
        this.settings = settings;
        this.startedAt = startedAt;
        this.smallest = model.contextPlan(options);
    }

    /// Makes sure there is a context.
    void prepare() throws InterruptedException {
        model.prepare(smallest, options);
    }

    /// @param over called once, when the answer ended or its caller left
    EngineGeneration start(Prompts.Rendered rendered, Runnable over) throws InterruptedException {
        Prompt prompt = rendered.prompt();
        long predict = options.integer(Option.NUM_PREDICT).orElse(-1);
        OptionalInt asked =
                predict < 0 ? OptionalInt.empty() : OptionalInt.of(Math.clamp(predict, 0, Integer.MAX_VALUE));
        ContextPlan plan = smallest.fitting(prompt.tokens().length, asked);
        int most = Math.min(asked.orElse(Integer.MAX_VALUE), CONTEXTS_PER_ANSWER * plan.contextTokens());
        boolean fillContext = predict == -2;
        Job job = job(prompt, plan, most)
                .withShift(
                        settings.shift() && !fillContext,
                        options.count(Option.NUM_KEEP).orElse(4))
                .withDraft(Math.min(
                        Job.MOST_DRAFT, options.count(Option.DRAFT_NUM_PREDICT).orElse(0)));
        return submit(rendered, plan, job, over);
    }

    /// Computes the prompt and keeps it by this name.
    EngineGeneration pin(String name, Prompts.Rendered rendered, Runnable over) throws InterruptedException {
        ContextPlan plan = smallest.fitting(rendered.prompt().tokens().length, OptionalInt.of(1));
        return submit(rendered, plan, job(rendered.prompt(), plan, 0).withPin(name), over);
    }

    private Job job(Prompt prompt, ContextPlan plan, int most) {
        return Job.of(
                        prompt.tokens(),
                        Samplings.of(options, plan.contextTokens(), prompt.grammar()),
                        most,
                        plan.contextTokens())
                .withUrgency(Urgencies.from(startedAt, settings.urgency()));
    }

    private EngineGeneration submit(Prompts.Rendered rendered, ContextPlan plan, Job job, Runnable over)
            throws InterruptedException {
        AtomicBoolean ended = new AtomicBoolean();
        Runnable once = () -> {
            if (!ended.compareAndSet(false, true)) return;
            model.finished();
            over.run();
        };
        EngineGeneration generation = new EngineGeneration(rendered.splitter());
        Optional<Logprobs> logprobs =
                settings.topLogprobs().map(top -> model.prompts().logprobs(top));
        AnswerSink sink = new AnswerSink(
                model.prompts().vocabulary(), rendered.prompt(), logprobs, startedAt, readyAt, generation::put, once);
        Duration given = settings.urgency().deadline().orElse(Duration.ZERO);
        if (job.urgency().deadline() != Urgency.NEVER) {
            generation.endBy(job.urgency().deadline(), given, sink::soFar);
        }
        Ticket ticket;
        try {
            ticket = model.submit(plan, options, job, sink);
        } catch (RefusedException e) {
            throw Refusals.translated(e);
        }
        generation.onCancel(() -> {
            ticket.cancel();
            once.run();
        });
        return generation;
    }
}
