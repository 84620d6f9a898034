package dev.chasqui.examples;

import dev.chasqui.api.Backend;
import dev.chasqui.engine.Engine;
import dev.chasqui.engine.EngineConfig;
import dev.chasqui.langchain4j.ChasquiChatModel;
import dev.chasqui.langchain4j.ChasquiEmbeddingModel;
import dev.chasqui.langchain4j.ChasquiStreamingChatModel;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.embedding.EmbeddingModel;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/// A chat, a stream and two vectors through LangChain4j. Put `OllamaBackend.connect()` in the engine's place,
/// and the same comes from an Ollama server.
public final class Langchain4jExample {

    private Langchain4jExample() {}

    public static void main(String... arguments) {
        try (Backend backend = Engine.open(EngineConfig.fromEnvironment().withStore(Store.withTheDefaultModel()))) {
            chat(backend);
            stream(backend);
            compare(backend);
        }
    }

    private static void chat(Backend backend) {
        ChatModel model = ChasquiChatModel.builder()
                .backend(backend)
                .modelName(Store.MODEL)
                .temperature(0)
                .maxOutputTokens(30)
                .timeout(Duration.ofSeconds(30))
                .build();

        System.out.println("chat: " + model.chat("What is a limit order? One sentence."));
    }

    private static void stream(Backend backend) {
        StreamingChatModel model = ChasquiStreamingChatModel.builder()
                .backend(backend)
                .modelName(Store.MODEL)
                .maxOutputTokens(30)
                .build();
        CompletableFuture<ChatResponse> whole = new CompletableFuture<>();

        System.out.print("stream: ");
        model.chat("What is a stop order? One sentence.", new StreamingChatResponseHandler() {
            @Override
            public void onPartialResponse(String piece) {
                System.out.print(piece);
            }

            @Override
            public void onCompleteResponse(ChatResponse response) {
                whole.complete(response);
            }

            @Override
            public void onError(Throwable error) {
                whole.completeExceptionally(error);
            }
        });
        System.out.println(" (" + whole.join().tokenUsage().outputTokenCount() + " tokens)");
    }

    private static void compare(Backend backend) {
        EmbeddingModel model = ChasquiEmbeddingModel.builder()
                .backend(backend)
                .modelName(Store.MODEL)
                .build();
        Embedding one = model.embed("Rates went up.").content();
        Embedding other = model.embed("The central bank raised interest.").content();

        double likeness = 0; // vectors have length 1
        for (int i = 0; i < one.dimension(); i++) likeness += one.vector()[i] * other.vector()[i];
        System.out.printf("vectors: %d numbers, likeness %.2f%n", one.dimension(), likeness);
    }
}
