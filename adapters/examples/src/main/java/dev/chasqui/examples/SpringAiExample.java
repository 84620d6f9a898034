package dev.chasqui.examples;

import dev.chasqui.api.Backend;
import dev.chasqui.engine.Engine;
import dev.chasqui.engine.EngineConfig;
import dev.chasqui.springai.ChasquiChatModel;
import dev.chasqui.springai.ChasquiChatOptions;
import java.time.Duration;
import org.springframework.ai.chat.client.ChatClient;

/// A decision as a record, and a stream that is left early, through Spring AI without Boot.
public final class SpringAiExample {

    enum Side {
        BUY,
        SELL,
        HOLD
    }

    record Decision(Side side, boolean urgent) {}

    private SpringAiExample() {}

    public static void main(String... arguments) {
        try (Backend backend = Engine.open(EngineConfig.fromEnvironment().withStore(Store.withTheDefaultModel()))) {
            ChasquiChatModel model = ChasquiChatModel.builder()
                    .backend(backend)
                    .options(ChasquiChatOptions.builder()
                            .model(Store.MODEL)
                            .temperature(0.0)
                            .timeout(Duration.ofSeconds(30))
                            .build())
                    .build();

            ChatClient client = ChatClient.create(model);

            Decision decision = client.prompt("AAPL rose by 2 % on twice its usual volume. What do we do?")
                    .call()
                    .entity(Decision.class, entity -> entity.useProviderStructuredOutput());
            System.out.println("decision: " + decision);

            System.out.print("stream: ");
            client.prompt("Count from one to a hundred.").stream()
                    .content()
                    .take(10) // and the model is free for others
                    .doOnNext(System.out::print)
                    .blockLast();
            System.out.println();
        }
    }
}
