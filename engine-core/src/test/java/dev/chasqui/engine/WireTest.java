package dev.chasqui.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chasqui.api.ChatRequest;
import dev.chasqui.api.EmbedRequest;
import dev.chasqui.api.GenerateRequest;
import dev.chasqui.api.KeepAlive;
import dev.chasqui.api.Message;
import dev.chasqui.api.Options;
import dev.chasqui.api.Settings;
import dev.chasqui.api.Think;
import dev.chasqui.api.ToolCall;
import dev.chasqui.api.ToolChoice;
import dev.chasqui.api.Urgency;
import dev.chasqui.platform.CpuCores;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// What goes to an engine in another process arrives as it was.
class WireTest {

    /// Not sent on purpose; see [Wire].
    private static final String WITHHELD = "registries";

    private static final EngineConfig STANDARD = EngineConfig.fromEnvironment(Map.of());

    @Test
    void everyComponentOfTheConfigurationTravels() throws ReflectiveOperationException {
        EngineConfig unusual = unusual();

        EngineConfig there = sent(new Wire.Opening(unusual, Optional.of(Path.of("/m.gguf"))), Wire.Opening.class)
                .config();

        for (RecordComponent component : EngineConfig.class.getRecordComponents()) {
            String name = component.getName();
            if (name.equals(WITHHELD)) continue;
            Object value = component.getAccessor().invoke(unusual);
            assertThat(value)
                    .as("%s: this test has no unusual value for it; give unusual() one", name)
                    .isNotEqualTo(component.getAccessor().invoke(STANDARD));
            assertThat(component.getAccessor().invoke(there)).as(name).isEqualTo(value);
        }
    }

    @Test
    void noPasswordOfAProxyTravels() {
        EngineConfig config = EngineConfig.fromEnvironment(
                Map.of("HTTPS_PROXY", "http://user:secret@proxy.example:8080", "CHASQUI_REGISTRY", "me.example"));

        byte[] sent = Wire.bytes(new Wire.Opening(config, Optional.empty()));

        assertThat(new String(sent, StandardCharsets.UTF_8))
                .doesNotContain("secret")
                .doesNotContain("me.example");
        assertThat(Wire.read(sent, Wire.Opening.class).config().registries().offline())
                .isTrue();
    }

    @Test
    void requestsTravelWhole() {
        Settings settings = Settings.DEFAULT
                .withOptions(Options.parse(Map.of(
                        "temperature", 0.1, "stop", List.of("a", "b"), "seed", Long.MAX_VALUE, "use_mmap", true)))
                .withFormat("{\"const\": 1e400}")
                .withKeepAlive(KeepAlive.FOREVER)
                .withThink(Think.HIGH)
                .withTruncate(false)
                .withShift(false)
                .withTopLogprobs(3)
                .withUrgency(Urgency.NONE
                        .withPriority(9)
                        .withDeadline(Duration.ofNanos(1_234_567_891))
                        .superseding("x"))
                .withOnLength(Settings.OnLength.CLOSE);
        GenerateRequest generate = GenerateRequest.of("m", "\uD800 lone, NUL \u0000, é, \uD83D\uDE00")
                .withSystem("s")
                .withTemplate("t")
                .withSuffix("u")
                .withContext(List.of(1, 2))
                .withSettings(settings);
        assertThat(sent(generate, GenerateRequest.class)).isEqualTo(generate);

        Message told = new Message(
                "assistant",
                "c",
                "t",
                List.of(new byte[] {1, -1}),
                List.of(new ToolCall("i", "n", "{\"a\": 1}")),
                "f",
                "g");
        ChatRequest chat = ChatRequest.of("m", told)
                .withTools("[{\"x\":  1}]")
                .withToolChoice(ToolChoice.function("f"))
                .withSettings(Settings.DEFAULT);
        assertThat(sent(chat, ChatRequest.class)).usingRecursiveComparison().isEqualTo(chat);
        ChatRequest labels = ChatRequest.of("m", Message.user("?"))
                .withSettings(Settings.DEFAULT.withThink(Think.OFF).withChoices("A", "B"));
        assertThat(sent(labels, ChatRequest.class)).isEqualTo(labels);

        EmbedRequest embed = EmbedRequest.of("m", "a", "")
                .withDimensions(7)
                .withTruncate(false)
                .withKeepAlive(KeepAlive.UNLOAD);
        assertThat(sent(embed, EmbedRequest.class)).isEqualTo(embed);
    }

    @Test
    void numbersOfVectorsKeepEveryBit() {
        float[] odd = {1 / 3f, Float.MIN_VALUE, -0f, Float.NaN, Float.NEGATIVE_INFINITY, 16_777_217f};

        assertThat(sent(odd, float[].class)).containsExactly(odd);
    }

    private static EngineConfig unusual() {
        int cpu = CpuCores.ofThisProcess().cpus().isEmpty()
                ? -1
                : CpuCores.ofThisProcess().cpus().first();
        EngineConfig config = EngineConfig.fromEnvironment(Map.ofEntries(
                        Map.entry("OLLAMA_MODELS", "/mödels with space"),
                        Map.entry("OLLAMA_KEEP_ALIVE", "90"),
                        Map.entry("OLLAMA_CONTEXT_LENGTH", "8192"),
                        Map.entry("OLLAMA_NUM_PARALLEL", "4"),
                        Map.entry("OLLAMA_MAX_LOADED_MODELS", "7"),
                        Map.entry("OLLAMA_MAX_QUEUE", "9"),
                        Map.entry("OLLAMA_GPU_LAYERS", "12"),
                        Map.entry("OLLAMA_FLASH_ATTENTION", "false"),
                        Map.entry("OLLAMA_KV_CACHE_TYPE", "q8_0"),
                        Map.entry("CHASQUI_TENSOR_SPLIT", "3,1"),
                        Map.entry("CHASQUI_PREFIX_SHARING", "off"),
                        Map.entry("OLLAMA_GO_TEMPLATE", "1"),
                        Map.entry("CHASQUI_VERIFY_AFTER", "1h0m0.5s"),
                        Map.entry("CHASQUI_ISOLATION", "process")))
                .withFirstTokens(77)
                .withTuned(Optional.empty());
        return cpu < 0 ? config : config.withCpus(new TreeSet<>(Set.of(cpu)));
    }

    private static <T> T sent(T value, Class<T> type) {
        return Wire.read(Wire.bytes(value), type);
    }
}
