package dev.chasqui.llama;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/// llama.cpp's samplers for one request, in the order of its own tools: penalties, top-k, typical, top-p, min-p,
/// temperature, draw. Belongs to its context and is freed with it at the latest.
///
/// A grammar is asked last: the token is drawn without it and then tested alone, which is cheap. Only if it does
/// not fit, the grammar masks the whole vocabulary and the draw is repeated. A token the grammar has not passed
/// is never handed to it, for that would end the process.
final class SamplerChain implements TokenSampler {

    private static final int ROW = (int) Structs.TOKEN_DATA.byteSize();
    private static final long LOGIT = Structs.offset(Structs.TOKEN_DATA, "logit");
    private static final long SIZE = Structs.offset(Structs.TOKEN_DATA_ARRAY, "size");
    private static final long SELECTED = Structs.offset(Structs.TOKEN_DATA_ARRAY, "selected");
    private static final long SORTED = Structs.offset(Structs.TOKEN_DATA_ARRAY, "sorted");

    private final LlamaContext context;
    private final Vocabulary vocabulary;
    private final boolean plainGreedy;
    private final Arena arena;
    private final MemorySegment chain;
    private final Optional<MemorySegment> grammar;
    private final MemorySegment candidates;
    private final MemorySegment array;
    private boolean freed;

    private SamplerChain(
            LlamaContext context,
            Vocabulary vocabulary,
            Sampling sampling,
            Arena arena,
            MemorySegment chain,
            Optional<MemorySegment> grammar) {
        this.context = context;
        this.vocabulary = vocabulary;
        this.plainGreedy = sampling.greedy() && !sampling.penalizes();
        this.arena = arena;
        this.chain = chain;
        this.grammar = grammar;
        boolean usesCandidates = !plainGreedy || grammar.isPresent();
        this.candidates = arena.allocate(Structs.TOKEN_DATA, usesCandidates ? vocabulary.size() : 1);
        this.array = arena.allocate(Structs.TOKEN_DATA_ARRAY);
    }

    /// @throws LlamaException if the grammar is not valid
    static SamplerChain create(LlamaContext context, Vocabulary vocabulary, Sampling sampling) {
        sampling.grammar().ifPresent(GrammarGuard::check);
        Optional<MemorySegment> grammar = sampling.grammar().map(text -> grammar(vocabulary, text));
        Arena arena = Arena.ofShared();
        return new SamplerChain(
                context, vocabulary, sampling, arena, chain(vocabulary, sampling, context.contextTokens()), grammar);
    }

    private static MemorySegment grammar(Vocabulary vocabulary, String text) {
        try (Arena scratch = Arena.ofConfined()) {
            LlamaLog.clear();
            MemorySegment sampler = SamplerH.initGrammar(
                    vocabulary.address(), scratch.allocateFrom(text), scratch.allocateFrom("root"));
            if (sampler.address() == 0) throw new LlamaException("the grammar is not valid" + LlamaLog.because());
            return sampler;
        }
    }

    private static MemorySegment chain(Vocabulary vocabulary, Sampling sampling, int contextTokens) {
        MemorySegment chain;
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment params = LlamaH.samplerChainDefaultParams(scratch);
            Structs.set(params, Structs.CHAIN_PARAMS, "no_perf", true);
            chain = SamplerH.chainInit(params);
        }
        if (sampling.penalizes()) {
            SamplerH.chainAdd(
                    chain,
                    SamplerH.initPenalties(
                            vocabulary.size(),
                            Math.min(sampling.repeatLastN(), contextTokens),
                            sampling.repeatPenalty(),
                            sampling.frequencyPenalty(),
                            sampling.presencePenalty()));
        }
        if (sampling.greedy()) {
            SamplerH.chainAdd(chain, SamplerH.initGreedy());
            return chain;
        }
        if (sampling.topK() > 0) SamplerH.chainAdd(chain, SamplerH.initTopK(sampling.topK()));
        if (sampling.typicalP() < 1) SamplerH.chainAdd(chain, SamplerH.initTypical(sampling.typicalP(), 1));
        if (sampling.topP() < 1) SamplerH.chainAdd(chain, SamplerH.initTopP(sampling.topP(), 1));
        if (sampling.minP() > 0) SamplerH.chainAdd(chain, SamplerH.initMinP(sampling.minP(), 1));
        SamplerH.chainAdd(chain, SamplerH.initTemp(sampling.temperature()));
        SamplerH.chainAdd(chain, SamplerH.initDist(seed(sampling.seed())));
        return chain;
    }

    /// Folds 64 bits to 32; small seeds stay what they are. All ones would mean "at random" to llama.cpp.
    static int seed(long seed) {
        int folded = (int) (seed ^ (seed >>> 32));
        return folded == 0xFFFFFFFF ? 0x7FFFFFFF : folded;
    }

    @Override
    public void prime(int token) {
        vocabulary.check(token);
        enter();
        try {
            if (!plainGreedy) SamplerH.accept(chain, token);
        } finally {
            context.leave();
        }
    }

    @Override
    public int sample(int row) {
        enter();
        try {
            MemorySegment logits = context.view(row);
            int token = plainGreedy ? likeliest(logits) : draw(logits);
            if (grammar.isPresent()) {
                token = fits(grammar.get(), token) ? token : drawWithin(grammar.get(), logits);
                SamplerH.accept(grammar.get(), token);
            }
            if (!plainGreedy) SamplerH.accept(chain, token);
            return token;
        } finally {
            context.leave();
        }
    }

    @Override
    public void close() {
        context.drop(this);
    }

    /// Frees the native samplers; called by the context only, when nobody is inside.
    void free() {
        if (freed) return;
        freed = true;
        SamplerH.free(chain);
        grammar.ifPresent(SamplerH::free);
        arena.close();
    }

    private void enter() {
        context.enter();
        if (freed) {
            context.leave();
            throw new IllegalStateException("this sampler is closed");
        }
    }

    /// The token of the largest logit, the first of equals.
    private int likeliest(MemorySegment logits) {
        int best = 0;
        float most = Float.NEGATIVE_INFINITY;
        for (int token = 0; token < vocabulary.size(); token++) {
            float logit = logits.getAtIndex(JAVA_FLOAT, token);
            if (logit > most) {
                most = logit;
                best = token;
            }
        }
        if (most == Float.NEGATIVE_INFINITY) throw new LlamaException("the model's logits are no numbers");
        return best;
    }

    private int draw(MemorySegment logits) {
        fill(logits);
        return select(vocabulary.size());
    }

    /// @throws LlamaException if the grammar allows no token at all
    private int drawWithin(MemorySegment rules, MemorySegment logits) {
        fill(logits);
        present(vocabulary.size());
        SamplerH.apply(rules, array);
        int allowed = keepPossible();
        if (allowed == 0) throw new LlamaException("the grammar allows no token of this vocabulary here");
        return select(allowed);
    }

    private boolean fits(MemorySegment rules, int token) {
        candidates.set(JAVA_INT, 0, token);
        candidates.set(JAVA_FLOAT, LOGIT, 1);
        present(1);
        SamplerH.apply(rules, array);
        return candidates.get(JAVA_FLOAT, LOGIT) != Float.NEGATIVE_INFINITY;
    }

    private void fill(MemorySegment logits) {
        for (int token = 0; token < vocabulary.size(); token++) {
            float logit = logits.getAtIndex(JAVA_FLOAT, token);
            if (Float.isNaN(logit)) throw new LlamaException("the model's logits are no numbers");
            candidates.set(JAVA_INT, (long) token * ROW, token);
            candidates.set(JAVA_FLOAT, (long) token * ROW + LOGIT, logit);
        }
    }

    /// Moves the candidates that are left to the front, in order.
    ///
    /// @return how many there are
    private int keepPossible() {
        int kept = 0;
        for (int i = 0; i < vocabulary.size(); i++) {
            if (candidates.get(JAVA_FLOAT, (long) i * ROW + LOGIT) == Float.NEGATIVE_INFINITY) continue;
            if (kept < i) MemorySegment.copy(candidates, (long) i * ROW, candidates, (long) kept * ROW, ROW);
            kept++;
        }
        return kept;
    }

    private int select(int size) {
        present(size);
        SamplerH.apply(chain, array);
        // The samplers may have put another array of theirs in place of ours.
        long selected = array.get(JAVA_LONG, SELECTED);
        long left = array.get(JAVA_LONG, SIZE);
        if (selected < 0 || selected >= left) throw new LlamaException("no token could be drawn from these logits");
        return array.get(ADDRESS, 0).reinterpret(left * ROW).get(JAVA_INT, selected * ROW);
    }

    private void present(int size) {
        array.set(ADDRESS, 0, candidates);
        array.set(JAVA_LONG, SIZE, size);
        array.set(JAVA_LONG, SELECTED, -1);
        array.set(JAVA_BOOLEAN, SORTED, false);
    }
}
