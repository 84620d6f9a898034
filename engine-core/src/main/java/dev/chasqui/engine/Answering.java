package dev.chasqui.engine;

import dev.chasqui.api.DoneReason;
import dev.chasqui.api.Option;
import dev.chasqui.api.Options;
import dev.chasqui.api.Settings;
import dev.chasqui.api.Summary;
import dev.chasqui.json.JsonGrammar;
import dev.chasqui.schedule.Job;
import dev.chasqui.schedule.RefusedException;
import dev.chasqui.schedule.Ticket;
import dev.chasqui.schedule.Urgency;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Hands one request's rendered prompt to a loaded model's scheduler, and what comes back to its caller.
final class Answering {

    private static final Logger LOG = LoggerFactory.getLogger(Answering.class);

    /// As Ollama: an answer without a limit ends after so many contexts.
    private static final int CONTEXTS_PER_ANSWER = 10;

    private final LoadedModel model;
    private final Options options;
    private final Settings settings;
    private final long startedAt;
    private final long readyAt = System.nanoTime();
    private final ContextPlan smallest;
    private final Lane lane;

    /// @param startedAt when the request came, by [System#nanoTime]
    Answering(LoadedModel model, Options options, Settings settings, long startedAt) {
        this.model = model;
        this.options = options;
        this.settings = settings;
        this.startedAt = startedAt;
        this.smallest = model.contextPlan(options);
        this.lane = model.lane(options);
    }

    /// Makes sure there is a context.
    void prepare() throws InterruptedException {
        lane.prepare(model.settings(smallest, options));
    }

    /// @param format what the answer is held to
    /// @param over   called once, when the answer ended or its caller left
    EngineGeneration start(Rendering request, Optional<JsonGrammar> format, Runnable over) throws InterruptedException {
        if (!settings.choices().isEmpty()) return choose(request, over);
        OptionalInt asked = asked();
        int length = request.whole().prompt().tokens().length;
        ContextPlan plan = withinMemory(length, asked);
        Prompts.Rendered rendered = fitting(request, plan);
        warnIfShortened(length, rendered.prompt(), plan);
        plan = plan.fitting(rendered.prompt().tokens().length, asked);
        int most = Math.min(asked.orElse(Integer.MAX_VALUE), CONTEXTS_PER_ANSWER * plan.contextTokens());
        boolean fillContext = options.integer(Option.NUM_PREDICT).orElse(-1) == -2;
        int draft = LoadedModel.isExact(options)
                ? 0 // checking guesses makes batches of other sizes
                : options.count(Option.DRAFT_NUM_PREDICT).orElse(0);
        Job job = job(rendered.prompt(), plan, most)
                .withShift(
                        settings.shift() && !fillContext,
                        options.count(Option.NUM_KEEP).orElse(4))
                .withDraft(Math.min(Job.MOST_DRAFT, draft));
        return submit(rendered, plan, job, format, over);
    }

    /// What the model would read.
    String text(Rendering request) {
        int length = request.whole().prompt().tokens().length;
        Prompts.Rendered rendered = fitting(request, withinMemory(length, asked()));
        rendered.splitter().close();
        return model.prompts().vocabulary().detokenize(rendered.prompt().tokens(), true);
    }

    /// The answer's most tokens, where somebody says it.
    private OptionalInt asked() {
        long predict = options.integer(Option.NUM_PREDICT).orElse(-1);
        return predict < 0 ? OptionalInt.empty() : OptionalInt.of(Math.clamp(predict, 0, Integer.MAX_VALUE));
    }

    /// Scores the labels the request gives behind its prompt.
    private EngineGeneration choose(Rendering request, Runnable over) throws InterruptedException {
        Function<String, int[]> tokenizer =
                label -> model.prompts().vocabulary().tokenize(label, false, false);
        ChoicePlan choices = ChoicePlan.of(settings.choices(), tokenizer);
        int length = request.whole().prompt().tokens().length;
        OptionalInt one = OptionalInt.of(1);
        ContextPlan plan = withinMemory(length + choices.longest(), one);
        Prompts.Rendered rendered = fitting(request, plan.leaving(choices.longest()));
        warnIfShortened(length, rendered.prompt(), plan);
        rendered.splitter().close();
        Prompt prompt = rendered.prompt();
        return submit(choices, prompt, tokenizer, plan.fitting(prompt.tokens().length + choices.longest(), one), over);
    }

    private EngineGeneration submit(
            ChoicePlan choices, Prompt prompt, Function<String, int[]> tokenizer, ContextPlan plan, Runnable over)
            throws InterruptedException {
        EngineGeneration generation = new EngineGeneration(OutputSplitter.plain(), FormatGuard.NONE);
        int jobs = choices.paths().size();
        Runnable once = Once.of(() -> {
            for (int i = 0; i < jobs; i++) lane.finished();
            over.run();
        });
        ChoiceScoring scoring =
                new ChoiceScoring(choices, prompt, startedAt, readyAt, tokenizer, generation::put, once);
        endInTime(generation, () -> Summary.withoutWork(DoneReason.LENGTH)); // never used: the label comes last
        List<Ticket> tickets;
        try {
            tickets = lane.submit(
                    model.settings(plan, options), scoring.jobs(tokens -> job(tokens, prompt, plan, 0)), once);
        } catch (RefusedException e) {
            throw Refusals.translated(e);
        }
        generation.onCancel(() -> {
            tickets.forEach(Ticket::cancel);
            once.run();
        });
        scoring.whenBroken(() -> tickets.forEach(Ticket::cancel));
        return generation;
    }

    /// Computes the prompt and keeps it by this name.
    EngineGeneration pin(String name, Prompts.Rendered rendered, Runnable over) throws InterruptedException {
        OptionalInt none = OptionalInt.of(1);
        int length = rendered.prompt().tokens().length;
        ContextPlan plan = withinMemory(length, none).fitting(length, none);
        return submit(rendered, plan, job(rendered.prompt(), plan, 0).withPin(name), Optional.empty(), over);
    }

    private ContextPlan withinMemory(int promptTokens, OptionalInt answer) {
        int wanted = smallest.holds(promptTokens)
                ? smallest.fitting(promptTokens, answer).contextTokens()
                : smallest.mostTokens();
        return model.withinMemory(smallest, wanted, options);
    }

    private static Prompts.Rendered fitting(Rendering request, ContextPlan plan) {
        Prompts.Rendered whole = request.whole();
        return plan.holds(whole.prompt().tokens().length) ? whole : request.shortened(plan);
    }

    private void warnIfShortened(int length, Prompt left, ContextPlan plan) {
        if (left.droppedMessages() == 0 && left.droppedTokens() == 0) return;
        LOG.warn(
                "model {}: a prompt of {} tokens does not fit a context of {} ({}); {} went to the model, without {}",
                model.source().name(),
                length,
                plan.mostTokens(),
                plan.bound(),
                left.tokens().length,
                left.droppedMessages() > 0
                        ? left.droppedMessages() + " of the oldest messages"
                        : left.droppedTokens() + " tokens of its middle");
    }

    private Job job(Prompt prompt, ContextPlan plan, int most) {
        return job(prompt.tokens(), prompt, plan, most);
    }

    private Job job(int[] tokens, Prompt prompt, ContextPlan plan, int most) {
        return Job.of(tokens, Samplings.of(options, plan.contextTokens(), prompt.grammar()), most, plan.contextTokens())
                .withUrgency(Urgencies.from(startedAt, settings.urgency()));
    }

    private EngineGeneration submit(
            Prompts.Rendered rendered, ContextPlan plan, Job free, Optional<JsonGrammar> format, Runnable over)
            throws InterruptedException {
        Job job = new Constraints(model.prompts(), options, settings).held(free, rendered.prompt(), format);
        Runnable once = Once.of(() -> {
            lane.finished();
            over.run();
        });
        EngineGeneration generation = new EngineGeneration(rendered.splitter(), guard(job, format));
        Optional<Logprobs> logprobs =
                settings.topLogprobs().map(top -> model.prompts().logprobs(top));
        AnswerSink sink = new AnswerSink(
                model.prompts().vocabulary(),
                rendered.prompt(),
                format.isPresent(),
                logprobs,
                startedAt,
                readyAt,
                generation::put,
                once);
        endInTime(generation, sink::soFar);
        Ticket ticket;
        try {
            ticket = lane.submit(model.settings(plan, options), job, sink);
        } catch (RefusedException e) {
            rendered.splitter().close();
            throw Refusals.translated(e);
        } catch (Throwable t) {
            rendered.splitter().close();
            throw t;
        }
        generation.onCancel(() -> {
            ticket.cancel();
            once.run();
        });
        return generation;
    }

    private void endInTime(EngineGeneration generation, Supplier<Summary> soFar) {
        Urgency urgency = Urgencies.from(startedAt, settings.urgency());
        if (urgency.deadline() == Urgency.NEVER) return;
        generation.endBy(urgency.deadline(), settings.urgency().deadline().orElse(Duration.ZERO), soFar);
    }

    private FormatGuard guard(Job job, Optional<JsonGrammar> format) {
        return format.map(grammar -> FormatGuard.of(grammar, settings.onLength(), job.maxTokens()))
                .orElse(FormatGuard.NONE);
    }
}
