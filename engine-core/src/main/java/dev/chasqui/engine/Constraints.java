package dev.chasqui.engine;

import dev.chasqui.api.Option;
import dev.chasqui.api.Options;
import dev.chasqui.api.Settings;
import dev.chasqui.json.JsonGrammar;
import dev.chasqui.llama.TokenConstraint;
import dev.chasqui.llama.Vocabulary;
import dev.chasqui.schedule.Job;
import java.util.Optional;

/// What one request's answer is held to, token by token: its format, a tool call, a thought that ends in time.
final class Constraints {

    /// Of an answer's last tokens, those that a thought leaves for what follows it: a quarter, and no more than this.
    private static final int MOST_RESERVED = 256;

    private final Prompts prompts;
    private final Options options;
    /// Whoever wants log-probabilities wants them of every token, so none is forced for him.
    private final boolean jumps;

    Constraints(Prompts prompts, Options options, Settings settings) {
        this.prompts = prompts;
        this.options = options;
        this.jumps = settings.topLogprobs().isEmpty();
    }

    /// The job with what holds its answer.
    Job held(Job free, Prompt prompt, Optional<JsonGrammar> format) {
        Job formatted = format.map(grammar -> toFormat(free, prompt, grammar)).orElse(free);
        return thinkingInTime(toCall(formatted, prompt), prompt);
    }

    /// To a grammar; where a tool must be called, the answer is that call.
    private Job toFormat(Job job, Prompt prompt, JsonGrammar grammar) {
        if (prompt.grammar().isPresent()) return job;
        SortedVocabulary words = prompts.words();
        TokenConstraint answer = new JsonConstraint(words, grammar.cursor(), jumps);
        return job.withConstraint(AfterPreamble.of(words, prompt.preamble(), answer));
    }

    /// To a tool call.
    private Job toCall(Job job, Prompt prompt) {
        if (prompt.call().isEmpty()) return job;
        RequiredCall call = prompt.call().get();
        SortedVocabulary words = prompts.words();
        Vocabulary vocabulary = prompts.vocabulary();
        TokenConstraint answer = new FramedConstraint(
                vocabulary.tokenize(call.before(), false, true),
                new JsonConstraint(words, call.call().cursor(), jumps),
                vocabulary.tokenize(call.after(), false, true),
                jumps);
        return job.withConstraint(AfterPreamble.of(words, prompt.preamble().withoutCalls(), answer));
    }

    /// With a thought that ends in time. A grammar for a tool's call knows of the thought before it.
    private Job thinkingInTime(Job job, Prompt prompt) {
        Preamble preamble = prompt.preamble();
        boolean mayThink = preamble.thinking() || !preamble.opens().isEmpty();
        if (!mayThink || preamble.closes().isEmpty() || prompt.grammar().isPresent() || job.maxTokens() == 0) {
            return job;
        }
        int most = options.count(Option.THINK_BUDGET).orElse(Integer.MAX_VALUE);
        int room = job.shift() ? Integer.MAX_VALUE : job.contextTokens() - job.prompt().length;
        int last = Math.min(job.maxTokens(), room);
        int reserve = Math.clamp(last / 4, 1, MOST_RESERVED);
        return job.withConstraint(
                new ThoughtLimit(prompts.vocabulary(), preamble, job.constraint(), most, last - reserve, jumps));
    }
}
