package dev.chasqui.bench;

import dev.chasqui.api.Backend;
import dev.chasqui.api.EmbedRequest;
import dev.chasqui.api.Embeddings;
import dev.chasqui.api.KeepAlive;
import dev.chasqui.api.Option;
import dev.chasqui.api.Options;
import dev.chasqui.bench.Report.Claim;
import dev.chasqui.bench.Rounds.Subject;
import dev.chasqui.llama.LlamaModel;
import dev.chasqui.llama.ModelSettings;
import java.util.List;
import java.util.stream.IntStream;

/// Texts turned into vectors: all in one call, and one call after another.
final class Vectors implements Section {

    private static final int TEXTS = 64;
    private static final int TOKENS = 100;
    private static final int QUICK_TEXTS = 8;
    private static final int FIRST_NUMBER = 300_000;
    private static final double MILLION = 1e6;

    @Override
    public String name() {
        return "embed";
    }

    @Override
    public void measure(Trial trial, Report report) {
        BenchModel model = trial.model();
        Effort effort = trial.effort();
        Backend embedded = trial.embedded();
        Options options = Options.NONE.with(Option.NUM_THREAD, effort.threads());
        int texts = effort.quick() ? QUICK_TEXTS : TEXTS;
        List<String> inputs = inputs(model, texts);
        embed(embedded, model, options, inputs.subList(0, 1));

        String size = texts + " texts of " + TOKENS + " tokens, ";
        String together = size + "one call";
        String apart = size + "a call for each";
        Rounds measured = effort.measure(
                new Subject(together, i -> embed(embedded, model, options, inputs) / MILLION),
                new Subject(
                        apart,
                        i -> inputs.stream()
                                        .mapToLong(input -> embed(embedded, model, options, List.of(input)))
                                        .sum()
                                / MILLION));
        report.add(model.name(), "ms", measured);
        report.claim(Claim.atLeast(model, size + "a call for each / one call", measured.ratio(apart, together), 3));
    }

    private static List<String> inputs(BenchModel model, int texts) {
        try (LlamaModel words = LlamaModel.open(model.gguf(), ModelSettings.DEFAULT.withRepack(false))) {
            Texts made = Texts.of(words);
            return IntStream.range(0, texts)
                    .mapToObj(i -> made.of(TOKENS, FIRST_NUMBER + i))
                    .toList();
        }
    }

    /// @return nanoseconds
    private static long embed(Backend backend, BenchModel model, Options options, List<String> inputs) {
        EmbedRequest request =
                EmbedRequest.of(model.name(), inputs).withOptions(options).withKeepAlive(KeepAlive.FOREVER);
        long start = System.nanoTime();
        Embeddings vectors = backend.embed(request);
        long nanos = System.nanoTime() - start;
        int least = inputs.size() * TOKENS;
        if (vectors.vectors().size() != inputs.size() || vectors.promptTokens() < least) {
            throw new IllegalStateException(inputs.size() + " texts of " + TOKENS + " tokens gave "
                    + vectors.vectors().size() + " vectors of " + vectors.promptTokens() + " tokens");
        }
        return nanos;
    }
}
