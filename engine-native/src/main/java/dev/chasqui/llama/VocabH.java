package dev.chasqui.llama;

import static dev.chasqui.llama.Symbols.broken;
import static dev.chasqui.llama.Symbols.downcall;
import static java.lang.foreign.FunctionDescriptor.of;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/// The functions of `llama.h` about vocabularies and tokenising, as in [LlamaH].
final class VocabH {

    private VocabH() {}

    /// `int32_t llama_vocab_n_tokens(const struct llama_vocab * vocab);`
    private static final MethodHandle VOCAB_N_TOKENS = downcall("llama_vocab_n_tokens", of(JAVA_INT, ADDRESS));

    static int vocabNTokens(MemorySegment vocab) {
        try {
            return (int) VOCAB_N_TOKENS.invokeExact(vocab);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `enum llama_token_attr llama_vocab_get_attr(const struct llama_vocab * vocab, llama_token token);`
    private static final MethodHandle VOCAB_GET_ATTR =
            downcall("llama_vocab_get_attr", of(JAVA_INT, ADDRESS, JAVA_INT));

    static int vocabGetAttr(MemorySegment vocab, int token) {
        try {
            return (int) VOCAB_GET_ATTR.invokeExact(vocab, token);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `bool llama_vocab_is_eog(const struct llama_vocab * vocab, llama_token token);`
    private static final MethodHandle VOCAB_IS_EOG =
            downcall("llama_vocab_is_eog", of(JAVA_BOOLEAN, ADDRESS, JAVA_INT));

    static boolean vocabIsEog(MemorySegment vocab, int token) {
        try {
            return (boolean) VOCAB_IS_EOG.invokeExact(vocab, token);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `llama_token llama_vocab_bos(const struct llama_vocab * vocab);`
    private static final MethodHandle VOCAB_BOS = downcall("llama_vocab_bos", of(JAVA_INT, ADDRESS));

    static int vocabBos(MemorySegment vocab) {
        try {
            return (int) VOCAB_BOS.invokeExact(vocab);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `llama_token llama_vocab_eos(const struct llama_vocab * vocab);`
    private static final MethodHandle VOCAB_EOS = downcall("llama_vocab_eos", of(JAVA_INT, ADDRESS));

    static int vocabEos(MemorySegment vocab) {
        try {
            return (int) VOCAB_EOS.invokeExact(vocab);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `llama_token llama_vocab_eot(const struct llama_vocab * vocab);`
    private static final MethodHandle VOCAB_EOT = downcall("llama_vocab_eot", of(JAVA_INT, ADDRESS));

    static int vocabEot(MemorySegment vocab) {
        try {
            return (int) VOCAB_EOT.invokeExact(vocab);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `bool llama_vocab_get_add_bos(const struct llama_vocab * vocab);`
    private static final MethodHandle VOCAB_GET_ADD_BOS =
            downcall("llama_vocab_get_add_bos", of(JAVA_BOOLEAN, ADDRESS));

    static boolean vocabGetAddBos(MemorySegment vocab) {
        try {
            return (boolean) VOCAB_GET_ADD_BOS.invokeExact(vocab);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `bool llama_vocab_get_add_eos(const struct llama_vocab * vocab);`
    private static final MethodHandle VOCAB_GET_ADD_EOS =
            downcall("llama_vocab_get_add_eos", of(JAVA_BOOLEAN, ADDRESS));

    static boolean vocabGetAddEos(MemorySegment vocab) {
        try {
            return (boolean) VOCAB_GET_ADD_EOS.invokeExact(vocab);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `int32_t llama_tokenize(const struct llama_vocab * vocab, const char * text, int32_t text_len, llama_token
    /// * tokens, int32_t n_tokens_max, bool add_special, bool parse_special);`
    private static final MethodHandle TOKENIZE = downcall(
            "llama_tokenize", of(JAVA_INT, ADDRESS, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT, JAVA_BOOLEAN, JAVA_BOOLEAN));

    static int tokenize(
            MemorySegment vocab,
            MemorySegment text,
            int length,
            MemorySegment tokens,
            int capacity,
            boolean addSpecial,
            boolean parseSpecial) {
        try {
            return (int) TOKENIZE.invokeExact(vocab, text, length, tokens, capacity, addSpecial, parseSpecial);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `int32_t llama_token_to_piece(const struct llama_vocab * vocab, llama_token token, char * buf, int32_t
    /// length, int32_t lstrip, bool special);`
    private static final MethodHandle TOKEN_TO_PIECE = downcall(
            "llama_token_to_piece", of(JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, JAVA_BOOLEAN));

    static int tokenToPiece(
            MemorySegment vocab, int token, MemorySegment buffer, int length, int lstrip, boolean special) {
        try {
            return (int) TOKEN_TO_PIECE.invokeExact(vocab, token, buffer, length, lstrip, special);
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    /// `int32_t llama_detokenize(const struct llama_vocab * vocab, const llama_token * tokens, int32_t n_tokens,
    /// char * text, int32_t text_len_max, bool remove_special, bool unparse_special);`
    private static final MethodHandle DETOKENIZE = downcall(
            "llama_detokenize",
            of(JAVA_INT, ADDRESS, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT, JAVA_BOOLEAN, JAVA_BOOLEAN));

    static int detokenize(
            MemorySegment vocab,
            MemorySegment tokens,
            int count,
            MemorySegment text,
            int capacity,
            boolean removeSpecial,
            boolean unparseSpecial) {
        try {
            return (int) DETOKENIZE.invokeExact(vocab, tokens, count, text, capacity, removeSpecial, unparseSpecial);
        } catch (Throwable t) {
            throw broken(t);
        }
    }
}
