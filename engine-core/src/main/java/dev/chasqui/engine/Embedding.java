package dev.chasqui.engine;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.EmbedRequest;
import dev.chasqui.api.Embeddings;
import dev.chasqui.api.Options;
import dev.chasqui.schedule.EmbeddingJob;
import dev.chasqui.schedule.EmbeddingSink;
import dev.chasqui.schedule.RefusedException;
import dev.chasqui.schedule.Ticket;
import dev.chasqui.schedule.Urgency;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// One request for vectors on its way through a loaded model; its caller waits for it.
final class Embedding {

    /// All vectors of a request may take this share of the heap; written as JSON they take thrice that.
    private static final int SHARE_OF_HEAP = 16;

    private static final long LEAST_BYTES = 16L << 20;
    private static final long MOST_BYTES = 128L << 20;

    private final LoadedModel model;
    private final Options options;
    private final EmbedRequest request;
    private final long startedAt;
    private final long readyAt = System.nanoTime();
    private final CompletableFuture<List<float[]>> result = new CompletableFuture<>();

    /// @param startedAt when the request came, by [System#nanoTime]
    Embedding(LoadedModel model, Options options, EmbedRequest request, long startedAt) {
        this.model = model;
        this.options = options;
        this.request = request;
        this.startedAt = startedAt;
    }

    /// @throws BackendException if a text cannot be had, or there is no vector by the deadline
    Embeddings embed(Optional<Latest.Claim> claim, InFlight.Entry entry) throws InterruptedException {
        entry.onFault(result::completeExceptionally);
        if (request.inputs().isEmpty()) return embeddings(List.of(), 0, 0);
        requireRoom(request.inputs().size());
        EmbeddingPlan plan = model.vectors().plan(options);
        EmbeddingTexts texts = new EmbeddingTexts(model.prompts().vocabulary(), plan.textTokens(), request.truncate());
        List<int[]> tokens = new ArrayList<>(request.inputs().size());
        for (String input : request.inputs()) {
            if (Thread.interrupted()) throw new InterruptedException();
            tokens.add(texts.tokens(input, tokens.size()));
        }
        List<float[]> vectors = compute(plan, tokens, claim);
        vectors.replaceAll(vector -> Vectors.normalised(vector, request.dimensions()));
        return embeddings(vectors, tokens.stream().mapToInt(text -> text.length).sum(), texts.cut());
    }

    private List<float[]> compute(EmbeddingPlan plan, List<int[]> tokens, Optional<Latest.Claim> claim)
            throws InterruptedException {
        Urgency urgency = Urgencies.from(startedAt, request.urgency());
        Ticket ticket;
        try {
            ticket = model.vectors().submit(plan, new EmbeddingJob(tokens, urgency), new Completing());
        } catch (RefusedException e) {
            throw Refusals.translated(e);
        }
        try {
            claim.ifPresent(held -> held.hold(result::completeExceptionally));
            return new ArrayList<>(await(urgency.deadline()));
        } finally {
            if (result.state() != Future.State.SUCCESS) ticket.cancel();
        }
    }

    private List<float[]> await(long deadline) throws InterruptedException {
        try {
            if (deadline == Urgency.NEVER) return result.get();
            return result.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            long given = request.urgency().deadline().orElseThrow().toMillis();
            throw BackendException.tooLate(given, "the vectors were there");
        } catch (ExecutionException e) {
            throw Refusals.translated(
                    e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause()));
        }
    }

    private Embeddings embeddings(List<float[]> vectors, int tokens, int cut) {
        return new Embeddings(
                vectors,
                tokens,
                cut,
                Duration.ofNanos(System.nanoTime() - startedAt),
                Duration.ofNanos(readyAt - startedAt));
    }

    private void requireRoom(int texts) {
        long bytes = 4L * texts * model.vectors().length();
        long most = Math.clamp(Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP, LEAST_BYTES, MOST_BYTES);
        if (bytes <= most) return;
        throw BackendException.invalid("input has " + texts + " texts; their vectors take " + (bytes >> 20)
                + " MiB, and at most " + (most >> 20) + " MiB are given at once. Send fewer");
    }

    private final class Completing implements EmbeddingSink {

        @Override
        public void ended(List<float[]> vectors) {
            result.complete(vectors);
        }

        @Override
        public void failed(RuntimeException cause) {
            result.completeExceptionally(cause);
        }
    }
}
