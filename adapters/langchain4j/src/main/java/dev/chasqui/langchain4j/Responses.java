package dev.chasqui.langchain4j;

import dev.chasqui.api.Answer;
import dev.chasqui.api.DoneReason;
import dev.chasqui.api.Summary;
import dev.chasqui.api.ToolCall;
import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.FinishReason;
import dev.langchain4j.model.output.TokenUsage;

/// Our answer in LangChain4j's words.
final class Responses {

    private Responses() {}

    static ChatResponse of(String model, Answer answer) {
        boolean calls = !answer.toolCalls().isEmpty();
        AiMessage message = AiMessage.builder()
                .text(answer.text().isEmpty() && calls ? null : answer.text())
                .thinking(answer.thinking().isEmpty() ? null : answer.thinking())
                .toolExecutionRequests(
                        answer.toolCalls().stream().map(Responses::request).toList())
                .build();
        Summary summary = answer.summary();
        return ChatResponse.builder()
                .aiMessage(message)
                .metadata(ChasquiChatResponseMetadata.builder()
                        .modelName(model)
                        .tokenUsage(new TokenUsage(summary.promptTokens(), summary.evalTokens()))
                        .finishReason(calls ? FinishReason.TOOL_EXECUTION : reason(summary.reason()))
                        .summary(summary)
                        .logprobs(answer.logprobs())
                        .build())
                .build();
    }

    static ToolExecutionRequest request(ToolCall call) {
        return ToolExecutionRequest.builder()
                .id(call.id().isEmpty() ? null : call.id())
                .name(call.name())
                .arguments(call.argumentsJson())
                .build();
    }

    private static FinishReason reason(DoneReason reason) {
        return switch (reason) {
            case STOP -> FinishReason.STOP;
            case LENGTH -> FinishReason.LENGTH;
            case LOAD, UNLOAD -> FinishReason.OTHER;
        };
    }
}
