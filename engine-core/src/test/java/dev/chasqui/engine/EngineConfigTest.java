package dev.chasqui.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.chasqui.api.KeepAlive;
import dev.chasqui.api.Option;
import dev.chasqui.llama.ContextSettings.CacheType;
import dev.chasqui.llama.ContextSettings.FlashAttention;
import dev.chasqui.platform.CpuCores;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class EngineConfigTest {

    @Test
    void goTemplatesComeFirstWhereTheEnvironmentSaysSo() {
        assertThat(EngineConfig.fromEnvironment(Map.of()).goTemplates()).isFalse();
        assertThat(EngineConfig.fromEnvironment(Map.of("OLLAMA_GO_TEMPLATE", "1"))
                        .goTemplates())
                .isTrue();
    }

    @Test
    void withoutVariablesOllamasDefaultsHold() {
        EngineConfig config = EngineConfig.fromEnvironment(Map.of());

        assertThat(config.store()).isEqualTo(Path.of(System.getProperty("user.home"), ".ollama", "models"));
        assertThat(config.keepAlive()).isEqualTo(KeepAlive.FIVE_MINUTES);
        assertThat(config.contextTokens()).isEmpty();
        assertThat(config.maxLoaded()).isEqualTo(3);
        assertThat(config.cacheType()).isEmpty();
        assertThat(config.tuned().orElseThrow()).endsWithRaw(Path.of("tuned"));
        assertThat(config.sharing()).isTrue();
    }

    @Test
    void ollamasVariablesAreRead() {
        EngineConfig config = EngineConfig.fromEnvironment(Map.of(
                "OLLAMA_MODELS", "/models",
                "OLLAMA_KEEP_ALIVE", "-1",
                "OLLAMA_CONTEXT_LENGTH", "\"8192\"",
                "OLLAMA_NUM_PARALLEL", " 4 ",
                "OLLAMA_MAX_LOADED_MODELS", "1",
                "OLLAMA_GPU_LAYERS", "12",
                "CHASQUI_TENSOR_SPLIT", "3, 1",
                "OLLAMA_FLASH_ATTENTION", "false",
                "OLLAMA_KV_CACHE_TYPE", "q8_0"));

        assertThat(config.store()).isEqualTo(Path.of("/models"));
        assertThat(config.keepAlive()).isEqualTo(KeepAlive.FOREVER);
        assertThat(config.contextTokens()).hasValue(8192);
        assertThat(config.parallel()).hasValue(4);
        assertThat(config.maxLoaded()).isEqualTo(1);
        assertThat(config.defaults().count(Option.NUM_GPU)).hasValue(12);
        assertThat(config.tensorSplit()).containsExactly(3f, 1f);
        assertThat(config.flashAttention()).isEqualTo(FlashAttention.OFF);
        assertThat(config.cacheType()).contains(CacheType.Q8_0);
    }

    @Test
    void prefixesAreSharedUnlessSomebodySaysOff() {
        assertThat(EngineConfig.fromEnvironment(Map.of("CHASQUI_PREFIX_SHARING", "off"))
                        .sharing())
                .isFalse();
        assertThat(EngineConfig.fromEnvironment(Map.of("CHASQUI_PREFIX_SHARING", "On"))
                        .sharing())
                .isTrue();
        assertThat(EngineConfig.fromEnvironment(Map.of("CHASQUI_PREFIX_SHARING", "sometimes"))
                        .sharing())
                .isTrue();
    }

    @Test
    void aKeepAliveMayBeSecondsOrADuration() {
        assertThat(keepAlive("90")).isEqualTo(KeepAlive.of(Duration.ofSeconds(90)));
        assertThat(keepAlive("1h30m")).isEqualTo(KeepAlive.of(Duration.ofMinutes(90)));
        assertThat(keepAlive("0")).isEqualTo(KeepAlive.UNLOAD);
    }

    @Test
    void whatCannotBeReadFallsBackToTheDefault() {
        EngineConfig config = EngineConfig.fromEnvironment(Map.of(
                "OLLAMA_KEEP_ALIVE", "soon",
                "OLLAMA_CONTEXT_LENGTH", "many",
                "OLLAMA_MAX_LOADED_MODELS", "-3",
                "OLLAMA_GPU_LAYERS", "-5",
                "CHASQUI_TENSOR_SPLIT", "3,-1",
                "OLLAMA_KV_CACHE_TYPE", "int32"));

        assertThat(config.keepAlive()).isEqualTo(KeepAlive.FIVE_MINUTES);
        assertThat(config.contextTokens()).isEmpty();
        assertThat(config.maxLoaded()).isEqualTo(3);
        assertThat(config.defaults().count(Option.NUM_GPU)).isEmpty();
        assertThat(config.tensorSplit()).isEmpty();
        assertThat(config.cacheType()).isEmpty();
    }

    @Test
    void aTensorSplitOfNothingOrOfNonsenseIsNone() {
        for (String split : new String[] {"0,0", "1,,1", "a,b", "NaN", "1e99"}) {
            assertThat(EngineConfig.fromEnvironment(Map.of("CHASQUI_TENSOR_SPLIT", split))
                            .tensorSplit())
                    .as(split)
                    .isEmpty();
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void threadsAreTiedToTheCpusThatAreNamed() {
        int first = CpuCores.ofThisProcess().cpus().first();

        EngineConfig config = EngineConfig.fromEnvironment(Map.of("CHASQUI_CPUS", first + "-" + first));

        assertThat(config.cpus()).containsExactly(first);
        assertThat(config.cores().physical()).isEqualTo(1);
    }

    @Test
    void cpusThatAreNotOursTieNothing() {
        for (String wrong : new String[] {"511", "0-", "all", ","}) {
            EngineConfig config = EngineConfig.fromEnvironment(Map.of("CHASQUI_CPUS", wrong));

            assertThat(config.cpus()).as(wrong).isEmpty();
            assertThat(config.cores()).isEqualTo(CpuCores.ofThisProcess());
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EngineConfig.fromEnvironment(Map.of()).withCpus(new TreeSet<>(Set.of(511))));
    }

    private static KeepAlive keepAlive(String value) {
        return EngineConfig.fromEnvironment(Map.of("OLLAMA_KEEP_ALIVE", value)).keepAlive();
    }
}
