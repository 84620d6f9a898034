package dev.chasqui.springboot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chasqui.api.Backend;
import dev.chasqui.api.BackendException;
import dev.chasqui.api.OllamaHost;
import dev.chasqui.api.Option;
import dev.chasqui.api.Options;
import dev.chasqui.api.Progress;
import dev.chasqui.api.Think;
import dev.chasqui.engine.Engine;
import dev.chasqui.engine.EngineConfig;
import dev.chasqui.http.OllamaServer;
import dev.chasqui.http.ServerSettings;
import dev.chasqui.ollama.OllamaBackend;
import dev.chasqui.springai.ChasquiChatModel;
import dev.chasqui.springai.ChasquiEmbeddingModel;
import dev.chasqui.store.Catalogue;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.embedding.EmbeddingModel;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

@Timeout(120)
class ChasquiAutoConfigurationTest {

    private static final String MODEL = "smollm2:135m";

    @TempDir
    static Path emptyStore;

    private final ApplicationContextRunner application = new ApplicationContextRunner()
            .withConfiguration(
                    AutoConfigurations.of(ChasquiAutoConfiguration.class, ChasquiHealthAutoConfiguration.class))
            .withPropertyValues("chasqui.store=" + emptyStore);

    private static String store;

    @BeforeAll
    static void fetch() {
        Catalogue.standard().file(MODEL, Progress.NONE);
        store = Catalogue.cacheRoot(System.getenv()).toString();
    }

    @Test
    void anApplicationHasModelsOverTheEngineAndTheEngineEndsWithIt() {
        Backend[] used = new Backend[1];
        application
                .withPropertyValues("chasqui.store=" + store, "chasqui.model=" + MODEL, "chasqui.options.num-predict=5")
                .run(context -> {
                    used[0] = context.getBean(Backend.class);
                    assertThat(used[0]).isInstanceOf(Engine.class);
                    assertThat(context.getBean(ChatModel.class).call("Name a colour."))
                            .isNotBlank();
                    assertThat(context.getBean(EmbeddingModel.class).embed("a colour"))
                            .hasSize(576);
                    assertThat(health(context.getBean(HealthIndicator.class)).getDetails())
                            .containsEntry("loaded", List.of(MODEL));
                });

        assertThatThrownBy(() -> used[0].tokenize(MODEL, "Hi", true, false)).isInstanceOf(RuntimeException.class);
    }

    @Test
    void anApplicationHasModelsOverAServer() {
        try (Engine engine = Engine.open(EngineConfig.fromEnvironment().withStore(Path.of(store)));
                OllamaServer server =
                        OllamaServer.start(engine, ServerSettings.DEFAULT.withListen(OllamaHost.local(0)))) {
            application
                    .withPropertyValues(
                            "chasqui.backend=ollama",
                            "chasqui.url=http://127.0.0.1:" + server.port(),
                            "chasqui.model=no-such-model:9b",
                            "chasqui.embedding-model=" + MODEL)
                    .run(context -> {
                        assertThat(context.getBean(Backend.class)).isInstanceOf(OllamaBackend.class);
                        assertThat(context.getBean(EmbeddingModel.class).embed("a colour"))
                                .hasSize(576);
                        assertThatThrownBy(
                                        () -> context.getBean(ChatModel.class).call("Hi"))
                                .isInstanceOf(BackendException.class)
                                .hasMessageContaining("no-such-model:9b");
                        assertThat(health(context.getBean(HealthIndicator.class))
                                        .getStatus())
                                .isEqualTo(Status.UP);
                    });
        }
    }

    @Test
    void propertiesSetTheModelsOptions() {
        application
                .withPropertyValues(
                        "chasqui.model=m",
                        "chasqui.timeout=30s",
                        "chasqui.think=off",
                        "chasqui.options.num_ctx=2048",
                        "chasqui.options.temperature=0.2",
                        "chasqui.options.top-k=20")
                .run(context -> {
                    var options = context.getBean(ChasquiChatModel.class).getOptions();
                    assertThat(options.getModel()).isEqualTo("m");
                    assertThat(options.options())
                            .isEqualTo(Options.NONE
                                    .with(Option.NUM_CTX, 2048)
                                    .with(Option.TEMPERATURE, 0.2)
                                    .with(Option.TOP_K, 20));
                    assertThat(options.urgency().deadline()).contains(Duration.ofSeconds(30));
                    assertThat(options.think()).contains(Think.OFF);
                });
    }

    @Test
    void anUnknownOptionIsNamedAtTheStart() {
        application
                .withPropertyValues("chasqui.options.temprature=0.2")
                .run(context -> assertThat(context.getStartupFailure())
                        .rootCause()
                        .hasMessageStartingWith(
                                "chasqui.options has \"temprature\"; expected one of temperature, top_k"));
    }

    @Test
    void theApplicationsOwnBeansAreUsed() {
        Backend own = (Backend) Proxy.newProxyInstance(
                Backend.class.getClassLoader(),
                new Class<?>[] {Backend.class},
                (self, method, arguments) -> switch (method.getName()) {
                    case "obstacles" -> List.of("no memory is left");
                    case "version" -> "1.2.3";
                    case "running" -> List.of();
                    case "equals" -> self == arguments[0];
                    case "hashCode" -> 1;
                    default -> null;
                });
        ChatModel chat = ChasquiChatModel.builder().backend(own).build();
        application
                .withBean(Backend.class, () -> own)
                .withBean("mine", ChatModel.class, () -> chat)
                .run(context -> {
                    assertThat(context.getBean(Backend.class)).isSameAs(own);
                    assertThat(context.getBean(ChatModel.class)).isSameAs(chat);
                    assertThat(context).hasSingleBean(ChasquiEmbeddingModel.class);
                    Health health = health(context.getBean(HealthIndicator.class));
                    assertThat(health.getStatus()).isEqualTo(Status.OUT_OF_SERVICE);
                    assertThat(health.getDetails())
                            .containsEntry("obstacles", List.of("no memory is left"))
                            .containsEntry("version", "1.2.3");
                });
    }

    @Test
    void anotherProviderMayBeChosen() {
        application
                .withPropertyValues("spring.ai.model.chat=openai", "spring.ai.model.embedding=none")
                .run(context -> assertThat(context)
                        .hasSingleBean(Backend.class)
                        .doesNotHaveBean(ChatModel.class)
                        .doesNotHaveBean(EmbeddingModel.class));
    }

    @Test
    void aServerThatIsNotThereIsDown() {
        application
                .withPropertyValues("chasqui.backend=ollama", "chasqui.url=http://127.0.0.1:1")
                .run(context -> assertThat(
                                health(context.getBean(HealthIndicator.class)).getStatus())
                        .isEqualTo(Status.DOWN));
    }

    @Test
    void theActuatorIsNotNeeded() {
        application
                .withClassLoader(new FilteredClassLoader("org.springframework.boot.health"))
                .run(context ->
                        assertThat(context).hasSingleBean(ChatModel.class).doesNotHaveBean("chasquiHealthIndicator"));
        application
                .withPropertyValues("management.health.chasqui.enabled=false")
                .run(context -> assertThat(context).doesNotHaveBean(HealthIndicator.class));
    }

    private static Health health(HealthIndicator indicator) {
        return Objects.requireNonNull(indicator.health());
    }
}
