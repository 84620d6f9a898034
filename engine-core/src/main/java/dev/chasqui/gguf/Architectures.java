package dev.chasqui.gguf;

import java.util.Set;

/// The families of models that llama.cpp v0.5.0 knows.
///
/// @see <a href="https://github.com/ggml-org/llama.cpp/blob/master/src/llama-arch.cpp">llama-arch.cpp</a>
final class Architectures {

    private static final Set<String> KNOWN = Set.of("""
            afmoe apertus arcee arctic arwkv7 baichuan bailingmoe bailingmoe2 bailingmoe3 bert
            bitnet bloom chameleon chatglm clip codeshell cogvlm cohere2 cohere2moe command-r dbrx
            deci deepseek deepseek2 deepseek2-ocr deepseek32 deepseek4 dflash dots1 dots3note dream
            eagle3 ernie4_5 ernie4_5-moe eurobert exaone exaone-moe exaone4 falcon falcon-h1 gemma
            gemma-embedding gemma2 gemma3 gemma3n gemma4 gemma4-assistant glm-dsa glm4 glm4moe
            gpt-oss gpt2 gptj gptneox granite granite_swa granitehybrid granitemoe graniteswitch
            grok grovemoe hrm_text hunyuan-dense hunyuan-moe hunyuan_vl hy_v3 hy_v4 internlm2 jais
            jais2 jamba jina-bert-v2 jina-bert-v3 kimi-k3 kimi-linear laguna lfm2 lfm2moe llada
            llada-moe llama llama-embed llama4 maincoder mamba mamba2 maple mellum mimo2 minicpm
            minicpm3 minimax-01 minimax-m2 minimax-m3 mistral3 mistral4 modern-bert mpt muse-glimmer
            nanbeige nemotron nemotron_h nemotron_h_moe neo-bert nomic-bert nomic-bert-moe olmo
            olmo2 olmoe openelm orion paddleocr pangu-embedded phi2 phi3 phimoe plamo plamo2 plamo3
            plm pockettts qwen qwen2 qwen2moe qwen2vl qwen3 qwen35 qwen35moe qwen3moe qwen3next
            qwen3tts qwen3vl qwen3vlmoe qwen4exp refact rnd1 rwkv6 rwkv6qwen2 rwkv7 seed_oss
            smallthinker smollm3 spark2_5 stablelm starcoder starcoder2 step35 t5 t5encoder talkie
            wavtokenizer-dec xverse
            """.strip().split("\\s+"));

    /// Those that keep a state in place of a cache in some layers or all, or none at all.
    private static final Set<String> WITHOUT_ATTENTION = Set.of("""
            arwkv7 mamba mamba2 rwkv6 rwkv6qwen2 rwkv7 bailingmoe3 deepseek4 falcon-h1 granitehybrid
            jamba kimi-k3 kimi-linear lfm2 lfm2moe minimax-01 nemotron_h nemotron_h_moe plamo2
            qwen35 qwen35moe qwen3next qwen4exp wavtokenizer-dec pockettts
            """.strip().split("\\s+"));

    /// Those that draft for another model, or speak: their embeddings are of something else than their vocabulary.
    private static final Set<String> WITH_OTHER_TOKENS =
            Set.of("dflash", "eagle3", "gemma4-assistant", "pockettts", "qwen3tts", "wavtokenizer-dec");

    private Architectures() {}

    static boolean isKnown(String name) {
        return KNOWN.contains(name);
    }

    static boolean readsOthersTokens(String name) {
        return WITH_OTHER_TOKENS.contains(name);
    }

    static boolean mayLackAttention(String name) {
        return WITHOUT_ATTENTION.contains(name);
    }
}
