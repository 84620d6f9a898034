package dev.chasqui.springai;

import dev.chasqui.api.Answer;
import dev.chasqui.api.Chunk;
import dev.chasqui.api.Summary;
import dev.chasqui.api.TokenLogprob;
import dev.chasqui.api.ToolCall;
import java.util.List;
import java.util.Map;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.metadata.ChatGenerationMetadata;
import org.springframework.ai.chat.metadata.ChatResponseMetadata;
import org.springframework.ai.chat.metadata.DefaultUsage;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.model.Generation;

/// Our answers in Spring AI's words.
final class Responses {

    private Responses() {}

    static ChatResponse whole(String model, Answer answer) {
        return ended(
                model,
                message(answer.text(), answer.thinking(), answer.toolCalls()),
                answer.logprobs(),
                answer.summary());
    }

    static ChatResponse piece(String model, Chunk chunk) {
        return new ChatResponse(
                List.of(new Generation(
                        message(chunk.text(), chunk.thinking(), chunk.toolCalls()),
                        metadata(chunk.logprobs()).build())),
                ChatResponseMetadata.builder().model(model).build());
    }

    /// The last of a stream: no text, but how it ended and what it cost.
    static ChatResponse end(String model, Summary summary) {
        return ended(model, message("", "", List.of()), List.of(), summary);
    }

    private static ChatResponse ended(
            String model, AssistantMessage message, List<TokenLogprob> logprobs, Summary summary) {
        return new ChatResponse(
                List.of(new Generation(
                        message,
                        metadata(logprobs).finishReason(summary.reason().wire()).build())),
                ChatResponseMetadata.builder()
                        .model(model)
                        .usage(new DefaultUsage(summary.promptTokens(), summary.evalTokens()))
                        .keyValue(ChasquiChatModel.SUMMARY, summary)
                        .build());
    }

    private static AssistantMessage message(String text, String thinking, List<ToolCall> calls) {
        return AssistantMessage.builder()
                .content(text)
                .properties(thinking.isEmpty() ? Map.of() : Map.of(ChasquiChatModel.THINKING, thinking))
                .toolCalls(calls.stream()
                        .map(call ->
                                new AssistantMessage.ToolCall(call.id(), "function", call.name(), call.argumentsJson()))
                        .toList())
                .build();
    }

    private static ChatGenerationMetadata.Builder metadata(List<TokenLogprob> logprobs) {
        ChatGenerationMetadata.Builder metadata = ChatGenerationMetadata.builder();
        return logprobs.isEmpty() ? metadata : metadata.metadata(ChasquiChatModel.LOGPROBS, logprobs);
    }
}
