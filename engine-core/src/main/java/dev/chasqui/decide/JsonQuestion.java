package dev.chasqui.decide;

import dev.chasqui.api.Answer;
import dev.chasqui.api.BackendException;
import dev.chasqui.api.BackendException.Kind;
import dev.chasqui.api.Settings;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A question whose answer is a record, or in time that there is none. Immutable.
public final class JsonQuestion<R extends Record> {

    /// After these there is no whole answer because the time, or the room, was up.
    private static final Set<Kind> LATE = EnumSet.of(Kind.TOO_LATE, Kind.INCOMPLETE);

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final Class<R> type;
    private final Function<Settings, Answer> ask;
    private final Settings settings;
    private final Optional<R> otherwise;

    JsonQuestion(Class<R> type, Function<Settings, Answer> ask, Settings settings) {
        this(type, ask, settings.withFormat(RecordSchema.of(type)), Optional.empty());
    }

    private JsonQuestion(Class<R> type, Function<Settings, Answer> ask, Settings settings, Optional<R> otherwise) {
        this.type = type;
        this.ask = ask;
        this.settings = settings;
        this.otherwise = otherwise;
    }

    /// From the call of [#ask] on.
    public JsonQuestion<R> deadline(Duration deadline) {
        return new JsonQuestion<>(
                type, ask, settings.withUrgency(settings.urgency().withDeadline(deadline)), otherwise);
    }

    /// What holds when there is no whole answer in time: to hold, for example.
    public JsonQuestion<R> otherwise(R value) {
        return new JsonQuestion<>(type, ask, settings, Optional.of(value));
    }

    /// Waits for the answer.
    ///
    /// @return the record, or that it was late, with what was declared for that
    /// @throws BackendException if the request is refused or fails otherwise; also if it is late and nothing was
    ///                          declared for that. Of kind `FAILED` if the answer is no such record
    public JsonReply<R> ask() {
        Answer answer;
        try {
            answer = ask.apply(settings);
        } catch (BackendException e) {
            if (!LATE.contains(e.kind())) throw e;
            return new JsonReply.Late<>(otherwise.orElseThrow(() -> e), e);
        }
        try {
            JsonNode object = MAPPER.readTree(answer.text());
            RecordSchema.missing(object, type).ifPresent(name -> {
                throw wrong("it lacks " + name, null);
            });
            return new JsonReply.InTime<>(MAPPER.treeToValue(object, type), answer);
        } catch (JacksonException e) {
            throw wrong(e.getOriginalMessage(), e);
        }
    }

    private BackendException wrong(String why, @Nullable Throwable cause) {
        String message = "the answer is no " + type.getSimpleName() + ": " + why;
        return cause == null ? new BackendException(Kind.FAILED, message) : BackendException.failed(message, cause);
    }
}
