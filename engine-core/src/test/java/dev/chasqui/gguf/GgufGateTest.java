package dev.chasqui.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GgufGateTest {

    @TempDir
    private Path folder;

    @Test
    void aRightModelPasses() {
        Path file = TinyGguf.llama().write(folder.resolve("x.gguf"));

        assertThat(GgufGate.standard().judgeWithWeights(file, read -> {}).architecture())
                .isEqualTo("llama");
    }

    @ParameterizedTest
    @CsvSource({
        "V10, general.architecture, nobody, one of the families",
        "V11, llama.block_count, 0, 1 to 512",
        "V11, llama.block_count, 513, 1 to 512",
        "V11, llama.context_length, 0, 1 to 16777216",
        "V11, llama.attention.head_count, 0, at least one head",
        "V11, llama.attention.head_count_kv, 3, a divisor of the 4 heads",
        "V11, llama.pooling_type, 9, 0 to 4",
        "V12, llama.expert_used_count, 2, 'there are no experts'",
        "V12, llama.expert_count, 2000, 0 to 1024",
        "V13, llama.rope.scaling.type, su, 'none, linear, yarn or longrope'",
        "V14, tokenizer.ggml.model, none, one of llama",
    })
    void aRefusalNamesTheRuleTheKeyTheValueAndWhatWasExpected(String rule, String key, String value, String expected) {
        boolean number = value.matches("\\d+");
        TinyGguf gguf = TinyGguf.llama().key(key, number ? (Object) Integer.valueOf(value) : value);

        refused(gguf, rule, key, value, expected);
    }

    @ParameterizedTest
    @CsvSource({"NaN", "-1", "0.5", "Infinity"})
    void anEpsilonThatCannotBeIsRefused(float epsilon) {
        refused(TinyGguf.llama().key("llama.attention.layer_norm_rms_epsilon", epsilon), "V13", "epsilon");
    }

    @Test
    void tokensThatAreEqualAsLlamaCppReadsThemAreRefused() {
        refused(tokens(List.of("a", "b", "c", "b")), "V14", "\"b\"", "places 1 and 3");
        refused(tokens(List.of("a", "b\0x", "b\0y")), "V14", "places 1 and 2");
        refused(tokens(List.of("", "a", "[EMPTY_0]")), "V14", "places 0 and 2");
        assertThatCode(() -> judge(tokens(List.of("", "a", "")))).doesNotThrowAnyException();
    }

    @Test
    void aVocabularyThatLooksUpBytesMustHaveThem() {
        List<String> bytes =
                IntStream.range(0, 256).mapToObj(b -> "<0x%02X>".formatted(b)).toList();
        TinyGguf all = tokens(bytes).key("tokenizer.ggml.model", "llama");

        assertThatCode(() -> judge(all)).doesNotThrowAnyException();
        refused(tokens(bytes.subList(0, 200)).key("tokenizer.ggml.model", "llama"), "V14", "<0xC8>");
    }

    @Test
    void anEncodersVocabularyMustHaveTheTokensAroundATextOrSayWhichTheyAre() {
        refused(tokens(List.of("a", "b")).key("tokenizer.ggml.model", "bert"), "V14", "unknown_token_id is 100");
    }

    @Test
    void tensorsNoKernelComputesWithAreRefused() {
        refused(TinyGguf.llama().tensor("blk.0.attn_k.weight", TensorType.I32, 64, 64), "V8", "I32");
        refused(TinyGguf.llama().tensor("blk.0.attn_norm.weight", TensorType.Q8_0, 64), "V8", "expected F32");
        refused(TinyGguf.llama().key("general.alignment", 16), "V7", "at least 32");
    }

    @Test
    void weightsThatAreNoNumberAreFoundOnlyWhenTheyAreRead() {
        Path file = TinyGguf.llama().infinite().write(folder.resolve("x.gguf"));

        assertThatCode(() -> GgufGate.standard().judge(file)).doesNotThrowAnyException();
        assertThatThrownBy(() -> GgufGate.standard().judgeWithWeights(file, read -> {}))
                .hasMessageContaining("tensor token_embd.weight")
                .hasMessageContaining("(rule V18)");
    }

    @Test
    void templatesThatCountOrNestWithoutEndAreRefusedAndRealOnesAreNot() {
        String key = "tokenizer.chat_template";
        refused(
                TinyGguf.llama().key(key, "{% for i in range(300000000) %}x{% endfor %}"),
                "V16",
                "counts to 300000000");
        refused(TinyGguf.llama().key(key, "{% if x %}".repeat(100)), "V16", "nests too deep");
        refused(TinyGguf.llama().key(key, "{{ " + "(".repeat(100) + " }}"), "V16", "nests too deep");
        refused(TinyGguf.llama().key(key, "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}"), "V16", "calls itself");
        String real = "{%- if a == '26 July 2024 100000' %}{{- 1.5 * x[1:] }}{%- endif %}".repeat(100);
        assertThatCode(() -> judge(TinyGguf.llama().key(key, real))).doesNotThrowAnyException();
    }

    @Test
    void limitsAreSetByNameAndAWrongOneSaysWhatThereIs() {
        GateLimits limits = GateLimits.parse("blocks=1, architectures=new+newer");
        GgufGate gate = GgufGate.with(limits);
        Path file = TinyGguf.llama().write(folder.resolve("x.gguf"));

        assertThatThrownBy(() -> gate.judge(file)).hasMessageContaining("llama.block_count is 2; expected 1");
        assertThat(limits.allows("newer")).isTrue();
        assertThat(gate.fingerprint()).isNotEqualTo(GgufGate.standard().fingerprint());
        assertThatThrownBy(() -> GateLimits.parse("bloks=1")).hasMessageContaining("expected one of keys, tensors");
        assertThatThrownBy(() -> GateLimits.parse("blocks=x")).hasMessageContaining("a whole number");
    }

    /// One with these tokens, and as many rows.
    private static TinyGguf tokens(List<String> tokens) {
        return TinyGguf.head(1)
                .key("tokenizer.ggml.bos_token_id", 0)
                .key("tokenizer.ggml.tokens", tokens)
                .tensor("token_embd.weight", TensorType.F32, 128, tokens.size());
    }

    private GgufFile judge(TinyGguf gguf) {
        return GgufGate.standard().judge(gguf.write(folder.resolve("x.gguf")));
    }

    private void refused(TinyGguf gguf, String rule, String... parts) {
        assertThatThrownBy(() -> judge(gguf))
                .isInstanceOfSatisfying(
                        GgufException.class, e -> assertThat(e.rule()).contains(rule))
                .hasMessageContainingAll(parts);
    }
}
