package dev.chasqui.llama;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/// What llama.cpp's own tools do, with nothing but llama.cpp's samplers over the whole vocabulary: what ours is
/// held against.
final class PlainSampler implements AutoCloseable {

    private static final long ROW = Structs.TOKEN_DATA.byteSize();

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment chain;
    private final Optional<MemorySegment> grammar;
    private final MemorySegment array = arena.allocate(Structs.TOKEN_DATA_ARRAY);

    PlainSampler(Vocabulary vocabulary, Sampling sampling) {
        chain = SamplerH.chainInit(LlamaH.samplerChainDefaultParams(arena));
        SamplerH.chainAdd(
                chain,
                SamplerH.initPenalties(
                        vocabulary.size(),
                        sampling.repeatLastN(),
                        sampling.repeatPenalty(),
                        sampling.frequencyPenalty(),
                        sampling.presencePenalty()));
        SamplerH.chainAdd(chain, SamplerH.initTopK(sampling.topK()));
        SamplerH.chainAdd(chain, SamplerH.initTypical(sampling.typicalP(), 0));
        SamplerH.chainAdd(chain, SamplerH.initTopP(sampling.topP(), 0));
        SamplerH.chainAdd(chain, SamplerH.initMinP(sampling.minP(), 0));
        SamplerH.chainAdd(chain, SamplerH.initTemp(sampling.temperature()));
        SamplerH.chainAdd(chain, SamplerH.initDist((int) sampling.seed()));
        grammar = sampling.grammar()
                .map(text -> SamplerH.initGrammar(
                        vocabulary.address(), arena.allocateFrom(text), arena.allocateFrom("root")));
    }

    void prime(int token) {
        SamplerH.accept(chain, token);
    }

    int sample(float[] logits) {
        present(logits);
        SamplerH.apply(chain, array);
        int token = selected();
        if (grammar.isPresent()) {
            if (!allowed(token)) {
                present(logits);
                SamplerH.apply(grammar.get(), array);
                SamplerH.apply(chain, array);
                token = selected();
            }
            SamplerH.accept(grammar.get(), token);
        }
        SamplerH.accept(chain, token);
        return token;
    }

    private boolean allowed(int token) {
        MemorySegment single = arena.allocate(Structs.TOKEN_DATA);
        single.set(JAVA_INT, 0, token);
        single.set(JAVA_FLOAT, 4, 1);
        present(single, 1);
        SamplerH.apply(grammar.orElseThrow(), array);
        return single.get(JAVA_FLOAT, 4) != Float.NEGATIVE_INFINITY;
    }

    private void present(float[] logits) {
        MemorySegment all = arena.allocate(Structs.TOKEN_DATA, logits.length);
        for (int token = 0; token < logits.length; token++) {
            all.set(JAVA_INT, token * ROW, token);
            all.set(JAVA_FLOAT, token * ROW + 4, logits[token]);
        }
        present(all, logits.length);
    }

    private void present(MemorySegment rows, int size) {
        array.fill((byte) 0);
        array.set(ADDRESS, 0, rows);
        array.set(JAVA_LONG, 8, size);
        array.set(JAVA_LONG, 16, -1);
    }

    private int selected() {
        long size = array.get(JAVA_LONG, 8);
        return array.get(ADDRESS, 0).reinterpret(size * ROW).get(JAVA_INT, array.get(JAVA_LONG, 16) * ROW);
    }

    @Override
    public void close() {
        SamplerH.free(chain);
        grammar.ifPresent(SamplerH::free);
        arena.close();
    }
}
