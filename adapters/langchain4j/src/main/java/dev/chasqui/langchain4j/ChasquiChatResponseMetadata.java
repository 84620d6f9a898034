package dev.chasqui.langchain4j;

import dev.chasqui.api.Summary;
import dev.chasqui.api.TokenLogprob;
import dev.langchain4j.model.chat.response.ChatResponseMetadata;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What LangChain4j tells of every answer, with what this backend measured. It has no id: no backend gives
/// one.
public final class ChasquiChatResponseMetadata extends ChatResponseMetadata {

    private final Summary summary;
    private final List<TokenLogprob> logprobs;

    private ChasquiChatResponseMetadata(Builder builder) {
        super(builder);
        this.summary = Objects.requireNonNull(builder.summary, "summary");
        this.logprobs = builder.logprobs;
    }

    public static Builder builder() {
        return new Builder();
    }

    /// Durations, tokens from the cache, and what was left out of a prompt too long.
    public Summary summary() {
        return summary;
    }

    /// One entry per token of the answer, if they were asked for.
    ///
    /// @see ChasquiChatRequestParameters.Builder#topLogprobs
    public List<TokenLogprob> logprobs() {
        return logprobs;
    }

    @Override
    public Builder toBuilder() {
        Builder builder = builder().summary(summary).logprobs(logprobs);
        toBuilder(builder);
        return builder;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return super.equals(other)
                && other instanceof ChasquiChatResponseMetadata that
                && summary.equals(that.summary)
                && logprobs.equals(that.logprobs);
    }

    @Override
    public int hashCode() {
        return Objects.hash(super.hashCode(), summary, logprobs);
    }

    @Override
    public String toString() {
        return "ChasquiChatResponseMetadata{" + super.toString() + ", " + summary + "}";
    }

    /// All of it, to be changed.
    public static final class Builder extends ChatResponseMetadata.Builder<Builder> {

        private @Nullable Summary summary;
        private List<TokenLogprob> logprobs = List.of();

        private Builder() {}

        public Builder summary(Summary summary) {
            this.summary = summary;
            return this;
        }

        public Builder logprobs(List<TokenLogprob> logprobs) {
            this.logprobs = List.copyOf(logprobs);
            return this;
        }

        @Override
        public ChasquiChatResponseMetadata build() {
            return new ChasquiChatResponseMetadata(this);
        }
    }
}
