package dev.chasqui.llama;

import static dev.chasqui.llama.Symbols.broken;
import static dev.chasqui.llama.Symbols.downcall;
import static java.lang.foreign.FunctionDescriptor.of;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/// The sampling part of `llama.h` this engine calls: one method per C function, in header order.
final class SamplerH {

    private SamplerH() {}

    /// `void llama_sampler_accept(struct llama_sampler * smpl, llama_token token);`
    private static final MethodHandle ACCEPT = downcall("llama_sampler_accept", Shapes.PN);

    static void accept(MemorySegment sampler, int token) {
        try {
            long _ = (long) ACCEPT.invokeExact(sampler, (long) token);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `void llama_sampler_apply(struct llama_sampler * smpl, llama_token_data_array * cur_p);`
    private static final MethodHandle APPLY = downcall("llama_sampler_apply", Shapes.PP);

    static void apply(MemorySegment sampler, MemorySegment candidates) {
        try {
            long _ = (long) APPLY.invokeExact(sampler, candidates);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `void llama_sampler_free(struct llama_sampler * smpl);`
    private static final MethodHandle FREE = downcall("llama_sampler_free", Shapes.P);

    static void free(MemorySegment sampler) {
        try {
            long _ = (long) FREE.invokeExact(sampler);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `struct llama_sampler * llama_sampler_chain_init(struct llama_sampler_chain_params params);`
    private static final MethodHandle CHAIN_INIT =
            downcall("llama_sampler_chain_init", of(ADDRESS, Structs.CHAIN_PARAMS));

    static MemorySegment chainInit(MemorySegment params) {
        try {
            return (MemorySegment) CHAIN_INIT.invokeExact(params);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `void llama_sampler_chain_add(struct llama_sampler * chain, struct llama_sampler * smpl);`
    private static final MethodHandle CHAIN_ADD = downcall("llama_sampler_chain_add", Shapes.PP);

    static void chainAdd(MemorySegment chain, MemorySegment sampler) {
        try {
            long _ = (long) CHAIN_ADD.invokeExact(chain, sampler);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `struct llama_sampler * llama_sampler_init_greedy(void);`
    private static final MethodHandle INIT_GREEDY = downcall("llama_sampler_init_greedy", Shapes.NOTHING);

    static MemorySegment initGreedy() {
        try {
            return MemorySegment.ofAddress((long) INIT_GREEDY.invokeExact());
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `struct llama_sampler * llama_sampler_init_dist(uint32_t seed);`
    private static final MethodHandle INIT_DIST = downcall("llama_sampler_init_dist", Shapes.N);

    static MemorySegment initDist(int seed) {
        try {
            return MemorySegment.ofAddress((long) INIT_DIST.invokeExact((long) seed));
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `struct llama_sampler * llama_sampler_init_top_k(int32_t k);`
    private static final MethodHandle INIT_TOP_K = downcall("llama_sampler_init_top_k", Shapes.N);

    static MemorySegment initTopK(int k) {
        try {
            return MemorySegment.ofAddress((long) INIT_TOP_K.invokeExact((long) k));
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `struct llama_sampler * llama_sampler_init_top_p(float p, size_t min_keep);`
    private static final MethodHandle INIT_TOP_P =
            downcall("llama_sampler_init_top_p", of(ADDRESS, JAVA_FLOAT, JAVA_LONG));

    static MemorySegment initTopP(float p, long minKeep) {
        try {
            return (MemorySegment) INIT_TOP_P.invokeExact(p, minKeep);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `struct llama_sampler * llama_sampler_init_min_p(float p, size_t min_keep);`
    private static final MethodHandle INIT_MIN_P =
            downcall("llama_sampler_init_min_p", of(ADDRESS, JAVA_FLOAT, JAVA_LONG));

    static MemorySegment initMinP(float p, long minKeep) {
        try {
            return (MemorySegment) INIT_MIN_P.invokeExact(p, minKeep);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `struct llama_sampler * llama_sampler_init_typical(float p, size_t min_keep);`
    private static final MethodHandle INIT_TYPICAL =
            downcall("llama_sampler_init_typical", of(ADDRESS, JAVA_FLOAT, JAVA_LONG));

    static MemorySegment initTypical(float p, long minKeep) {
        try {
            return (MemorySegment) INIT_TYPICAL.invokeExact(p, minKeep);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `struct llama_sampler * llama_sampler_init_temp(float t);`
    private static final MethodHandle INIT_TEMP = downcall("llama_sampler_init_temp", of(ADDRESS, JAVA_FLOAT));

    static MemorySegment initTemp(float temperature) {
        try {
            return (MemorySegment) INIT_TEMP.invokeExact(temperature);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `struct llama_sampler * llama_sampler_init_grammar(const struct llama_vocab * vocab, const char *
    /// grammar_str, const char * grammar_root);`
    private static final MethodHandle INIT_GRAMMAR = downcall("llama_sampler_init_grammar", Shapes.PPP);

    static MemorySegment initGrammar(MemorySegment vocab, MemorySegment grammar, MemorySegment root) {
        try {
            return MemorySegment.ofAddress((long) INIT_GRAMMAR.invokeExact(vocab, grammar, root));
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `struct llama_sampler * llama_sampler_init_penalties(int32_t n_vocab, int32_t penalty_last_n, float
    /// penalty_repeat, float penalty_freq, float penalty_present);`
    private static final MethodHandle INIT_PENALTIES = downcall(
            "llama_sampler_init_penalties", of(ADDRESS, JAVA_INT, JAVA_INT, JAVA_FLOAT, JAVA_FLOAT, JAVA_FLOAT));

    static MemorySegment initPenalties(int vocabularySize, int lastN, float repeat, float frequency, float presence) {
        try {
            return (MemorySegment) INIT_PENALTIES.invokeExact(vocabularySize, lastN, repeat, frequency, presence);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `struct llama_sampler * llama_sampler_init_logit_bias(int32_t n_vocab, int32_t n_logit_bias, const
    /// llama_logit_bias * logit_bias);`
    private static final MethodHandle INIT_LOGIT_BIAS =
            downcall("llama_sampler_init_logit_bias", of(ADDRESS, JAVA_INT, JAVA_INT, ADDRESS));

    static MemorySegment initLogitBias(int vocabularySize, int count, MemorySegment biases) {
        try {
            return (MemorySegment) INIT_LOGIT_BIAS.invokeExact(vocabularySize, count, biases);
        } catch (Throwable t) {
            throw broken(t);
        }
    }
}
