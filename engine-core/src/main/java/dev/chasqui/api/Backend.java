package dev.chasqui.api;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;

/// Where answers come from: the engine in this JVM, or an Ollama server. A program that uses this interface
/// changes one line to use the other.
///
/// Safe to use from many threads. Every failure is a [BackendException] that means the same on both.
public interface Backend extends AutoCloseable {

    /// Several backends as one, which asks them in this order: a request goes to the next one when the one before
    /// cannot be reached, fails, dies, is overloaded, cannot answer in time or lacks the model, as long as no piece
    /// of an answer was given. A request that is wrong stays with the first. One deadline holds for all of them
    /// together; while others could still be asked, who gives nothing in half of the time left counts as gone.
    ///
    /// Who failed three times in a row is left alone for a while. [Generation#answeredBy] says who answered.
    ///
    /// @param backends at least one; closed with what is returned
    static Backend firstOf(Backend... backends) {
        return new FirstOf(List.of(backends), System::nanoTime);
    }

    /// This backend as a client with that policy uses it; closing it closes this.
    default Backend with(ClientPolicy policy) {
        return new PolicyBackend(this, policy);
    }

    /// What tells this backend from others in a log: `embedded`, or the server's address.
    default String name() {
        return getClass().getSimpleName();
    }

    /// Completes a prompt. The call returns when the request was accepted; the answer arrives through the result.
    ///
    /// An empty prompt loads the model, or with a keep-alive of zero unloads it; the generation then has no
    /// chunks and its reason is [DoneReason#LOAD] or [DoneReason#UNLOAD].
    ///
    /// @throws BackendException if the request is refused: unknown model, bad options, prompt too long, no memory
    Generation generate(GenerateRequest request);

    /// Answers the last message of a conversation; no messages loads or unloads as in [#generate].
    ///
    /// @throws BackendException if the request is refused
    Generation chat(ChatRequest request);

    /// As [#generate], without waiting for anything. Cancelling the future, or a timeout of its own, gives the request
    /// up; it fails with what [#generate] and [Generation#answer] throw.
    default CompletableFuture<Answer> generateAsync(GenerateRequest request) {
        return Asynchronous.future(() -> generate(request));
    }

    /// As [#generateAsync], for [#chat].
    default CompletableFuture<Answer> chatAsync(ChatRequest request) {
        return Asynchronous.future(() -> chat(request));
    }

    /// As [#generate], for whoever subscribes: each subscriber gets an answer of his own. Nothing is asked of the
    /// model before he wants a chunk, and he gets no more than he asked for; cancelling gives the request up.
    default Flow.Publisher<Chunk> generatePublisher(GenerateRequest request) {
        return Asynchronous.publisher(() -> generate(request));
    }

    /// As [#generatePublisher], for [#chat].
    default Flow.Publisher<Chunk> chatPublisher(ChatRequest request) {
        return Asynchronous.publisher(() -> chat(request));
    }

    /// The text that [#generate] would give the model to read, after the template and after whatever did not fit was
    /// left out. Generates nothing.
    ///
    /// @throws BackendException as [#generate] does
    String render(GenerateRequest request);

    /// As [#render(GenerateRequest)], for [#chat].
    String render(ChatRequest request);

    /// Turns texts into vectors. The call returns when all are there; interrupting its thread gives the
    /// request up.
    ///
    /// @throws BackendException if the request is refused or fails: unknown model, bad options, text too
    ///                          long, no memory; of kind `CANCELLED` if its thread was interrupted
    Embeddings embed(EmbedRequest request);

    /// The tokens a model reads a text as. Loads the model if it must.
    ///
    /// @param addSpecial   adds what the model wants around a text, such as its begin-of-text
    /// @param parseSpecial reads special tokens spelled out in the text as such
    /// @return ids, each from 0 to below the size of the model's vocabulary
    /// @throws BackendException if there is no such model, the text is too long, or the backend cannot do
    ///                          this; of kind `CANCELLED` if the thread was interrupted during a load
    int[] tokenize(String model, String text, boolean addSpecial, boolean parseSpecial);

    /// The text of tokens, special ones written out; bytes that are no UTF-8 become U+FFFD.
    ///
    /// @throws BackendException as [#tokenize], and if the model has no such token
    String detokenize(String model, int... tokens);

    /// The models this backend can run, newest first. Never waits for a model to load.
    List<ModelSummary> models();

    /// @throws BackendException of kind `NOT_FOUND` if there is no such model
    ModelDetails show(String model);

    /// The models in memory now, the one that stays longest first.
    List<RunningModel> running();

    /// The models on this backend's own disk, to be copied and deleted; empty where others manage them.
    default Optional<ModelLibrary> library() {
        return Optional.empty();
    }

    /// What keeps this backend from taking requests now, each in a sentence; empty when nothing does.
    /// Never waits for a model to load.
    default List<String> obstacles() {
        return List.of();
    }

    /// What an operator should know though requests are taken, each in a sentence; empty when all is well.
    /// Never waits for a model to load.
    default List<String> warnings() {
        return List.of();
    }

    /// The version this backend reports, for example `0.1.0`.
    String version();

    /// Cancels what runs and frees everything. Idempotent.
    @Override
    void close();
}
