package dev.chasqui.springai;

import dev.chasqui.api.KeepAlive;
import dev.chasqui.api.Option;
import dev.chasqui.api.Options;
import dev.chasqui.api.Settings.OnLength;
import dev.chasqui.api.Think;
import dev.chasqui.api.ToolChoice;
import dev.chasqui.api.Urgency;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.model.tool.DefaultToolCallingChatOptions;
import org.springframework.ai.model.tool.StructuredOutputChatOptions;
import org.springframework.ai.model.tool.ToolCallingChatOptions;
import org.springframework.ai.tool.ToolCallback;

/// What a request to [ChasquiChatModel] may set. What is absent comes from the chat model's own options, then
/// from Chasqui's defaults.
public final class ChasquiChatOptions extends DefaultToolCallingChatOptions implements StructuredOutputChatOptions {

    /// What Spring AI has no field for.
    private record Own(
            Options options,
            @Nullable String format,
            @Nullable Think think,
            @Nullable ToolChoice toolChoice,
            @Nullable Integer topLogprobs,
            Urgency urgency,
            @Nullable KeepAlive keepAlive,
            @Nullable OnLength onLength) {

        static final Own NONE = new Own(Options.NONE, null, null, null, null, Urgency.NONE, null, null);

        Own over(Own base) {
            return new Own(
                    options.over(base.options),
                    format != null ? format : base.format,
                    think != null ? think : base.think,
                    toolChoice != null ? toolChoice : base.toolChoice,
                    topLogprobs != null ? topLogprobs : base.topLogprobs,
                    urgency.over(base.urgency),
                    keepAlive != null ? keepAlive : base.keepAlive,
                    onLength != null ? onLength : base.onLength);
        }
    }

    private final Own own;

    private ChasquiChatOptions(
            @Nullable List<ToolCallback> tools,
            @Nullable Map<String, Object> toolContext,
            @Nullable String model,
            @Nullable Double frequencyPenalty,
            @Nullable Integer maxTokens,
            @Nullable Double presencePenalty,
            @Nullable List<String> stops,
            @Nullable Double temperature,
            @Nullable Integer topK,
            @Nullable Double topP,
            Own own) {
        super(tools, toolContext, model, frequencyPenalty, maxTokens, presencePenalty, stops, temperature, topK, topP);
        this.own = own;
    }

    public static Builder builder() {
        return new Builder();
    }

    /// Ollama's options by their own names; Spring AI's fields, where set, go before them.
    public Options options() {
        return own.options;
    }

    /// `"json"` (with its quotes) or a JSON schema, as JSON text.
    @Override
    public @Nullable String getOutputSchema() {
        return own.format;
    }

    public Optional<Think> think() {
        return Optional.ofNullable(own.think);
    }

    public Optional<ToolChoice> toolChoice() {
        return Optional.ofNullable(own.toolChoice);
    }

    public Optional<Integer> topLogprobs() {
        return Optional.ofNullable(own.topLogprobs);
    }

    public Urgency urgency() {
        return own.urgency;
    }

    public Optional<KeepAlive> keepAlive() {
        return Optional.ofNullable(own.keepAlive);
    }

    public Optional<OnLength> onLength() {
        return Optional.ofNullable(own.onLength);
    }

    @Override
    public Builder mutate() {
        return builder().with(own).combineWith(super.mutate());
    }

    /// These options where the request is silent. Lists that it sets replace those here; they are not joined.
    ChasquiChatOptions completing(ChatOptions request) {
        Builder all = mutate();
        if (request.getStopSequences() != null) all.stopSequences(null);
        if (request instanceof ToolCallingChatOptions tools && tools.getToolCallbacks() != null) {
            all.withoutTools();
        }
        return all.combineWith(request.mutate()).build();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return super.equals(other) && other instanceof ChasquiChatOptions that && own.equals(that.own);
    }

    @Override
    public int hashCode() {
        return Objects.hash(super.hashCode(), own);
    }

    /// Later calls win.
    public static final class Builder extends DefaultToolCallingChatOptions.Builder<Builder>
            implements StructuredOutputChatOptions.Builder<Builder> {

        private Own own = Own.NONE;

        private Builder() {}

        /// These options go before the ones given so far.
        public Builder options(Options options) {
            return with(new Own(options, null, null, null, null, Urgency.NONE, null, null));
        }

        /// @throws dev.chasqui.api.BackendException naming the option, if the value's type or range is wrong
        public Builder option(Option option, Object value) {
            return options(Options.NONE.with(option, value));
        }

        public Builder seed(int seed) {
            return option(Option.SEED, seed);
        }

        /// Tokens the context holds.
        public Builder numCtx(int tokens) {
            return option(Option.NUM_CTX, tokens);
        }

        /// `"json"` (with its quotes) or a JSON schema, as JSON text; `null` leaves the answer free.
        @Override
        public Builder outputSchema(@Nullable String schema) {
            own = new Own(
                    own.options,
                    schema,
                    own.think,
                    own.toolChoice,
                    own.topLogprobs,
                    own.urgency,
                    own.keepAlive,
                    own.onLength);
            return this;
        }

        /// Whether, and how hard, the model thinks.
        public Builder think(Think think) {
            return with(new Own(Options.NONE, null, think, null, null, Urgency.NONE, null, null));
        }

        /// Whether one of the tools must be called.
        public Builder toolChoice(ToolChoice choice) {
            return with(new Own(Options.NONE, null, null, choice, null, Urgency.NONE, null, null));
        }

        /// Asks for log-probabilities, with so many of the likeliest tokens beside each, 0 to 20.
        ///
        /// @see ChasquiChatModel#LOGPROBS
        public Builder topLogprobs(int top) {
            return with(new Own(Options.NONE, null, null, null, top, Urgency.NONE, null, null));
        }

        /// Priority, deadline, and which older requests this one replaces, as far as each is set.
        public Builder urgency(Urgency urgency) {
            return with(new Own(Options.NONE, null, null, null, null, urgency, null, null));
        }

        /// A deadline from the call on: a request whose answer cannot begin before is refused at once, an
        /// answer that runs into it ends there with the reason `length`.
        public Builder timeout(Duration timeout) {
            return urgency(Urgency.NONE.withDeadline(timeout));
        }

        /// How long the model stays in memory afterwards.
        public Builder keepAlive(KeepAlive keepAlive) {
            return with(new Own(Options.NONE, null, null, null, null, Urgency.NONE, keepAlive, null));
        }

        /// What becomes of JSON that is cut off by a limit or its deadline.
        public Builder onLength(OnLength onLength) {
            return with(new Own(Options.NONE, null, null, null, null, Urgency.NONE, null, onLength));
        }

        @Override
        public Builder combineWith(ChatOptions.Builder<?> other) {
            super.combineWith(other);
            if (other instanceof Builder that) return with(that.own);
            if (other.build() instanceof StructuredOutputChatOptions that && that.getOutputSchema() != null) {
                return outputSchema(that.getOutputSchema());
            }
            return this;
        }

        private Builder with(Own more) {
            own = more.over(own);
            return this;
        }

        private void withoutTools() {
            toolCallbacks = null;
        }

        @Override
        public ChasquiChatOptions build() {
            return new ChasquiChatOptions(
                    toolCallbacks,
                    toolContext,
                    model,
                    frequencyPenalty,
                    maxTokens,
                    presencePenalty,
                    stopSequences,
                    temperature,
                    topK,
                    topP,
                    own);
        }
    }
}
