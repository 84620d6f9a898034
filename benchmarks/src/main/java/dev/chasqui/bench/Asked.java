package dev.chasqui.bench;

import dev.chasqui.api.Backend;
import dev.chasqui.api.BackendException;
import dev.chasqui.api.ChatRequest;
import dev.chasqui.api.KeepAlive;
import dev.chasqui.api.Message;
import dev.chasqui.api.Option;
import dev.chasqui.api.Options;
import dev.chasqui.api.Settings;
import dev.chasqui.trading.AgentPrompt;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// One side of the suite, ready to be asked one task: the same model, context, threads and batch as every other side.
///
/// @param backend  is asked
/// @param model    by its name on every side
/// @param workload the options they have in common
/// @param stranger whether it is a server that knows only what Ollama knows
record Asked(Backend backend, BenchModel model, Workload workload, boolean stranger) {

    private static final int BATCH_TOKENS = 512;

    static Asked of(Backend backend, BenchModel model, int contextTokens, int threads, boolean stranger) {
        return new Asked(backend, model, workload(model, contextTokens, threads), stranger);
    }

    private static Workload workload(BenchModel model, int contextTokens, int threads) {
        return new Workload(model.name(), threads)
                .with(Option.NUM_CTX, contextTokens)
                .with(Option.NUM_BATCH, BATCH_TOKENS);
    }

    /// The same side, asked another of its models.
    Asked about(BenchModel other, int contextTokens) {
        Options options = workload.options();
        int threads = options.count(Option.NUM_THREAD).orElseThrow();
        return of(backend, other, contextTokens, threads, stranger);
    }

    /// As the trading system's client asks: a conversation of two messages, and the agent's own temperature. It sets no
    /// seed and no limit; both are set here, so that every side draws alike and none draws for a minute.
    ChatRequest chat(AgentPrompt prompt, int seed) {
        Options options = workload.options()
                .with(Option.TEMPERATURE, prompt.temperature())
                .with(Option.SEED, seed)
                .with(Option.NUM_PREDICT, prompt.answerTokens());
        return ChatRequest.of(model.name(), Message.system(prompt.system()), Message.user(prompt.user()))
                .withSettings(Settings.DEFAULT.withOptions(options).withKeepAlive(KeepAlive.FOREVER));
    }

    /// One call, and how it ended. What is refused with a reason counts; what breaks is an error.
    Counts call(AgentPrompt prompt, int seed) {
        long start = System.nanoTime();
        try {
            Counts answered = Counts.of(backend.chat(chat(prompt, seed)).answer());
            return answered.after(System.nanoTime() - start);
        } catch (BackendException e) {
            return switch (e.kind()) {
                case TOO_LATE, OVERLOADED -> Counts.REFUSED;
                default -> throw e;
            };
        }
    }

    /// A call whose caller leaves: its thread is interrupted, which closes the connection where there is one.
    ///
    /// @param after so long, unless it was answered before
    Counts leave(AgentPrompt prompt, int seed, Duration after) {
        FutureTask<Counts> call = new FutureTask<>(() -> call(prompt, seed));
        Thread caller = Thread.ofVirtual().start(call);
        try {
            return call.get(after.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException stillWaiting) {
            caller.interrupt();
            return Counts.LEFT;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a call ran", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("a call failed: " + e.getMessage(), e);
        }
    }

    /// Calls from as many threads, at once.
    static Counts atOnce(List<Callable<Counts>> calls) {
        Counts all = Counts.NONE;
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Counts>> answers = new ArrayList<>();
            for (Callable<Counts> call : calls) answers.add(callers.submit(call));
            for (Future<Counts> answer : answers) all = all.plus(answer.get());
            return all;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while " + calls.size() + " calls ran", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("one of " + calls.size() + " calls failed: " + e.getMessage(), e);
        }
    }
}
