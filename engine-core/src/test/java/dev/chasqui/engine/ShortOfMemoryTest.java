package dev.chasqui.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.BackendException.Kind;
import dev.chasqui.api.ChatRequest;
import dev.chasqui.api.DoneReason;
import dev.chasqui.api.GenerateRequest;
import dev.chasqui.api.Message;
import dev.chasqui.api.Options;
import dev.chasqui.api.Settings;
import dev.chasqui.api.Summary;
import dev.chasqui.llama.TinyModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A model that was trained for 16,384 tokens, on a machine that has memory for 4,096 of them and hardly
/// more.
@Timeout(120)
class ShortOfMemoryTest {

    private static final Settings TWO_TOKENS =
            Settings.DEFAULT.withOptions(Options.parse(Map.of("num_predict", 2, "temperature", 0)));

    @TempDir
    private Path folder;

    private volatile long available = 1L << 40;
    private ModelPool pool;
    private ModelSource source;
    private ModelPool.Lease lease;

    @BeforeEach
    void loadAndThenRunShort() throws Exception {
        Path file = folder.resolve("tiny.gguf");
        TinyModel.seeded(1).withContextTokens(16_384).write(file);
        source = Models.ofFile(file).source("tiny");
        EngineConfig config = EngineConfig.fromEnvironment(Map.of());
        Loading loading = new NativeLoading(config, Hardware.ofThisMachine(), this::machine);
        pool = new ModelPool(config, loading, this::machine, Turns.FAIR);
        lease = pool.acquire(source, Optional.empty(), Options.NONE);
        generate("Hi", TWO_TOKENS); // makes the context, of 4,096 tokens
        available = 10L << 20; // the cache takes 1 KiB a token
    }

    @AfterEach
    void close() {
        lease.release();
        pool.close();
    }

    @Test
    void aPromptThatTheContextCannotGrowForLosesItsMiddle() throws Exception {
        Summary summary = generate("101.5,".repeat(1000), TWO_TOKENS);

        assertThat(summary.promptTokens()).isEqualTo(4 + (4096 - 4) / 2);
        assertThat(summary.droppedPromptTokens()).isEqualTo(6000 - summary.promptTokens());
        assertThat(lease.model().contextTokens()).isEqualTo(4096);
    }

    @Test
    void aConversationThatTheContextCannotGrowForLosesItsOldestMessages() throws Exception {
        List<Message> messages = new ArrayList<>(List.of(Message.system("Be brief.")));
        for (int i = 0; i < 60; i++) messages.add(Message.of(i % 2 == 0 ? "user" : "assistant", "101.5,".repeat(20)));
        messages.add(Message.user("Buy?"));

        Summary summary = chat(messages, TWO_TOKENS);

        assertThat(summary.droppedMessages()).isBetween(20, 40);
        assertThat(summary.promptTokens()).isBetween(3900, 4095);
    }

    @Test
    void whoForbidsCuttingIsToldThatThereIsNoMemory() {
        assertThatThrownBy(() -> generate("101.5,".repeat(1000), TWO_TOKENS.withShift(false)))
                .isInstanceOfSatisfying(
                        BackendException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INVALID))
                .hasMessageContaining(
                        "(the prompt is 6000 tokens, the context holds 4096; there is no memory for more)");
    }

    @Test
    void aNumCtxThatThereIsNoMemoryForIsAsLargeAsItCanBe() throws Exception {
        Settings large = Settings.DEFAULT
                .withOptions(Options.parse(Map.of("num_ctx", 16_384, "num_predict", 3000, "temperature", 0)))
                .withShift(false);

        Summary summary = generate("101.5,".repeat(500), large);

        assertThat(summary.reason()).isEqualTo(DoneReason.LENGTH);
        assertThat(summary.droppedPromptTokens()).isZero();
        assertThat(summary.promptTokens() + summary.evalTokens()).isBetween(3001, 4096);
    }

    @Test
    void anExactRequestIsRefusedWithTheNumbersInsteadOfBeingCutByChance() throws Exception {
        Settings exact = TWO_TOKENS.withOptions(TWO_TOKENS.options().with(dev.chasqui.api.Option.EXACT, true));

        assertThatThrownBy(() -> generate("101.5,".repeat(1000), exact))
                .isInstanceOfSatisfying(
                        BackendException.class, e -> assertThat(e.kind()).isEqualTo(Kind.FAILED))
                .hasMessageContaining("KV cache for 8192 tokens 8 MiB")
                .hasMessageContaining("10 MiB of memory are available");
        available = 1L << 40;
        assertThat(generate("101.5,".repeat(1000), exact).promptTokens()).isEqualTo(6000);
    }

    private Summary generate(String prompt, Settings settings) throws Exception {
        GenerateRequest request = GenerateRequest.of("tiny", prompt).asRaw().withSettings(settings);
        return answer(lease.model().prompts().text(source, Optional.empty(), request), settings);
    }

    private Summary chat(List<Message> messages, Settings settings) throws Exception {
        ChatRequest request = new ChatRequest("tiny", messages, Optional.empty(), settings);
        return answer(lease.model().prompts().chat(source, Optional.empty(), request, Optional.empty()), settings);
    }

    private Summary answer(Rendering rendering, Settings settings) throws Exception {
        Answering answering = new Answering(lease.model(), settings.options(), settings, System.nanoTime());
        return answering.start(rendering, Optional.empty(), () -> {}).answer().summary();
    }

    private MachineMemory machine() {
        return new MachineMemory(1L << 40, available, OptionalLong.empty());
    }
}
