package dev.chasqui.bench;

import dev.chasqui.api.Backend;
import dev.chasqui.api.Option;
import dev.chasqui.bench.Report.Claim;
import dev.chasqui.bench.Rounds.Subject;
import dev.chasqui.engine.Engine;
import dev.chasqui.engine.EngineConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Agents that ask about one market context: at once through the engine, one by one without its sharing, and by
/// hand over llama.cpp as the least it can cost.
final class FanOut implements Section {

    /// @param prefix    tokens all prompts begin with
    /// @param questions that follow it
    /// @param question  tokens of each
    /// @param answer    tokens of each
    record Size(int prefix, int questions, int question, int answer) {

        static final Size FULL = new Size(1_500, 16, 30, 16);
        static final Size QUICK = new Size(100, 4, 30, 8);

        /// Answers that end early cost less; a few may.
        int leastDrawn() {
            return questions * answer * 9 / 10;
        }

        int contextTokens() {
            int needed = prefix + (questions + 1) * (question + answer);
            return Integer.highestOneBit(needed - 1) << 1;
        }

        @Override
        public String toString() {
            return questions + " x " + question + " after " + prefix;
        }
    }

    /// A greedy model goes on counting.
    private static final String ENDING = " Count: 1, 2, 3, 4,";

    private static final double MILLION = 1e6;
    /// One by one takes minutes a round.
    private static final int LONG_ROUNDS = 3;

    private static final int FIRST_NUMBER = 100_000;

    @Override
    public String name() {
        return "fan-out";
    }

    @Override
    public void measure(Trial trial, Report report) {
        Size size = trial.effort().quick() ? Size.QUICK : Size.FULL;
        EngineConfig config =
                EngineConfig.fromEnvironment().withStore(trial.model().store());
        try (Engine shared = Engine.open(config.withSharing(true));
                Engine apart = Engine.open(config.withSharing(false));
                BareFanOut bare = new BareFanOut(
                        trial.model().gguf(),
                        size.contextTokens(),
                        size.questions(),
                        trial.effort().threads())) {
            new Measurement(trial, size, shared, apart, bare).run(report);
        }
    }

    /// What is asked in one round.
    private record Asked(String context, List<String> prompts, int[] prefix, List<int[]> questions) {}

    private static final class Measurement {

        private final Trial trial;
        private final Workload workload;
        private final Size size;
        private final Engine shared;
        private final Engine apart;
        private final BareFanOut bare;
        private final Texts texts;
        private int number = FIRST_NUMBER;

        Measurement(Trial trial, Size size, Engine shared, Engine apart, BareFanOut bare) {
            this.trial = trial;
            this.workload = trial.workload().with(Option.NUM_CTX, size.contextTokens());
            this.size = size;
            this.shared = shared;
            this.apart = apart;
            this.bare = bare;
            this.texts = bare.texts();
        }

        void run(Report report) {
            workload.load(shared);
            workload.load(apart);
            againstOneByOne(report);
            againstByHand(report);
        }

        private void againstOneByOne(Report report) {
            String oneByOne = size + ", one by one, sharing off";
            String atOnce = size + ", at once";
            Rounds measured = trial.effort()
                    .atMost(LONG_ROUNDS, 0)
                    .measure(
                            new Subject(
                                    oneByOne,
                                    i -> workload.oneByOneNanos(
                                                    apart, fresh().prompts(), size.answer(), size.leastDrawn())
                                            / MILLION),
                            new Subject(atOnce, i -> cold(shared)));
            report.add(trial.model().name(), "ms", measured);
            report.claim(Claim.atLeast(
                    trial.model(),
                    size + ", one by one with sharing off / at once",
                    measured.ratio(oneByOne, atOnce),
                    7));
        }

        private void againstByHand(Report report) {
            String cold = size + ", nothing cached, embedded";
            String coldBare = size + ", nothing cached, by hand";
            String warm = size + ", prefix cached, embedded";
            String warmBare = size + ", prefix cached, by hand";
            Rounds measured = trial.effort()
                    .measure(
                            new Subject(coldBare, i -> {
                                Asked asked = fresh();
                                return bare.coldNanos(
                                                asked.prefix(), asked.questions(), size.answer(), size.leastDrawn())
                                        / MILLION;
                            }),
                            new Subject(cold, i -> cold(shared)),
                            new Subject(warmBare, i -> {
                                Asked asked = fresh();
                                return bare.warmNanos(
                                                asked.prefix(), asked.questions(), size.answer(), size.leastDrawn())
                                        / MILLION;
                            }),
                            new Subject(warm, i -> warm(shared)));
            report.add(trial.model().name(), "ms", measured);
            report.claim(Claim.atMost(
                    trial.model(),
                    size + ", nothing cached, embedded / by hand",
                    measured.ratio(cold, coldBare),
                    1.15));
            report.claim(Claim.atMost(
                    trial.model(), size + ", prefix cached, embedded / by hand", measured.ratio(warm, warmBare), 1.2));
        }

        private double cold(Backend backend) {
            return workload.atOnceNanos(backend, fresh().prompts(), size.answer(), size.leastDrawn()) / MILLION;
        }

        private double warm(Backend backend) {
            Asked asked = fresh();
            backend.generate(workload.request(asked.context(), 1)).answer();
            return workload.atOnceNanos(backend, asked.prompts(), size.answer(), size.leastDrawn()) / MILLION;
        }

        /// A context nobody has seen, and questions about it.
        private Asked fresh() {
            String context = texts.of(size.prefix(), number++);
            List<String> prompts = new ArrayList<>();
            List<int[]> questions = new ArrayList<>();
            for (int i = 0; i < size.questions(); i++) {
                String prompt = texts.continued(context, size.question(), i, ENDING);
                int[] all = texts.tokens(prompt);
                prompts.add(prompt);
                questions.add(Arrays.copyOfRange(all, size.prefix(), all.length));
            }
            return new Asked(context, prompts, texts.tokens(context), questions);
        }
    }
}
