package dev.chasqui.langchain4j;

import static dev.langchain4j.internal.InternalStreamingChatResponseHandlerUtils.onCompleteResponse;
import static dev.langchain4j.internal.InternalStreamingChatResponseHandlerUtils.onCompleteToolCall;
import static dev.langchain4j.internal.InternalStreamingChatResponseHandlerUtils.onPartialResponse;
import static dev.langchain4j.internal.InternalStreamingChatResponseHandlerUtils.onPartialThinking;
import static dev.langchain4j.internal.InternalStreamingChatResponseHandlerUtils.withLoggingExceptions;

import dev.chasqui.api.Answer;
import dev.chasqui.api.Backend;
import dev.chasqui.api.BackendException;
import dev.chasqui.api.ChatRequest;
import dev.chasqui.api.Chunk;
import dev.chasqui.api.Generation;
import dev.chasqui.api.TokenLogprob;
import dev.chasqui.api.ToolCall;
import dev.langchain4j.model.chat.response.CompleteToolCall;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.chat.response.StreamingHandle;
import java.util.ArrayList;
import java.util.List;

/// One answer on its way to a handler. What the handler throws goes to its own `onError`, and the answer goes
/// on, as LangChain4j wants it; whatever else happens, the handler hears of it, unless it cancelled.
final class StreamedAnswer implements Runnable {

    private final Backend backend;
    private final ChatRequest request;
    private final StreamingChatResponseHandler handler;

    private final StringBuilder text = new StringBuilder();
    private final StringBuilder thinking = new StringBuilder();
    private final List<ToolCall> calls = new ArrayList<>();
    private final List<TokenLogprob> logprobs = new ArrayList<>();

    StreamedAnswer(Backend backend, ChatRequest request, StreamingChatResponseHandler handler) {
        this.backend = backend;
        this.request = request;
        this.handler = handler;
    }

    @Override
    public void run() {
        try (Generation generation = backend.chat(request)) {
            Handle handle = new Handle(generation);
            try {
                for (Chunk chunk : generation) {
                    pass(chunk, handle);
                    if (handle.isCancelled()) return;
                }
            } catch (BackendException e) {
                if (handle.isCancelled()) return;
                throw e;
            }
            Answer answer = new Answer(text.toString(), thinking.toString(), calls, logprobs, generation.summary());
            onCompleteResponse(handler, Responses.of(request.model(), answer));
        } catch (BackendException e) {
            withLoggingExceptions(() -> handler.onError(Failures.of(e)));
        } catch (Throwable e) {
            withLoggingExceptions(() -> handler.onError(e)); // or its caller would wait for ever
        }
    }

    private void pass(Chunk chunk, Handle handle) {
        thinking.append(chunk.thinking());
        onPartialThinking(handler, chunk.thinking(), handle);
        if (handle.isCancelled()) return;
        text.append(chunk.text());
        onPartialResponse(handler, chunk.text(), handle);
        logprobs.addAll(chunk.logprobs());
        for (ToolCall call : chunk.toolCalls()) {
            if (handle.isCancelled()) return;
            onCompleteToolCall(handler, new CompleteToolCall(calls.size(), Responses.request(call)));
            calls.add(call);
        }
    }

    /// Given to the handler with each piece.
    private static final class Handle implements StreamingHandle {

        private final Generation generation;
        private volatile boolean cancelled;

        Handle(Generation generation) {
            this.generation = generation;
        }

        @Override
        public void cancel() {
            cancelled = true;
            generation.close();
        }

        @Override
        public boolean isCancelled() {
            return cancelled;
        }
    }
}
