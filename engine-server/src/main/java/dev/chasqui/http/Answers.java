package dev.chasqui.http;

import dev.chasqui.api.Answer;
import dev.chasqui.api.Backend;
import dev.chasqui.api.BackendException;
import dev.chasqui.api.Chunk;
import dev.chasqui.api.DoneReason;
import dev.chasqui.api.Generation;
import dev.chasqui.api.ModelName;
import dev.chasqui.api.Summary;
import dev.chasqui.http.Failure.ClientLeft;
import dev.chasqui.http.SilentAnswers.Heard;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/// `/api/generate` and `/api/chat`: read, stream, close. A client that leaves closes the generation at once, also
/// while nothing is being sent to it.
final class Answers {

    private static final Chunk NOTHING = Chunk.ofText("");

    private final Backend backend;
    private final SilentAnswers silent;

    Answers(Backend backend, SilentAnswers silent) {
        this.backend = backend;
        this.silent = silent;
    }

    void generate(Exchange exchange) throws ClientLeft {
        GenerateBody body = GenerateBody.read(exchange.body());
        var request = ofKnownModel(backend, body.model(), body::complete, BackendException::modelNotFound);
        Replies replies = new Replies(Replies.Shape.GENERATE, body.model());
        if (rendersOnly(body.body()) && !request.prompt().isEmpty()) {
            exchange.replyJson(200, replies.rendered(backend.render(request)));
            return;
        }
        Generation generation = begun(exchange, () -> backend.generate(request));
        answer(exchange, replies, body.settings().stream(), !request.prompt().isEmpty(), generation);
    }

    void chat(Exchange exchange) throws ClientLeft {
        ChatBody body = ChatBody.read(exchange.body());
        var request = ofKnownModel(backend, body.model(), body::complete, BackendException::modelNotFound);
        Replies replies = new Replies(Replies.Shape.CHAT, body.model());
        if (rendersOnly(body.body()) && !request.messages().isEmpty()) {
            exchange.replyJson(200, replies.rendered(backend.render(request)));
            return;
        }
        Generation generation = begun(exchange, () -> backend.chat(request));
        answer(exchange, replies, body.settings().stream(), !request.messages().isEmpty(), generation);
    }

    /// Ollama's own way to see a prompt.
    private static boolean rendersOnly(Fields body) {
        return body.flag("_debug_render_only", false);
    }

    /// A model that is not there is the first thing to complain about, before an option of the wrong type.
    static <T> T ofKnownModel(
            Backend backend, String model, Supplier<T> rest, Function<String, BackendException> unknown) {
        try {
            return rest.get();
        } catch (BackendException e) {
            ModelName name = ModelName.parse(model);
            if (backend.models().stream()
                    .noneMatch(known -> ModelName.parse(known.name()).matches(name))) {
                throw unknown.apply(model);
            }
            throw e;
        }
    }

    private static Generation begun(Exchange exchange, Supplier<Generation> start) throws ClientLeft {
        if (exchange.isGone()) throw new ClientLeft("the client closed the connection");
        return start.get();
    }

    /// @param words whether words were asked for; else an answer without any is a whole one
    private void answer(Exchange exchange, Replies replies, boolean stream, boolean words, Generation generation)
            throws ClientLeft {
        Heard heard = new Heard();
        try (generation) {
            exchange.whenGone(generation::close);
            if (stream) stream(exchange, replies, words, heard, generation);
            else whole(exchange, replies, words, heard, generation);
            if (!words) return;
            heard.verdict(generation.summary()).ifPresent(reason -> silent.count(exchange.path(), reason));
        }
    }

    private static void whole(Exchange exchange, Replies replies, boolean words, Heard heard, Generation generation) {
        Answer answer = generation.answer();
        Chunk all = new Chunk(answer.text(), answer.thinking(), answer.toolCalls(), answer.logprobs());
        heard.take(all);
        if (words && heard.isNothing()) requireWork(answer.summary());
        exchange.replyJson(200, replies.last(all, answer.summary()));
    }

    /// The status is decided by the first piece: until it is there, a failure has a status of its own.
    private static void stream(Exchange exchange, Replies replies, boolean words, Heard heard, Generation generation)
            throws ClientLeft {
        Iterator<Chunk> chunks = generation.iterator();
        boolean first = chunks.hasNext();
        if (!first && words) requireWork(generation.summary());
        if (!first && hasNoWork(generation.summary())) {
            exchange.replyJson(200, replies.last(NOTHING, generation.summary()));
            return;
        }
        NdjsonLines lines = exchange.startLines();
        while (chunks.hasNext()) {
            Chunk chunk = chunks.next();
            heard.take(chunk);
            lines.write(replies.piece(chunk));
        }
        lines.write(replies.last(NOTHING, generation.summary()));
        lines.close();
    }

    private static boolean hasNoWork(Summary summary) {
        return List.of(DoneReason.LOAD, DoneReason.UNLOAD).contains(summary.reason());
    }

    /// An answer that no model had a part in is none. A model may end its answer with its first token; the
    /// summary counts that one.
    private static void requireWork(Summary summary) {
        boolean silent = summary.reason() == DoneReason.STOP && summary.evalTokens() == 0;
        if (!silent && !hasNoWork(summary)) return;
        throw new BackendException(
                BackendException.Kind.FAILED,
                "the model was asked and gave no token (done_reason is "
                        + summary.reason().wire() + "); ask again");
    }
}
