package dev.chasqui.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chasqui.api.Option;
import dev.chasqui.api.Options;
import dev.chasqui.llama.ContextSettings;
import dev.chasqui.llama.ContextSettings.CacheType;
import dev.chasqui.llama.ContextSettings.FlashAttention;
import dev.chasqui.tune.Knob;
import dev.chasqui.tune.Knobs;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class ContextPlanTest {

    @Test
    void aRequestsNumCtxComesBeforeTheConfigurationAndTheDefault() {
        Options asked = Options.NONE.with(Option.NUM_CTX, 1000);

        assertThat(ContextPlan.of(asked, OptionalInt.of(2000), 8192).contextTokens())
                .isEqualTo(1000);
        assertThat(ContextPlan.of(Options.NONE, OptionalInt.of(2000), 8192).contextTokens())
                .isEqualTo(2000);
        assertThat(ContextPlan.of(Options.NONE, OptionalInt.empty(), 8192).contextTokens())
                .isEqualTo(4096);
    }

    @Test
    void noContextIsLongerThanTheModelWasTrainedOn() {
        Options asked = Options.NONE.with(Option.NUM_CTX, 100_000);

        assertThat(ContextPlan.of(asked, OptionalInt.empty(), 8192).contextTokens())
                .isEqualTo(8192);
    }

    @Test
    void aContextNobodyFixedGrowsToHoldThePromptAndAnAnswer() {
        ContextPlan plan = ContextPlan.of(Options.NONE, OptionalInt.empty(), 32_768);

        assertThat(plan.fitting(3000, OptionalInt.empty()).contextTokens()).isEqualTo(4096);
        assertThat(plan.fitting(3500, OptionalInt.of(10)).contextTokens()).isEqualTo(4096);
        assertThat(plan.fitting(3500, OptionalInt.empty()).contextTokens()).isEqualTo(8192);
        assertThat(plan.fitting(8929, OptionalInt.empty()).contextTokens()).isEqualTo(16_384);
        assertThat(plan.fitting(32_000, OptionalInt.empty()).contextTokens()).isEqualTo(32_768);
    }

    @Test
    void aPromptBeyondAFixedContextIsRefusedWithBothNumbers() {
        ContextPlan plan = ContextPlan.of(Options.NONE.with(Option.NUM_CTX, 512), OptionalInt.empty(), 8192);

        assertThat(plan.fitting(511, OptionalInt.empty()).contextTokens()).isEqualTo(512);
        assertThatThrownBy(() -> plan.fitting(512, OptionalInt.empty()))
                .hasMessageContaining("the prompt is longer than the context length currently available")
                .hasMessageContaining("the prompt is 512 tokens, the context holds 512; num_ctx may be up to 8192");
    }

    @Test
    void aPromptBeyondTheModelIsRefused() {
        ContextPlan plan = ContextPlan.of(Options.NONE, OptionalInt.empty(), 8192);

        assertThatThrownBy(() -> plan.fitting(9000, OptionalInt.empty()))
                .hasMessageContaining("the prompt is 9000 tokens, the context holds 8192)");
    }

    @Test
    void whereThereIsNoMemoryForMoreAContextIsAsLargeAsItCanBe() {
        ContextPlan free = ContextPlan.of(Options.NONE, OptionalInt.empty(), 32_768);
        ContextPlan chosen = ContextPlan.of(Options.NONE.with(Option.NUM_CTX, 16_384), OptionalInt.empty(), 32_768);

        for (ContextPlan plan : new ContextPlan[] {free.within(8192), chosen.within(8192)}) {
            assertThat(plan.fitting(5000, OptionalInt.empty()).contextTokens()).isEqualTo(8192);
            assertThat(plan.holds(8191)).isTrue();
            assertThatThrownBy(() -> plan.fitting(8192, OptionalInt.empty()))
                    .hasMessageContaining(
                            "(the prompt is 8192 tokens, the context holds 8192; there is no memory for more)");
        }
        assertThat(free.within(2048).fitting(100, OptionalInt.empty()).contextTokens())
                .isEqualTo(2048);
        assertThat(chosen.within(16_384)).isEqualTo(chosen);
    }

    @Test
    void aContextThatNobodyFixedMayBeginSmallAndGrow() {
        ContextPlan free =
                ContextPlan.of(Options.NONE, OptionalInt.empty(), 32_768).startingAt(1024);
        ContextPlan chosen = ContextPlan.of(Options.NONE.with(Option.NUM_CTX, 2048), OptionalInt.empty(), 32_768)
                .startingAt(1024);

        assertThat(free.fitting(30, OptionalInt.of(64)).contextTokens()).isEqualTo(1024);
        assertThat(free.fitting(1500, OptionalInt.of(64)).contextTokens()).isEqualTo(2048);
        assertThat(chosen.contextTokens()).isEqualTo(2048);
    }

    @Test
    void anExactContextDependsOnNothingButTheRequestAndTheModel() {
        Options options = Options.NONE.with(Option.NUM_CTX, 300).with(Option.NUM_THREAD, 1);
        EngineConfig config =
                EngineConfig.fromEnvironment(Map.of("OLLAMA_NUM_PARALLEL", "4", "OLLAMA_KV_CACHE_TYPE", "q8_0"));

        ContextSettings settings = ContextPlan.of(options, OptionalInt.empty(), 8192)
                .exactSettings(options, config, ThreadPlan.of(options, config.cores(), Knobs.NONE));

        assertThat(settings)
                .isEqualTo(ContextSettings.of(300)
                        .withBatch(512, 512)
                        .withThreads(1, 1)
                        .withCache(FlashAttention.OFF, CacheType.F16, CacheType.F16));
        assertThat(settings.sequences()).isEqualTo(1);
    }

    @Test
    void whatWasTunedIsForWhereNobodySaysOtherwise() {
        Knobs tuned = new Knobs(Map.of(Knob.BATCH, "1024", Knob.FLASH_ATTENTION, "off", Knob.CACHE_TYPE, "bf16"));

        ContextSettings usual = settings(Map.of(), Options.NONE, Knobs.NONE);
        assertThat(usual.batchTokens()).isEqualTo(512);
        assertThat(usual.flashAttention()).isEqualTo(FlashAttention.AUTO);
        assertThat(usual.keyType()).isEqualTo(CacheType.F16);

        ContextSettings fast = settings(Map.of(), Options.NONE, tuned);
        assertThat(fast.batchTokens()).isEqualTo(1024);
        assertThat(fast.microBatchTokens()).isEqualTo(1024);
        assertThat(fast.flashAttention()).isEqualTo(FlashAttention.OFF);
        assertThat(fast.keyType()).isEqualTo(CacheType.BF16);

        ContextSettings asked = settings(
                Map.of("OLLAMA_FLASH_ATTENTION", "1", "OLLAMA_KV_CACHE_TYPE", "f16"),
                Options.NONE.with(Option.NUM_BATCH, 64),
                tuned);
        assertThat(asked.batchTokens()).isEqualTo(64);
        assertThat(asked.microBatchTokens()).isEqualTo(64);
        assertThat(asked.flashAttention()).isEqualTo(FlashAttention.ON);
        assertThat(asked.keyType()).isEqualTo(CacheType.F16);
    }

    @Test
    void whatWasTunedGivesWayWhereItDoesNotSuitWhatIsSet() {
        ContextSettings off = settings(
                Map.of("OLLAMA_FLASH_ATTENTION", "0"), Options.NONE, new Knobs(Map.of(Knob.CACHE_TYPE, "q8_0")));
        assertThat(off.flashAttention()).isEqualTo(FlashAttention.OFF);
        assertThat(off.valueType()).isEqualTo(CacheType.F16);

        ContextSettings small = settings(
                Map.of("OLLAMA_KV_CACHE_TYPE", "q8_0"), Options.NONE, new Knobs(Map.of(Knob.FLASH_ATTENTION, "off")));
        assertThat(small.flashAttention()).isEqualTo(FlashAttention.AUTO);
        assertThat(small.valueType()).isEqualTo(CacheType.Q8_0);
    }

    private static ContextSettings settings(Map<String, String> environment, Options options, Knobs tuned) {
        return ContextPlan.of(options, OptionalInt.empty(), 8192)
                .settings(options, EngineConfig.fromEnvironment(environment), tuned, 1000);
    }
}
