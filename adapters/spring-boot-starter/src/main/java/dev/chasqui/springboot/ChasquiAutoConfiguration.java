package dev.chasqui.springboot;

import dev.chasqui.api.Backend;
import dev.chasqui.api.Urgency;
import dev.chasqui.engine.Engine;
import dev.chasqui.engine.EngineConfig;
import dev.chasqui.ollama.OllamaBackend;
import dev.chasqui.springai.ChasquiChatModel;
import dev.chasqui.springai.ChasquiChatOptions;
import dev.chasqui.springai.ChasquiEmbeddingModel;
import dev.chasqui.springai.ChasquiEmbeddingOptions;
import io.micrometer.observation.ObservationRegistry;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.embedding.EmbeddingModel;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/// A backend, a chat model and an embedding model, each unless the application has its own. The backend is
/// closed with the application.
///
/// `spring.ai.model.chat` and `spring.ai.model.embedding` choose among providers, as everywhere in Spring AI;
/// this one is `chasqui`.
@AutoConfiguration
@EnableConfigurationProperties(ChasquiProperties.class)
public class ChasquiAutoConfiguration {

    @Bean(destroyMethod = "close")
    @ConditionalOnMissingBean
    Backend chasquiBackend(ChasquiProperties properties) {
        return switch (properties.backend()) {
            case EMBEDDED -> {
                EngineConfig config = EngineConfig.fromEnvironment();
                yield Engine.open(properties.store() == null ? config : config.withStore(properties.store()));
            }
            case OLLAMA -> properties.url() == null ? OllamaBackend.connect() : OllamaBackend.connect(properties.url());
        };
    }

    @Bean
    @ConditionalOnMissingBean(ChatModel.class)
    @ConditionalOnProperty(name = "spring.ai.model.chat", havingValue = "chasqui", matchIfMissing = true)
    ChasquiChatModel chasquiChatModel(
            Backend backend, ChasquiProperties properties, ObjectProvider<ObservationRegistry> observations) {
        ChasquiChatOptions.Builder options =
                ChasquiChatOptions.builder().model(properties.model()).options(properties.checkedOptions());
        if (properties.timeout() != null) options.timeout(properties.timeout());
        if (properties.think() != null) options.think(properties.think());
        return ChasquiChatModel.builder()
                .backend(backend)
                .options(options.build())
                .observationRegistry(observations.getIfUnique(() -> ObservationRegistry.NOOP))
                .build();
    }

    @Bean
    @ConditionalOnMissingBean(EmbeddingModel.class)
    @ConditionalOnProperty(name = "spring.ai.model.embedding", havingValue = "chasqui", matchIfMissing = true)
    ChasquiEmbeddingModel chasquiEmbeddingModel(
            Backend backend, ChasquiProperties properties, ObjectProvider<ObservationRegistry> observations) {
        String model = properties.embeddingModel() != null ? properties.embeddingModel() : properties.model();
        return ChasquiEmbeddingModel.builder()
                .backend(backend)
                .options(
                        new ChasquiEmbeddingOptions(model, null, properties.checkedOptions(), null, null, Urgency.NONE))
                .observationRegistry(observations.getIfUnique(() -> ObservationRegistry.NOOP))
                .build();
    }
}
