package dev.chasqui.bench;

import dev.chasqui.llama.ContextSettings;
import dev.chasqui.llama.Decoder.Outcome;
import dev.chasqui.llama.LlamaContext;
import dev.chasqui.llama.LlamaModel;
import dev.chasqui.llama.ModelSettings;
import dev.chasqui.llama.Sampling;
import dev.chasqui.llama.TokenBatch;
import dev.chasqui.llama.TokenSampler;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Many questions about one context by hand: the context is computed once, copied to a sequence for each question,
/// and all of them run in one batch. No scheduler, no queue, no text. Belongs to one thread.
final class BareFanOut implements AutoCloseable {

    private final LlamaModel model;
    private final LlamaContext context;
    private final TokenBatch batch;

    /// @param contextTokens room for the prefix and everything that follows it
    BareFanOut(Path gguf, int contextTokens, int questions, int threads) {
        model = LlamaModel.open(gguf, ModelSettings.DEFAULT);
        context = model.newContext(
                ContextSettings.of(contextTokens).withSequences(1 + questions).withThreads(threads, threads));
        batch = new TokenBatch(context.batchTokens());
    }

    Texts texts() {
        return Texts.of(model);
    }

    /// Nanoseconds for the prefix, the questions and their answers.
    ///
    /// @param least tokens the answers must have together
    long coldNanos(int[] prefix, List<int[]> questions, int answerTokens, int least) {
        forgetAll();
        long start = System.nanoTime();
        prefill(prefix);
        int drawn = answers(prefix.length, questions, answerTokens);
        long nanos = System.nanoTime() - start;
        Workload.requireAnswers(drawn, least);
        return nanos;
    }

    /// As [#coldNanos], without the time for the prefix.
    long warmNanos(int[] prefix, List<int[]> questions, int answerTokens, int least) {
        forgetAll();
        prefill(prefix);
        long start = System.nanoTime();
        int drawn = answers(prefix.length, questions, answerTokens);
        long nanos = System.nanoTime() - start;
        Workload.requireAnswers(drawn, least);
        return nanos;
    }

    @Override
    public void close() {
        context.close();
        model.close();
    }

    private void forgetAll() {
        for (int sequence = 0; sequence < context.sequences(); sequence++) context.forget(sequence, 0);
    }

    private void prefill(int[] prefix) {
        for (int start = 0; start < prefix.length; start += context.batchTokens()) {
            batch.clear();
            int end = Math.min(prefix.length, start + context.batchTokens());
            for (int i = start; i < end; i++) batch.add(prefix[i], i, 0, false);
            decode();
        }
    }

    /// An answer on its way.
    private static final class Line {
        final int sequence;
        final TokenSampler sampler;
        int position;
        int row;

        Line(int sequence, TokenSampler sampler, int position, int row) {
            this.sequence = sequence;
            this.sampler = sampler;
            this.position = position;
            this.row = row;
        }
    }

    /// @return tokens drawn
    private int answers(int prefix, List<int[]> questions, int most) {
        List<Line> open = new ArrayList<>();
        batch.clear();
        for (int[] question : questions) {
            int sequence = open.size() + 1;
            if (!context.copy(0, sequence, prefix)) throw new IllegalStateException("this model's memory cannot copy");
            int row = -1;
            for (int i = 0; i < question.length; i++) {
                row = batch.add(question[i], prefix + i, sequence, i == question.length - 1);
            }
            open.add(new Line(sequence, context.sampler(Sampling.GREEDY), prefix + question.length, row));
        }
        List<Line> all = List.copyOf(open);
        decode();
        int drawn = 0;
        for (int round = 1; ; round++) {
            batch.clear();
            drawn += open.size();
            boolean last = round == most;
            open.removeIf(line -> {
                int token = line.sampler.sample(line.row);
                if (last || model.vocabulary().isEndOfGeneration(token)) return true;
                line.row = batch.add(token, line.position++, line.sequence, true);
                return false;
            });
            if (open.isEmpty()) break;
            decode();
        }
        all.forEach(line -> line.sampler.close());
        return drawn;
    }

    private void decode() {
        Outcome outcome = context.decode(batch);
        if (outcome != Outcome.DONE) throw new IllegalStateException("the decode ended with " + outcome);
    }
}
