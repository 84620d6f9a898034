package dev.chasqui.bench;

import dev.chasqui.api.Chunk;
import dev.chasqui.api.Generation;
import dev.chasqui.api.Option;
import dev.chasqui.bench.Report.Claim;
import dev.chasqui.bench.Rounds.Subject;
import dev.chasqui.engine.Engine;
import dev.chasqui.engine.EngineConfig;
import dev.chasqui.llama.LlamaModel;
import dev.chasqui.llama.ModelSettings;
import dev.chasqui.schedule.SchedulerStatistics;
import java.time.Duration;
import java.util.Arrays;
import java.util.Iterator;
import java.util.concurrent.locks.LockSupport;

/// What a caller who leaves in the middle of a long prompt costs the next one: from the cancel to the first piece of
/// another, tiny request's answer.
final class CancelLatency implements Section {

    private static final int LONG_PROMPT = 14_000;
    private static final int TINY_PROMPT = 16;

    private static final int SPARE = 256;
    private static final int FIRST_NUMBER = 200_000;
    private static final double MILLION = 1e6;
    private static final Duration LOOK_EVERY = Duration.ofMillis(1);
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final double MOST_MILLIS = 400;
    /// A cancel that comes when the prompt is over already says nothing.
    private static final int ATTEMPTS = 5;

    @Override
    public String name() {
        return "cancel";
    }

    @Override
    public void measure(Trial trial, Report report) {
        BenchModel model = model(trial);
        int prompt = Math.min(LONG_PROMPT, model.trainedTokens() - SPARE);
        EngineConfig config = EngineConfig.fromEnvironment().withStore(model.store());
        try (Engine engine = Engine.open(config);
                LlamaModel words = LlamaModel.open(model.gguf(), ModelSettings.DEFAULT.withRepack(false))) {
            Workload workload =
                    new Workload(model.name(), trial.effort().threads()).with(Option.NUM_CTX, prompt + SPARE);
            workload.load(engine);
            new Measurement(model, trial.effort(), engine, workload, Texts.of(words), prompt).run(report);
        }
    }

    private static BenchModel model(Trial trial) {
        boolean holds = trial.model().trainedTokens() >= LONG_PROMPT + SPARE;
        return holds || trial.effort().quick() ? trial.model() : BenchModel.named(BenchModel.LONG);
    }

    private static final class Measurement {

        private final BenchModel model;
        private final Effort effort;
        private final Engine engine;
        private final Workload workload;
        private final Texts texts;
        private final int promptTokens;
        private int number = FIRST_NUMBER;

        Measurement(BenchModel model, Effort effort, Engine engine, Workload workload, Texts texts, int promptTokens) {
            this.model = model;
            this.effort = effort;
            this.engine = engine;
            this.workload = workload;
            this.texts = texts;
            this.promptTokens = promptTokens;
        }

        void run(Report report) {
            String after = "first token after a cancel inside a prefill of " + promptTokens + " tokens";
            Rounds measured = effort.measure(
                    new Subject("first token, nobody before", i -> {
                        String tiny = texts.of(TINY_PROMPT, number++);
                        return workload.firstTokenNanos(engine, tiny, TINY_PROMPT) / MILLION;
                    }),
                    new Subject(after, this::afterCancel));
            report.add(model.name(), "ms", measured);
            double slowest = Arrays.stream(measured.of(after)).max().orElseThrow();
            report.claim(Claim.atMost(model, after + ", slowest round", slowest, MOST_MILLIS)
                    .in(" ms"));
        }

        private double afterCancel(int round) {
            for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
                String longPrompt = texts.of(promptTokens, number++);
                String tiny = texts.of(TINY_PROMPT, number++);
                SchedulerStatistics before = statistics();
                Generation left = engine.generate(workload.request(longPrompt, 1));
                // One to eight chunks are through, and another has just begun.
                awaitComputed(before.computedTokens() + Math.min(promptTokens / 2, 500L << round % 4));
                long start = System.nanoTime();
                left.close();
                long nanos = firstPiece(tiny) - start;
                if (statistics().cancelled() > before.cancelled()) return nanos / MILLION;
            }
            throw new IllegalStateException(
                    "a prompt of " + promptTokens + " tokens was over before it could be cancelled");
        }

        private long firstPiece(String prompt) {
            try (Generation answer = engine.generate(workload.request(prompt, 1))) {
                Iterator<Chunk> chunks = answer.iterator();
                if (chunks.hasNext()) return System.nanoTime();
                throw new IllegalStateException("the model answered \"" + prompt + "\" with no text at all");
            }
        }

        private void awaitComputed(long tokens) {
            long end = System.nanoTime() + PATIENCE.toNanos();
            while (statistics().computedTokens() < tokens) {
                if (System.nanoTime() > end) throw new IllegalStateException("the prompt does not get on");
                LockSupport.parkNanos(LOOK_EVERY.toNanos());
            }
        }

        private SchedulerStatistics statistics() {
            return engine.statistics().models().getFirst().requests();
        }
    }
}
