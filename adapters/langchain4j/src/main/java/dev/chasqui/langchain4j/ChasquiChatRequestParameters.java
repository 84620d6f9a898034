package dev.chasqui.langchain4j;

import dev.chasqui.api.KeepAlive;
import dev.chasqui.api.Option;
import dev.chasqui.api.Options;
import dev.chasqui.api.Settings.OnLength;
import dev.chasqui.api.Think;
import dev.chasqui.api.Urgency;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.DefaultChatRequestParameters;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// LangChain4j's parameters, and those only this backend knows. What is absent comes from the chat model's
/// defaults, then from Chasqui's.
public final class ChasquiChatRequestParameters extends DefaultChatRequestParameters {

    /// What LangChain4j has no field for.
    private record Own(
            Options options,
            @Nullable Think think,
            @Nullable Integer topLogprobs,
            Urgency urgency,
            @Nullable KeepAlive keepAlive,
            @Nullable OnLength onLength) {

        static final Own NONE = new Own(Options.NONE, null, null, Urgency.NONE, null, null);

        Own over(Own base) {
            return new Own(
                    options.over(base.options),
                    think != null ? think : base.think,
                    topLogprobs != null ? topLogprobs : base.topLogprobs,
                    urgency.over(base.urgency),
                    keepAlive != null ? keepAlive : base.keepAlive,
                    onLength != null ? onLength : base.onLength);
        }
    }

    private final Own own;

    private ChasquiChatRequestParameters(Builder builder) {
        super(builder);
        this.own = builder.own;
    }

    public static Builder builder() {
        return new Builder();
    }

    /// Ollama's options by their own names; LangChain4j's fields, where set, go before them.
    public Options options() {
        return own.options;
    }

    public Optional<Think> think() {
        return Optional.ofNullable(own.think);
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
    public ChasquiChatRequestParameters overrideWith(ChatRequestParameters that) {
        return builder().overrideWith(this).overrideWith(that).build();
    }

    @Override
    public ChasquiChatRequestParameters defaultedBy(ChatRequestParameters that) {
        return builder().overrideWith(that).overrideWith(this).build();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return super.equals(other) && other instanceof ChasquiChatRequestParameters that && own.equals(that.own);
    }

    @Override
    public int hashCode() {
        return Objects.hash(super.hashCode(), own);
    }

    @Override
    public String toString() {
        return "ChasquiChatRequestParameters{" + super.toString() + ", " + own + "}";
    }

    /// Later calls win.
    public static final class Builder extends DefaultChatRequestParameters.Builder<Builder> {

        private Own own = Own.NONE;

        private Builder() {}

        /// These options go before the ones given so far.
        public Builder options(Options options) {
            return with(new Own(options, null, null, Urgency.NONE, null, null));
        }

        /// @throws dev.chasqui.api.BackendException naming the option, if the value's type or range is wrong
        public Builder option(Option option, Object value) {
            return options(Options.NONE.with(option, value));
        }

        /// Whether, and how hard, the model thinks; what it thought is
        /// [dev.langchain4j.data.message.AiMessage#thinking].
        public Builder think(Think think) {
            return with(new Own(Options.NONE, think, null, Urgency.NONE, null, null));
        }

        /// Asks for log-probabilities, with so many of the likeliest tokens beside each, 0 to 20.
        ///
        /// @see ChasquiChatResponseMetadata#logprobs()
        public Builder topLogprobs(int top) {
            return with(new Own(Options.NONE, null, top, Urgency.NONE, null, null));
        }

        /// Priority, deadline, and which older requests this one replaces, as far as each is set.
        public Builder urgency(Urgency urgency) {
            return with(new Own(Options.NONE, null, null, urgency, null, null));
        }

        /// How long the model stays in memory afterwards.
        public Builder keepAlive(KeepAlive keepAlive) {
            return with(new Own(Options.NONE, null, null, Urgency.NONE, keepAlive, null));
        }

        /// What becomes of JSON that is cut off by a limit or its deadline.
        public Builder onLength(OnLength onLength) {
            return with(new Own(Options.NONE, null, null, Urgency.NONE, null, onLength));
        }

        @Override
        public Builder overrideWith(ChatRequestParameters parameters) {
            super.overrideWith(parameters);
            return parameters instanceof ChasquiChatRequestParameters that ? with(that.own) : this;
        }

        private Builder with(Own more) {
            own = more.over(own);
            return this;
        }

        @Override
        public ChasquiChatRequestParameters build() {
            return new ChasquiChatRequestParameters(this);
        }
    }
}
