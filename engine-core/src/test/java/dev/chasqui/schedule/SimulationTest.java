package dev.chasqui.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chasqui.llama.Sampling;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Days of a scheduler's life in seconds: a clock that only decodes move, requests that come, share prefixes, hurry,
/// pin, give up; a model that fails and a cache that is too small. After every turn what must always hold is checked.
///
/// A failure names its seed; `-Dchasqui.seed=N` runs that one alone.
class SimulationTest {

    private static final int SEEDS = 3_000;

    @Test
    void nobodyIsLostWhateverComesTogether() {
        String chosen = System.getProperty("chasqui.seed");
        if (chosen != null) {
            new World(Long.parseLong(chosen)).live();
            return;
        }
        long base = System.nanoTime();
        for (int i = 0; i < SEEDS; i++) {
            long seed = base + i;
            try {
                new World(seed).live();
            } catch (Throwable t) {
                throw new AssertionError("seed " + seed + ": " + t.getMessage(), t);
            }
        }
    }

    private static final class World {

        private static final int STEPS = 80;

        private final Random random;
        private final ScriptedDecoder model;
        private final Scheduler scheduler;
        private final int maxQueue;
        private final long cold;
        private final List<Request> requests = new ArrayList<>();
        private final int[][] contexts;
        private long clock;
        private long longestBatch;
        private boolean failing;

        World(long seed) {
            random = new Random(seed);
            int sequences = 1 + random.nextInt(10);
            model = new ScriptedDecoder(48 + random.nextInt(400), 1 + random.nextInt(80), sequences);
            model.cuts = random.nextInt(4) > 0;
            model.saves = random.nextInt(4) > 0;
            if (random.nextBoolean()) model.growsTo = model.contextTokens() * 3;
            maxQueue = 1 + random.nextInt(20);
            cold = random.nextBoolean() ? 0 : random.nextInt(20_000);
            SchedulerSettings settings = new SchedulerSettings(
                    1 + random.nextInt(sequences),
                    maxQueue,
                    random.nextInt(5) > 0,
                    Duration.ofNanos(50_000),
                    Duration.ofNanos(2_000),
                    cold);
            scheduler = new Scheduler(model, settings, () -> clock);
            contexts = IntStream.range(0, 3)
                    .mapToObj(i -> tokens(10 + random.nextInt(model.contextTokens() / 2)))
                    .toArray(int[][]::new);
            model.duringDecode = this::decoding;
        }

        void live() {
            for (int step = 0; step < STEPS; step++) {
                for (int arrivals = random.nextInt(3); arrivals > 0; arrivals--) arrive();
                if (!requests.isEmpty() && random.nextInt(8) == 0)
                    requests.get(random.nextInt(requests.size())).giveUp();
                if (random.nextInt(20) == 0) scheduler.release("pin" + random.nextInt(2));
                failing = random.nextInt(60) == 0;
                turn();
            }
            failing = false;
            int turns = 0;
            while (turn()) {
                if (++turns > 20_000) throw new AssertionError("it never comes to rest: " + scheduler.statistics());
            }
            assertThat(scheduler.load()).as("requests left").isZero();
            requests.forEach(Request::checkEnd);
            scheduler.failAll(new IllegalStateException("the world ends"));
            assertThat(model.held()).as("tokens left in the cache").isZero();
            assertThat(model.openSamplers()).as("samplers left open").isZero();
            assertThat(model.openCopies()).as("copies left in memory").isZero();
        }

        private boolean turn() {
            boolean worked = scheduler.turn();
            SchedulerStatistics now = scheduler.statistics();
            assertThat(now.cells()).as("cells counted").isEqualTo(model.held());
            assertThat(now.cells()).as("cells").isLessThanOrEqualTo(now.capacity());
            assertThat(now.pinnedCells()).as("pinned cells").isLessThanOrEqualTo(now.cells());
            assertThat(model.openSamplers()).isLessThanOrEqualTo(now.running() + now.waiting());
            assertThat(model.openCopies()).as("copies in memory").isEqualTo(now.cold());
            assertThat(now.coldBytes()).isLessThanOrEqualTo(cold);
            return worked;
        }

        /// Time passes, and somebody may give up just now.
        private void decoding() {
            long took = 300 + random.nextInt(50) + 10L * random.nextInt(60);
            clock += took;
            longestBatch = Math.max(longestBatch, took);
            if (!requests.isEmpty() && random.nextInt(20) == 0)
                requests.get(random.nextInt(requests.size())).giveUp();
            if (failing) throw new IllegalStateException("the model broke");
        }

        private void arrive() {
            if (scheduler.load() == 0) clock += random.nextInt(2_000); // else only decodes take time
            int[] prompt = random.nextInt(3) == 0
                    ? tokens(1 + random.nextInt(model.contextTokens() - 2))
                    : joined(contexts[random.nextInt(contexts.length)], tokens(1 + random.nextInt(20)));
            if (prompt.length >= model.contextTokens()) return;
            long deadline = random.nextInt(3) == 0 ? clock + random.nextInt(60_000) - 500 : Urgency.NEVER;
            Job job = Job.of(prompt, Sampling.GREEDY, random.nextInt(60), model.contextTokens())
                    .withShift(false, 4)
                    .withUrgency(new Urgency(random.nextInt(4), deadline))
                    .withDraft(random.nextInt(3) == 0 ? random.nextInt(8) : 0)
                    .withScored(random.nextInt(4) == 0 ? random.nextInt(1 + Math.min(12, prompt.length)) : 0);
            int length = random.nextInt(3) == 0 ? 1 + random.nextInt(40) : 0;
            if (length > 0) job = job.withConstraint(new ScriptedConstraint(length, random.nextInt(4) > 0));
            if (random.nextInt(15) == 0) job = job.withPin("pin" + random.nextInt(2));
            Request request = new Request(job, length);
            try {
                request.ticket = scheduler.submit(job, request);
                requests.add(request);
            } catch (RefusedException e) {
                if (e.reason() == RefusedException.Reason.TOO_LATE) {
                    assertThat(job.urgency().hasDeadline()).isTrue();
                } else {
                    assertThat(scheduler.statistics().waiting()).isGreaterThanOrEqualTo(maxQueue);
                }
            }
        }

        private int[] tokens(int count) {
            return random.ints(count, 0, ScriptedDecoder.VOCABULARY).toArray();
        }

        private static int[] joined(int[] one, int[] other) {
            return IntStream.concat(IntStream.of(one), IntStream.of(other)).toArray();
        }

        /// One request and what it heard.
        private final class Request implements TokenSink {

            final Job job;
            final int length;
            final List<Integer> tokens = new ArrayList<>();
            int scored;
            Ticket ticket = () -> {};
            boolean gaveUp;
            Ending ending;
            RuntimeException failure;

            /// @param length of a constrained answer; `0` is free
            Request(Job job, int length) {
                this.job = job;
                this.length = length;
            }

            void giveUp() {
                gaveUp = true;
                ticket.cancel();
            }

            @Override
            public void scored(int position, Supplier<float[]> logits) {
                assertThat(position).isEqualTo(job.prompt().length - job.scored() + scored++);
                int[] read = Arrays.copyOf(job.prompt(), position + 1);
                int expected = ScriptedDecoder.answer(read, 1).getFirst();
                assertThat(logits.get()[expected])
                        .as("the logit of what follows")
                        .isPositive();
            }

            @Override
            public boolean accept(int token, Supplier<float[]> logits) {
                assertThat(scored).as("tokens scored").isEqualTo(job.scored());
                assertThat(ending == null && failure == null)
                        .as("nothing comes after the end")
                        .isTrue();
                if (length == 0) assertThat(logits.get()[token]).isPositive();
                else assertThat(logits.get()).hasSize(ScriptedDecoder.VOCABULARY);
                return heard(token);
            }

            @Override
            public boolean forced(int token) {
                assertThat(length).as("a constraint's length").isPositive();
                return heard(token);
            }

            private boolean heard(int token) {
                tokens.add(token);
                checkInTime("token");
                return true;
            }

            @Override
            public void ended(Ending ending) {
                assertThat(this.ending == null && failure == null).as("one end").isTrue();
                this.ending = ending;
                checkInTime("end");
            }

            @Override
            public void failed(RuntimeException cause) {
                assertThat(ending == null && failure == null).as("one end").isTrue();
                failure = cause;
                checkInTime("failure");
            }

            /// One batch may be under way when time runs out; none is begun that should end too late, but only what
            /// was measured before tells how long it takes.
            private void checkInTime(String what) {
                if (!job.urgency().hasDeadline()) return;
                assertThat(clock - job.urgency().deadline())
                        .as("lateness of a %s", what)
                        .isLessThanOrEqualTo(longestBatch);
            }

            void checkEnd() {
                int room = job.contextTokens() - job.prompt().length;
                int most = Math.min(job.maxTokens(), room);
                List<Integer> whole = length == 0
                        ? ScriptedDecoder.answer(job.prompt(), most)
                        : ScriptedDecoder.answer(job.prompt(), most, new ScriptedConstraint(length, false));
                assertThat(tokens).isEqualTo(whole.subList(0, Math.min(tokens.size(), whole.size())));
                if (ending != null && ending.reason() != Reason.DEADLINE)
                    assertThat(tokens).hasSize(whole.size());
                if (ending != null && ending.reason() == Reason.STOP)
                    assertThat(tokens.size()).isGreaterThanOrEqualTo(length).isPositive();
                if (ending != null) assertThat(ending.tokens()).isEqualTo(tokens.size());
                if (ending != null) assertThat(scored).as("tokens scored").isEqualTo(job.scored());
                assertThat(gaveUp || ending != null || failure != null)
                        .as("an end")
                        .isTrue();
            }
        }
    }
}
