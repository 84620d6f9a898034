package dev.chasqui.llama;

import static dev.chasqui.llama.Symbols.broken;
import static dev.chasqui.llama.Symbols.downcall;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/// The functions of `llama.h` about vocabularies and tokenising, as in [LlamaH].
final class VocabH {

    private VocabH() {}

    /// `int32_t llama_vocab_n_tokens(const struct llama_vocab * vocab);`
    private static final MethodHandle VOCAB_N_TOKENS = downcall("llama_vocab_n_tokens", Shapes.P);

    static int vocabNTokens(MemorySegment vocab) {
        try {
            return (int) (long) VOCAB_N_TOKENS.invokeExact(vocab);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `enum llama_token_attr llama_vocab_get_attr(const struct llama_vocab * vocab, llama_token token);`
    private static final MethodHandle VOCAB_GET_ATTR = downcall("llama_vocab_get_attr", Shapes.PN);

    static int vocabGetAttr(MemorySegment vocab, int token) {
        try {
            return (int) (long) VOCAB_GET_ATTR.invokeExact(vocab, (long) token);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `bool llama_vocab_is_eog(const struct llama_vocab * vocab, llama_token token);`
    private static final MethodHandle VOCAB_IS_EOG = downcall("llama_vocab_is_eog", Shapes.PN);

    static boolean vocabIsEog(MemorySegment vocab, int token) {
        try {
            return Shapes.truth((long) VOCAB_IS_EOG.invokeExact(vocab, (long) token));
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `llama_token llama_vocab_bos(const struct llama_vocab * vocab);`
    private static final MethodHandle VOCAB_BOS = downcall("llama_vocab_bos", Shapes.P);

    static int vocabBos(MemorySegment vocab) {
        try {
            return (int) (long) VOCAB_BOS.invokeExact(vocab);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `llama_token llama_vocab_eos(const struct llama_vocab * vocab);`
    private static final MethodHandle VOCAB_EOS = downcall("llama_vocab_eos", Shapes.P);

    static int vocabEos(MemorySegment vocab) {
        try {
            return (int) (long) VOCAB_EOS.invokeExact(vocab);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `llama_token llama_vocab_eot(const struct llama_vocab * vocab);`
    private static final MethodHandle VOCAB_EOT = downcall("llama_vocab_eot", Shapes.P);

    static int vocabEot(MemorySegment vocab) {
        try {
            return (int) (long) VOCAB_EOT.invokeExact(vocab);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `bool llama_vocab_get_add_bos(const struct llama_vocab * vocab);`
    private static final MethodHandle VOCAB_GET_ADD_BOS = downcall("llama_vocab_get_add_bos", Shapes.P);

    static boolean vocabGetAddBos(MemorySegment vocab) {
        try {
            return Shapes.truth((long) VOCAB_GET_ADD_BOS.invokeExact(vocab));
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `bool llama_vocab_get_add_eos(const struct llama_vocab * vocab);`
    private static final MethodHandle VOCAB_GET_ADD_EOS = downcall("llama_vocab_get_add_eos", Shapes.P);

    static boolean vocabGetAddEos(MemorySegment vocab) {
        try {
            return Shapes.truth((long) VOCAB_GET_ADD_EOS.invokeExact(vocab));
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `int32_t llama_tokenize(const struct llama_vocab * vocab, const char * text, int32_t text_len, llama_token
    /// * tokens, int32_t n_tokens_max, bool add_special, bool parse_special);`
    private static final MethodHandle TOKENIZE = downcall("llama_tokenize", Shapes.PPNPNNN);

    static int tokenize(
            MemorySegment vocab,
            MemorySegment text,
            int length,
            MemorySegment tokens,
            int capacity,
            boolean addSpecial,
            boolean parseSpecial) {
        try {
            return (int) (long) TOKENIZE.invokeExact(
                    vocab, text, (long) length, tokens, (long) capacity, addSpecial ? 1L : 0L, parseSpecial ? 1L : 0L);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `int32_t llama_token_to_piece(const struct llama_vocab * vocab, llama_token token, char * buf, int32_t
    /// length, int32_t lstrip, bool special);`
    private static final MethodHandle TOKEN_TO_PIECE = downcall("llama_token_to_piece", Shapes.PNPNNN);

    static int tokenToPiece(
            MemorySegment vocab, int token, MemorySegment buffer, int length, int lstrip, boolean special) {
        try {
            return (int) (long) TOKEN_TO_PIECE.invokeExact(
                    vocab, (long) token, buffer, (long) length, (long) lstrip, special ? 1L : 0L);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `int32_t llama_detokenize(const struct llama_vocab * vocab, const llama_token * tokens, int32_t n_tokens,
    /// char * text, int32_t text_len_max, bool remove_special, bool unparse_special);`
    private static final MethodHandle DETOKENIZE = downcall("llama_detokenize", Shapes.PPNPNNN);

    static int detokenize(
            MemorySegment vocab,
            MemorySegment tokens,
            int count,
            MemorySegment text,
            int capacity,
            boolean removeSpecial,
            boolean unparseSpecial) {
        try {
            return (int) (long) DETOKENIZE.invokeExact(
                    vocab,
                    tokens,
                    (long) count,
                    text,
                    (long) capacity,
                    removeSpecial ? 1L : 0L,
                    unparseSpecial ? 1L : 0L);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `const llama_token * llama_vocab_get_suppress_tokens(const struct llama_vocab * vocab, int32_t *
    /// n_suppress_tokens);`
    private static final MethodHandle VOCAB_GET_SUPPRESS_TOKENS =
            downcall("llama_vocab_get_suppress_tokens", Shapes.PP);

    static MemorySegment vocabGetSuppressTokens(MemorySegment vocab, MemorySegment count) {
        try {
            return MemorySegment.ofAddress((long) VOCAB_GET_SUPPRESS_TOKENS.invokeExact(vocab, count));
        } catch (Throwable t) {
            throw broken(t);
        }
    }
}
