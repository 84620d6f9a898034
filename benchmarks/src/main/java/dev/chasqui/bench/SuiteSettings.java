package dev.chasqui.bench;

import dev.chasqui.trading.Agents;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// How big the suite's tasks are. Travels to JMH's forks as system properties.
///
/// @param prefix  words of the context that agents share
/// @param bars    the swarm sees
/// @param soak    how long B8 goes on
/// @param another the model beside the first, for B2 and for prompts the first has no room for; empty leaves both out
/// @param threads that compute, on every side
record SuiteSettings(int prefix, int bars, Duration soak, String another, int threads) {

    private static final String NAME = "chasqui.bench.suite.";
    private static final int PREFIX = 1_780;

    static SuiteSettings full(Duration soak, int threads) {
        return new SuiteSettings(PREFIX, Agents.SWARM_BARS, soak, BenchModel.LONG, threads);
    }

    /// Small enough for a model with a context of 8,192 tokens, and for minutes.
    static SuiteSettings quick(int threads) {
        return new SuiteSettings(600, 6, Duration.ZERO, "", threads);
    }

    /// Those this JVM was started with, else the full ones.
    static SuiteSettings ofThisJvm() {
        SuiteSettings usual = full(Duration.ofMinutes(5), BenchModel.threads());
        return new SuiteSettings(
                Integer.getInteger(NAME + "prefix", usual.prefix),
                Integer.getInteger(NAME + "bars", usual.bars),
                Duration.ofSeconds(Long.getLong(NAME + "soak", usual.soak.toSeconds())),
                System.getProperty(NAME + "another", usual.another),
                Integer.getInteger(NAME + "threads", usual.threads));
    }

    /// What makes another JVM's [#ofThisJvm] the same.
    List<String> jvmArguments() {
        return List.of(
                "-D" + NAME + "prefix=" + prefix,
                "-D" + NAME + "bars=" + bars,
                "-D" + NAME + "soak=" + soak.toSeconds(),
                "-D" + NAME + "another=" + another,
                "-D" + NAME + "threads=" + threads);
    }

    /// All tasks of this size.
    List<Task> tasks() {
        List<Task> tasks = new ArrayList<>(PlainTasks.all(prefix));
        tasks.addAll(TradingTasks.all(bars, soak, another));
        return tasks;
    }

    /// The model that answers a task: the one on trial, or the one beside it where the task's context is too long.
    ///
    /// @throws IllegalStateException if no model holds it
    BenchModel modelFor(Task task, BenchModel trial) {
        if (trial.trainedTokens() >= task.contextTokens()) return trial;
        return beside().filter(other -> other.trainedTokens() >= task.contextTokens())
                .orElseThrow(() -> new IllegalStateException(trial.name() + " holds " + trial.trainedTokens()
                        + " tokens; " + task.name() + " needs " + task.contextTokens()));
    }

    /// A model in the store where the one beside it lies, since a server has one store; as it is where these tasks do
    /// without the other.
    ///
    /// @throws IllegalStateException if that store cannot have it
    BenchModel inOneStore(BenchModel trial, List<Task> tasks) {
        boolean alone = tasks.stream()
                .noneMatch(task ->
                        task.name().equals(TradingTasks.TWO_MODELS) || task.contextTokens() > trial.trainedTokens());
        if (alone) return trial;
        Optional<BenchModel> other = beside().filter(each -> !each.store().equals(trial.store()));
        if (other.isEmpty()) return trial;
        System.setProperty(BenchModel.STORE_PROPERTY, other.get().store().toString());
        BenchModel moved = BenchModel.named(trial.name());
        if (moved.store().equals(other.get().store())) return moved;
        throw new IllegalStateException(trial.name() + " is in " + trial.store() + " and " + another + " in "
                + other.get().store() + "; put both into one store, and name it by OLLAMA_MODELS");
    }

    private Optional<BenchModel> beside() {
        return another.isEmpty() ? Optional.empty() : Optional.of(BenchModel.named(another));
    }
}
