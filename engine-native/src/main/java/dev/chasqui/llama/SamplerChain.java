package dev.chasqui.llama;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/// llama.cpp's samplers for one request, in the order of its own tools: tokens the model must not say, penalties,
/// top-k, typical, top-p, min-p, temperature, draw. Belongs to its context and is freed with it at the latest.
///
/// A grammar, ours or llama.cpp's, is asked last: the token is drawn without it and then tested alone, which is
/// cheap. Only if it does not fit, the grammar masks the vocabulary and the draw is repeated. A token llama.cpp's
/// grammar has not passed is never handed to it, for that would end the process.
final class SamplerChain implements TokenSampler {

    /// Up to this top-k the likeliest tokens are picked out in Java; beyond, llama.cpp's sort is as good.
    private static final int MOST_PICKED = 1024;

    /// How many of the likeliest are shown to a grammar before the whole vocabulary is.
    private static final int LEAST_SHOWN = 256;

    /// Dividing by less would overflow; the likeliest token has all of the probability by then.
    private static final float LEAST_TEMPERATURE = 1e-6f;

    private final LlamaContext context;
    private final Vocabulary vocabulary;
    private final Sampling sampling;
    private final Arena arena;
    private final MemorySegment chain;
    private final Optional<MemorySegment> grammar;
    private final Candidates candidates;
    private final Twister random;

    /// How many of the likeliest are all the chain needs to see; `0` if it needs the whole vocabulary.
    private final int picked;

    private final Likeliest likeliest;
    private final Likeliest shown;
    private boolean freed;

    private SamplerChain(
            LlamaContext context,
            Vocabulary vocabulary,
            Sampling sampling,
            MemorySegment chain,
            Optional<MemorySegment> grammar) {
        this.context = context;
        this.vocabulary = vocabulary;
        this.sampling = sampling;
        this.chain = chain;
        this.grammar = grammar;
        this.random = new Twister(sampling.seed());
        this.picked = picked(vocabulary, sampling);
        this.likeliest = new Likeliest(Math.max(picked, 1));
        this.shown = new Likeliest(Math.max(LEAST_SHOWN, 4 * picked));
        this.arena = Arena.ofShared();
        this.candidates = new Candidates(arena);
    }

    /// @throws LlamaException if the grammar is not valid, or does not begin as it should
    static SamplerChain create(LlamaContext context, Vocabulary vocabulary, Sampling sampling) {
        sampling.grammar().ifPresent(GrammarGuard::check);
        Optional<MemorySegment> grammar = sampling.grammar().map(text -> grammar(vocabulary, text));
        SamplerChain fresh = new SamplerChain(
                context, vocabulary, sampling, chain(vocabulary, sampling, context.contextTokens()), grammar);
        try {
            grammar.ifPresent(rules -> fresh.begin(rules, sampling.grammarBegun()));
            return fresh;
        } catch (Throwable t) {
            fresh.free();
            throw t;
        }
    }

    /// Gives the grammar what stands in the prompt already.
    private void begin(MemorySegment rules, String text) {
        if (text.isEmpty()) return;
        for (int token : vocabulary.tokenize(text, false, true)) {
            if (!candidates.allows(rules, token)) {
                throw new LlamaException("the grammar does not begin with \"" + text + "\", as the prompt ends");
            }
            SamplerH.accept(rules, token);
        }
    }

    private static int picked(Vocabulary vocabulary, Sampling sampling) {
        if (sampling.penalizes() || vocabulary.suppressed().length > 0) return 0;
        if (sampling.greedy()) return 1;
        return sampling.topK() > 0 && sampling.topK() <= MOST_PICKED ? sampling.topK() : 0;
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
            if (vocabulary.suppressed().length > 0) SamplerH.chainAdd(chain, suppressing(vocabulary, scratch));
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
        SamplerH.chainAdd(chain, SamplerH.initTemp(Math.max(sampling.temperature(), LEAST_TEMPERATURE)));
        return chain;
    }

    private static MemorySegment suppressing(Vocabulary vocabulary, Arena scratch) {
        int[] tokens = vocabulary.suppressed();
        MemorySegment biases = scratch.allocate(Structs.LOGIT_BIAS, tokens.length);
        for (int i = 0; i < tokens.length; i++) {
            MemorySegment bias = biases.asSlice(i * Structs.LOGIT_BIAS.byteSize(), Structs.LOGIT_BIAS);
            Structs.set(bias, Structs.LOGIT_BIAS, "token", tokens[i]);
            Structs.set(bias, Structs.LOGIT_BIAS, "bias", Float.NEGATIVE_INFINITY);
        }
        return SamplerH.initLogitBias(vocabulary.size(), tokens.length, biases);
    }

    @Override
    public void prime(int token) {
        vocabulary.check(token);
        enter();
        try {
            remember(token);
        } finally {
            context.leave();
        }
    }

    @Override
    public int sample(int row) {
        enter();
        try {
            MemorySegment logits = context.view(row);
            int token = draw(logits);
            if (grammar.isPresent()) {
                if (!candidates.allows(grammar.get(), token)) token = drawWithin(grammar.get(), logits);
                SamplerH.accept(grammar.get(), token);
            }
            remember(token);
            return token;
        } finally {
            context.leave();
        }
    }

    @Override
    public int sample(int row, TokenConstraint constraint) {
        if (grammar.isPresent()) throw new IllegalStateException("this sampler has a grammar of its own already");
        enter();
        try {
            MemorySegment logits = context.view(row);
            int token = draw(logits);
            if (!constraint.allows(token)) token = drawWithin(constraint, logits);
            remember(token);
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

    /// Only penalties look back.
    private void remember(int token) {
        if (sampling.penalizes()) SamplerH.accept(chain, token);
    }

    private int draw(MemorySegment logits) {
        if (picked == 1) {
            if (!sampling.greedy()) random.uniform(); // so that the next draw is llama.cpp's
            return Likeliest.first(logits, vocabulary.size());
        }
        if (picked > 0) {
            candidates.fill(likeliest.of(logits, vocabulary.size()));
        } else {
            candidates.fill(logits, vocabulary.size());
        }
        return choose();
    }

    /// Where the likeliest are all that counts and enough of them are allowed, the grammar sees no more: masking
    /// 262,144 tokens takes longer than a decode.
    ///
    /// @throws LlamaException if the grammar allows no token at all
    private int drawWithin(MemorySegment rules, MemorySegment logits) {
        if (picked > 0) {
            candidates.fill(shown.of(logits, vocabulary.size()));
            if (candidates.keepAllowed(rules) >= picked) return choose();
        }
        candidates.fill(logits, vocabulary.size());
        if (candidates.keepAllowed(rules) == 0) {
            throw new LlamaException("the grammar allows no token of this vocabulary here");
        }
        return choose();
    }

    /// As for a grammar. Where few tokens are allowed the constraint knows them without asking for each.
    private int drawWithin(TokenConstraint constraint, MemorySegment logits) {
        if (picked > 0 && candidates.fill(shown.of(logits, vocabulary.size()), constraint, picked) == picked) {
            return choose();
        }
        int[] allowed = constraint.allowed();
        if (allowed.length == 0) {
            throw new LlamaException("no token of this vocabulary fits what the answer must be here");
        }
        candidates.fill(logits, allowed);
        return choose();
    }

    private int choose() {
        candidates.apply(chain);
        return sampling.greedy() ? candidates.selected() : candidates.draw(random);
    }
}
