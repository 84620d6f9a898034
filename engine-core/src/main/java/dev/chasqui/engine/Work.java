package dev.chasqui.engine;

import dev.chasqui.api.ChatRequest;
import dev.chasqui.api.EmbedRequest;
import dev.chasqui.api.Embeddings;
import dev.chasqui.api.GenerateRequest;
import dev.chasqui.api.Generation;
import dev.chasqui.api.Options;
import dev.chasqui.api.RunningModel;
import java.util.List;
import java.util.Optional;

/// The part of an [Engine] that needs native code, wherever that runs. Its methods are the engine's of the same
/// names.
interface Work extends AutoCloseable {

    Generation generate(GenerateRequest request);

    Generation chat(ChatRequest request);

    String render(GenerateRequest request);

    String render(ChatRequest request);

    Embeddings embed(EmbedRequest request);

    int[] tokenize(String model, String text, boolean addSpecial, boolean parseSpecial);

    String detokenize(String model, int... tokens);

    List<RunningModel> running();

    /// What keeps it from taking requests now, each in a sentence.
    List<String> obstacles();

    /// What an operator should know though requests are taken, each in a sentence.
    default List<String> warnings() {
        return List.of();
    }

    /// Why no request will ever be answered here again, if that is so. Asked before every call.
    default Optional<String> dead() {
        return Optional.empty();
    }

    LoadPlan plan(String model, Options options);

    PinnedContext pin(String name, GenerateRequest request);

    EngineStatistics statistics();

    /// Cancels what runs and frees everything. Idempotent.
    @Override
    void close();
}
