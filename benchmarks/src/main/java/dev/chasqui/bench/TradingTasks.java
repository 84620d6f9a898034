package dev.chasqui.bench;

import dev.chasqui.bench.Task.Shots;
import dev.chasqui.trading.AgentPrompt;
import dev.chasqui.trading.Agents;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/// The trading system's own work, B1 to B8: conversations with its agents' prompts, temperatures and lengths.
final class TradingTasks {

    static final String TWO_MODELS = "b2-swarm2x2";

    private static final int SEATS = 4;
    /// The agents' usual prompts and their answers, four at once.
    private static final int USUAL_CONTEXT = 8192;
    /// The longest prompts, with their answers.
    private static final int WHOLE_SWARM = 16_384;
    /// Bars whose prompt has some 4,000 tokens.
    private static final int ABANDONED_BARS = 13;
    /// Bars that a context of 8,192 tokens holds with the answer.
    private static final int SHORT_SWARM_BARS = 36;

    private static final Duration LEAVES_AFTER = Duration.ofSeconds(1);
    private static final double LEAVING = 0.05;
    private static final long MARKET = 42;
    private static final int HOURS = 24;
    private static final Duration PACE = Duration.ofSeconds(10);

    private TradingTasks() {}

    /// @param bars    the swarm sees; fewer than [Agents#SWARM_BARS] are only to see that it runs
    /// @param soak    how long B8 goes on
    /// @param another for B2, a second model in the same store; empty leaves B2 out
    static List<Task> all(int bars, Duration soak, String another) {
        boolean whole = bars == Agents.SWARM_BARS;
        int fewer = Math.min(bars, SHORT_SWARM_BARS);
        int context = whole ? WHOLE_SWARM : USUAL_CONTEXT;
        List<Task> tasks = new ArrayList<>();
        tasks.add(new Task(
                "b1-swarm4",
                "B1: four seats with one prompt of " + bars + " bars, at once",
                context,
                new Shots(0, 1, 3),
                (side, i) -> seats(side, new Agents(MARKET + i).swarm(bars, 0), SEATS)));
        if (!another.isEmpty()) {
            tasks.add(new Task(
                    TWO_MODELS,
                    "B2: two models with two seats each, " + fewer + " bars, at once",
                    USUAL_CONTEXT,
                    new Shots(0, 1, 3),
                    (side, i) -> twoModels(
                            side,
                            side.about(BenchModel.named(another), USUAL_CONTEXT),
                            new Agents(MARKET + i).swarm(fewer, 0))));
        }
        tasks.add(new Task(
                "b3-burst",
                "B3: funding, liquidation, whale and polymarket at once",
                USUAL_CONTEXT,
                Shots.of(0, whole ? 3 : 1),
                (side, i) -> burst(side, i, new Random(i), 0)));
        tasks.add(new Task(
                "b4-hourly",
                "B4: the swarm's prompt an hour later, " + bars + " bars",
                context,
                new Shots(0, whole ? 8 : 2, 3),
                (side, i) -> side.call(new Agents(MARKET).swarm(bars, i % HOURS), i)));
        if (whole) {
            tasks.add(new Task(
                    "b5-risk",
                    "B5: one position and 135 bars as JSON, 26 kB",
                    context,
                    new Shots(0, 2, 3),
                    (side, i) -> side.call(new Agents(MARKET + i).risk(), i)));
        }
        tasks.add(new Task(
                "b6-abandoned",
                "B6: a call after another caller has left, 1 s into 4,000 tokens",
                USUAL_CONTEXT,
                Shots.of(0, 3),
                (side, i) -> side.leave(new Agents(i).swarm(ABANDONED_BARS, 0), i, LEAVES_AFTER),
                (side, i) -> side.call(new Agents(i).polymarket(), i)));
        tasks.add(new Task(
                "b7-cold",
                "B7: the first call after the model has left memory",
                USUAL_CONTEXT,
                Shots.of(0, 3),
                (side, i) -> side.workload().unload(side.backend()),
                (side, i) -> side.call(new Agents(i).funding(), i)));
        int bursts = Math.toIntExact(Math.max(1, soak.dividedBy(PACE)));
        tasks.add(new Task(
                "b8-soak",
                "B8: the burst every 10 s for " + soak.toMinutes() + " min, 5 % of the callers leave",
                USUAL_CONTEXT,
                new Shots(0, bursts, 1),
                new EveryTenSeconds(),
                (side, i) -> burst(side, i, new Random(i), LEAVING)));
        return tasks;
    }

    private static Counts seats(Asked side, AgentPrompt prompt, int seats) {
        return Asked.atOnce(IntStream.range(0, seats)
                .<Callable<Counts>>mapToObj(seat -> () -> side.call(prompt, seat))
                .toList());
    }

    private static Counts twoModels(Asked one, Asked other, AgentPrompt prompt) {
        return Asked.atOnce(List.of(() -> seats(one, prompt, SEATS / 2), () -> seats(other, prompt, SEATS / 2)));
    }

    /// @param leaving the share of callers who do not wait for the end
    private static Counts burst(Asked side, int number, Random random, double leaving) {
        List<Callable<Counts>> calls = new ArrayList<>();
        for (AgentPrompt prompt : new Agents(number).burst()) {
            boolean leaves = random.nextDouble() < leaving;
            Duration after = Duration.ofMillis(random.nextInt(1_500));
            calls.add(() -> leaves ? side.leave(prompt, number, after) : side.call(prompt, number));
        }
        return Asked.atOnce(calls);
    }

    /// Waits for the next beat; a measurement that took longer than one is followed at once.
    private static final class EveryTenSeconds implements Task.Step {

        private long next = System.nanoTime();

        @Override
        public void run(Asked side, int number) {
            try {
                TimeUnit.NANOSECONDS.sleep(next - System.nanoTime());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted between two bursts", e);
            }
            next = Math.max(next, System.nanoTime()) + PACE.toNanos();
        }
    }
}
