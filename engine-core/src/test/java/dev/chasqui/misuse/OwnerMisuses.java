package dev.chasqui.misuse;

import dev.chasqui.llama.ContextSettings;
import dev.chasqui.llama.ContextSettings.CacheType;
import dev.chasqui.llama.ContextSettings.FlashAttention;
import dev.chasqui.llama.EmbedderSettings;
import dev.chasqui.llama.LlamaContext;
import dev.chasqui.llama.LlamaEmbedder;
import dev.chasqui.llama.LlamaModel;
import dev.chasqui.llama.ModelSettings;
import dev.chasqui.llama.Pooling;
import dev.chasqui.llama.Sampling;
import dev.chasqui.llama.SavedSequence;
import dev.chasqui.llama.TinyModel;
import dev.chasqui.llama.TokenBatch;
import dev.chasqui.llama.TokenSampler;
import dev.chasqui.llama.Vocabulary;
import dev.chasqui.llama.common.MemoryRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/// The owners of native objects, called in every way they must not be.
final class OwnerMisuses {

    private static final ContextSettings SETTINGS =
            ContextSettings.of(256).withBatch(16, 16).withSequences(4).withThreads(1, 1);
    private static final List<Integer> NO_IDS = List.of(-1, 4, 999_999, Integer.MIN_VALUE, Integer.MAX_VALUE);
    private static final List<Integer> NO_TOKENS = List.of(-1, 320, 999_999, Integer.MIN_VALUE, Integer.MAX_VALUE);

    private OwnerMisuses() {}

    static List<Misuse> all(Path tiny) throws IOException {
        Path deeper = tiny.resolveSibling("deeper.gguf");
        TinyModel.seeded(8).withLayers(3).write(deeper);
        LlamaModel model = LlamaModel.open(tiny, ModelSettings.DEFAULT);
        Vocabulary vocabulary = model.vocabulary();
        LlamaContext context = model.newContext(SETTINGS);
        context.decode(rows(0, 0, 8));
        LlamaModel closed = LlamaModel.open(tiny, ModelSettings.DEFAULT);
        LlamaContext orphan = closed.newContext(SETTINGS);
        TokenSampler orphaned = orphan.sampler(Sampling.GREEDY);
        closed.close();
        return List.of(
                Misuse.refused("a batch of no rows", () -> context.decode(new TokenBatch(4))),
                Misuse.refused("a batch of more rows than the context takes", () -> context.decode(rows(1, 0, 17))),
                Misuse.refusedEach("a row of token", NO_TOKENS, token -> context.decode(row(token, 0, 1))),
                Misuse.refusedEach("a row of sequence", NO_IDS, sequence -> context.decode(row(5, 0, sequence))),
                Misuse.refusedEach(
                        "a row at position",
                        List.of(-1, 1, 7, Integer.MIN_VALUE, Integer.MAX_VALUE),
                        position -> context.decode(row(5, position, 1))),
                Misuse.refused("a batch with one position twice", () -> {
                    TokenBatch twice = row(5, 0, 1);
                    twice.add(5, 0, 1, false);
                    context.decode(twice);
                }),
                Misuse.refused("more rows with logits than there is room for", () -> {
                    TokenBatch rows = new TokenBatch(16);
                    for (int i = 0; i < 16; i++) rows.add(5, i, 1, true);
                    context.decode(rows);
                }),
                Misuse.refusedEach(
                        "logits of row",
                        List.of(-1, 0, 8, 16, Integer.MIN_VALUE, Integer.MAX_VALUE),
                        row -> context.logits(row)),
                Misuse.refused("logits before the first decode", () -> {
                    try (LlamaContext fresh = model.newContext(SETTINGS)) {
                        fresh.logits(0);
                    }
                }),
                Misuse.borne("a full cache", () -> {
                    try (LlamaContext small = model.newContext(SETTINGS)) {
                        for (int i = 0; i < 40; i++) small.decode(rows(0, small.nextPosition(0), 16));
                    }
                }),
                Misuse.refusedEach("forgetting sequence", NO_IDS, sequence -> context.forget(sequence, 0)),
                Misuse.refusedEach(
                        "forgetting from position", List.of(-1, Integer.MIN_VALUE), from -> context.forget(0, from)),
                Misuse.refusedEach("copying from sequence", NO_IDS, sequence -> context.copy(sequence, 1, 1)),
                Misuse.refusedEach("copying to sequence", NO_IDS, sequence -> context.copy(0, sequence, 1)),
                Misuse.refused("copying a sequence onto itself", () -> context.copy(0, 0, 1)),
                Misuse.refusedEach(
                        "copying up to position", List.of(-1, 0, 9, Integer.MAX_VALUE), to -> context.copy(0, 1, to)),
                Misuse.refusedEach("shifting sequence", NO_IDS, sequence -> context.shift(sequence, 0, 1)),
                Misuse.refusedEach(
                        "shifting by positions",
                        List.of(
                                List.of(-1, 3),
                                List.of(3, 3),
                                List.of(5, 3),
                                List.of(0, 9),
                                List.of(0, Integer.MAX_VALUE)),
                        range -> context.shift(0, range.getFirst(), range.getLast())),
                Misuse.refusedEach("the next position of sequence", NO_IDS, sequence -> context.nextPosition(sequence)),
                Misuse.refusedEach("saving sequence", NO_IDS, sequence -> context.save(sequence)),
                Misuse.refused(
                        "bringing a sequence back into one that is not empty",
                        () -> context.restore(context.save(0).orElseThrow(), 0)),
                Misuse.either("bringing back what another model had computed", () -> {
                    try (LlamaModel other = LlamaModel.open(deeper, ModelSettings.DEFAULT);
                            LlamaContext theirs = other.newContext(SETTINGS)) {
                        theirs.decode(rows(0, 0, 8));
                        context.restore(theirs.save(0).orElseThrow(), 2);
                        context.decode(row(5, context.nextPosition(2), 2));
                        context.forget(2, 0);
                    }
                }),
                Misuse.refused("bringing back what was let go", () -> {
                    SavedSequence saved = context.save(0).orElseThrow();
                    saved.close();
                    saved.close();
                    context.restore(saved, 3);
                }),
                Misuse.eitherEach(
                        "growing to",
                        List.of(-1, 0, Integer.MIN_VALUE, Integer.MAX_VALUE),
                        tokens -> context.grow(tokens)),
                Misuse.refusedEach(
                        "threads of",
                        List.of(-1, 0, 513, 9_999, Integer.MAX_VALUE),
                        threads -> context.setThreads(threads, threads)),
                Misuse.refusedEach(
                        "a context of so many tokens:",
                        List.of(-1, 0, 2_000_000_000),
                        tokens -> model.newContext(ContextSettings.of(tokens))),
                Misuse.refusedEach("batches of", List.of(-1, 0, 1 << 20), rows -> SETTINGS.withBatch(rows, rows)),
                Misuse.refusedEach("a micro-batch of", List.of(-1, 0, 17), rows -> SETTINGS.withBatch(16, rows)),
                Misuse.refusedEach("so many sequences:", List.of(-1, 0, 300), count -> SETTINGS.withSequences(count)),
                Misuse.refusedEach("so many outputs:", List.of(-1, 0, 17), count -> SETTINGS.withOutputs(count)),
                Misuse.refused(
                        "quantised values without flash attention",
                        () -> SETTINGS.withCache(FlashAttention.OFF, CacheType.F16, CacheType.Q8_0)),
                Misuse.refusedEach(
                        "CPUs",
                        List.of(-1, 512, 99_999),
                        cpu -> model.newContext(SETTINGS, new TreeSet<>(List.of(cpu)))),
                Misuse.refused("settings of null", () -> model.newContext(null)),
                Misuse.refusedEach(
                        "sampling with a temperature of",
                        List.of(Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY),
                        value -> sampling(value, 1, 1)),
                Misuse.refusedEach(
                        "sampling with a top_p of",
                        List.of(Float.NaN, -1f, 2f, Float.POSITIVE_INFINITY),
                        value -> sampling(1, value, 1)),
                Misuse.refusedEach(
                        "sampling with a penalty of",
                        List.of(Float.NaN, 0f, -1f, Float.POSITIVE_INFINITY),
                        value -> sampling(1, 1, value)),
                Misuse.borne("penalties over 2^31-1 tokens and a top_k of as many", () -> {
                    Sampling wide = new Sampling(
                            1, Integer.MAX_VALUE, 1, 0, 1, Integer.MAX_VALUE, 1.5f, 1, 1, 1, Optional.empty());
                    context.decode(row(5, context.nextPosition(0), 0));
                    try (TokenSampler sampler = context.sampler(wide)) {
                        sampler.sample(0);
                    }
                }),
                Misuse.refusedEach(
                        "drawing from row", List.of(-1, 1, 99, Integer.MIN_VALUE, Integer.MAX_VALUE), row -> {
                            try (TokenSampler sampler = context.sampler(Sampling.GREEDY)) {
                                sampler.sample(row);
                            }
                        }),
                Misuse.refusedEach("telling a sampler of token", NO_TOKENS, token -> {
                    try (TokenSampler sampler = context.sampler(sampling(1, 1, 2))) {
                        sampler.prime(token);
                    }
                }),
                Misuse.refused("drawing with a sampler that is closed", () -> {
                    TokenSampler sampler = context.sampler(Sampling.GREEDY);
                    sampler.close();
                    sampler.close();
                    sampler.sample(0);
                }),
                Misuse.refusedEach(
                        "asking the vocabulary for token", NO_TOKENS, token -> vocabulary.piece(token, true)),
                Misuse.refusedEach("is it control, token", NO_TOKENS, token -> vocabulary.isControl(token)),
                Misuse.refusedEach("does it end, token", NO_TOKENS, token -> vocabulary.isEndOfGeneration(token)),
                Misuse.refusedEach(
                        "writing out token", NO_TOKENS, token -> vocabulary.detokenize(new int[] {5, token}, true)),
                Misuse.borne("writing out nothing", () -> vocabulary.detokenize(new int[0], true)),
                Misuse.refused(
                        "writing out forty million tokens", () -> vocabulary.detokenize(new int[40_000_000], true)),
                Misuse.refused("tokenising 33 MiB", () -> vocabulary.tokenize("ab\n".repeat(11 << 20), false, true)),
                Misuse.refused(
                        "tokenising a line of two million characters",
                        () -> vocabulary.tokenize("x".repeat(2 << 20), false, true)),
                Misuse.borne("tokenising NUL, halves of characters and control words", () -> {
                    for (String text : List.of("\0", "a\0b", "\ud83d", "<|im_start|>", "")) {
                        vocabulary.tokenize(text, true, true);
                    }
                }),
                Misuse.either("asking a model for metadata with NUL, nothing and a long name", () -> {
                    model.metadata("\0");
                    model.metadata("");
                    model.metadata("x".repeat(1 << 20));
                }),
                Misuse.refusedEach(
                        "a model that is closed is asked:",
                        List.<Runnable>of(
                                () -> closed.newContext(SETTINGS),
                                closed::description,
                                closed::sizeBytes,
                                closed::layers,
                                closed::address,
                                () -> closed.metadata("general.name"),
                                closed::chatTemplate,
                                () -> closed.vocabulary().tokenize("Hi", true, true),
                                () -> closed.vocabulary().tokenize("Hi ".repeat(200), true, true),
                                () -> closed.vocabulary().piece(77, true),
                                () -> closed.vocabulary().detokenize(new int[] {77}, true)),
                        Runnable::run),
                Misuse.refusedEach(
                        "a context whose model is closed is asked:",
                        List.<Runnable>of(
                                () -> orphan.decode(row(5, 0, 0)),
                                () -> orphan.logits(0),
                                () -> orphan.forget(0, 0),
                                () -> orphan.copy(0, 1, 1),
                                () -> orphan.shift(0, 0, 1),
                                () -> orphan.save(0),
                                () -> orphan.grow(512),
                                () -> orphan.setThreads(1, 1),
                                () -> orphan.nextPosition(0),
                                () -> orphan.sampler(Sampling.GREEDY),
                                () -> orphaned.sample(0),
                                () -> orphaned.prime(5)),
                        Runnable::run),
                Misuse.borne("closing and stopping what is closed, over and over", () -> {
                    for (int i = 0; i < 3; i++) {
                        orphaned.close();
                        orphan.abort();
                        orphan.close();
                        closed.close();
                    }
                }),
                Misuse.refusedEach(
                        "an embedder before there is room, and after its end, is asked:",
                        List.<Boolean>of(false, true),
                        over -> {
                            LlamaEmbedder embedder = embedder(model);
                            if (over) {
                                embedder.reserve(8);
                                embedder.close();
                                embedder.close();
                            }
                            embedder.embed(row(5, 0, 0));
                        }),
                Misuse.refusedEach("an embedder for the vector of sequence", NO_IDS, sequence -> {
                    try (LlamaEmbedder embedder = embedder(model)) {
                        embedder.reserve(8);
                        embedder.embed(row(5, 0, 0));
                        embedder.vector(sequence);
                    }
                }),
                Misuse.refused("an embedder for a text longer than there can be", () -> {
                    try (LlamaEmbedder embedder = embedder(model)) {
                        embedder.reserve(Integer.MAX_VALUE - 2);
                    }
                }),
                Misuse.refused(
                        "averages over texts that come in pieces",
                        () -> new EmbedderSettings(Pooling.MEAN, false, SETTINGS, 64)),
                Misuse.refusedEach(
                        "shares of GPUs of",
                        List.of(List.of(Float.NaN), List.of(-1f), List.of(0f), Collections.nCopies(17, 1f)),
                        shares -> ModelSettings.DEFAULT.withTensorSplit(shares)),
                Misuse.refusedEach(
                        "a GPU of number",
                        List.of(16, Integer.MAX_VALUE),
                        gpu -> ModelSettings.DEFAULT.withMainGpu(gpu)),
                Misuse.refusedEach(
                        "the memory for so many tokens and sequences:",
                        List.of(List.of(-1, 1), List.of(Integer.MAX_VALUE, 1), List.of(1, 0), List.of(1, 257)),
                        pair -> MemoryRequest.of(pair.getFirst(), pair.getLast())),
                Misuse.borne("all of it, and the context decodes as before", () -> {
                    context.decode(row(5, context.nextPosition(0), 0));
                    context.logits(0);
                }));
    }

    private static LlamaEmbedder embedder(LlamaModel model) {
        return new LlamaEmbedder(
                model,
                new EmbedderSettings(Pooling.LAST, false, SETTINGS, 64),
                wanted -> {},
                Collections.emptySortedSet());
    }

    private static Sampling sampling(float temperature, float topP, float penalty) {
        return new Sampling(temperature, 40, topP, 0, 1, 64, penalty, 0, 0, 1, Optional.empty());
    }

    private static TokenBatch row(int token, int position, int sequence) {
        TokenBatch batch = new TokenBatch(2);
        batch.add(token, position, sequence, true);
        return batch;
    }

    private static TokenBatch rows(int sequence, int from, int count) {
        TokenBatch batch = new TokenBatch(count);
        for (int i = 0; i < count; i++) batch.add(10 + i, from + i, sequence, i == count - 1);
        return batch;
    }
}
