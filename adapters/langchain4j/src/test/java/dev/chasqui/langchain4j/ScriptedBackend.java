package dev.chasqui.langchain4j;

import dev.chasqui.api.Backend;
import dev.chasqui.api.BackendException;
import dev.chasqui.api.ChatRequest;
import dev.chasqui.api.Chunk;
import dev.chasqui.api.DoneReason;
import dev.chasqui.api.EmbedRequest;
import dev.chasqui.api.Embeddings;
import dev.chasqui.api.GenerateRequest;
import dev.chasqui.api.Generation;
import dev.chasqui.api.ModelDetails;
import dev.chasqui.api.ModelSummary;
import dev.chasqui.api.Option;
import dev.chasqui.api.Options;
import dev.chasqui.api.RunningModel;
import dev.chasqui.api.Summary;
import dev.chasqui.api.ToolCall;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Function;

/// A backend whose model says what a test wants, a word at a time, and keeps to `num_predict` and `stop` as
/// any backend does. What it was asked is in [#heard].
final class ScriptedBackend implements Backend {

    /// What a model says at once.
    record Said(String thinking, String text, List<ToolCall> calls) {

        static Said text(String text) {
            return new Said("", text, List.of());
        }

        static Said calls(ToolCall... calls) {
            return new Said("", "", List.of(calls));
        }
    }

    final LinkedBlockingQueue<ChatRequest> heard = new LinkedBlockingQueue<>();
    final CountDownLatch closed = new CountDownLatch(1);
    private final Function<ChatRequest, Said> model;

    ScriptedBackend(Function<ChatRequest, Said> model) {
        this.model = model;
    }

    /// Everything is refused, with that.
    static ScriptedBackend failing(BackendException failure) {
        return new ScriptedBackend(_ -> {
            throw failure;
        });
    }

    @Override
    public Generation chat(ChatRequest request) {
        heard.add(request);
        return new Words(model.apply(request), request.settings().options());
    }

    private final class Words implements Generation {

        private final List<Chunk> chunks = new ArrayList<>();
        private DoneReason reason = DoneReason.STOP;
        private int words;
        private volatile boolean over;

        Words(Said said, Options options) {
            if (!said.thinking().isEmpty()) chunks.add(new Chunk("", said.thinking(), List.of(), List.of()));
            String text = said.text();
            for (String stop : options.strings(Option.STOP)) {
                if (text.contains(stop)) text = text.substring(0, text.indexOf(stop));
            }
            long most = options.integer(Option.NUM_PREDICT).orElse(Long.MAX_VALUE);
            for (String word : text.isEmpty() ? new String[0] : text.split("(?<= )")) {
                if (words == most) {
                    reason = DoneReason.LENGTH;
                    break;
                }
                chunks.add(Chunk.ofText(word));
                words++;
            }
            if (!said.calls().isEmpty()) chunks.add(new Chunk("", "", said.calls(), List.of()));
        }

        @Override
        public Iterator<Chunk> iterator() {
            Iterator<Chunk> rest = chunks.iterator();
            return new Iterator<>() {
                @Override
                public boolean hasNext() {
                    if (over) throw new BackendException(BackendException.Kind.CANCELLED, "the generation was closed");
                    return rest.hasNext();
                }

                @Override
                public Chunk next() {
                    if (!hasNext()) throw new NoSuchElementException();
                    return rest.next();
                }
            };
        }

        @Override
        public Summary summary() {
            Duration some = Duration.ofMillis(1);
            return new Summary(reason, some, some, 7, some, Math.max(words, 1), some, List.of());
        }

        @Override
        public void close() {
            over = true;
            closed.countDown();
        }
    }

    @Override
    public Embeddings embed(EmbedRequest request) {
        throw new BackendException(BackendException.Kind.OVERLOADED, "server busy, please try again");
    }

    @Override
    public Generation generate(GenerateRequest request) {
        throw new UnsupportedOperationException();
    }

    @Override
    public String render(GenerateRequest request) {
        throw new UnsupportedOperationException();
    }

    @Override
    public String render(ChatRequest request) {
        throw new UnsupportedOperationException();
    }

    @Override
    public int[] tokenize(String model, String text, boolean addSpecial, boolean parseSpecial) {
        throw new UnsupportedOperationException();
    }

    @Override
    public String detokenize(String model, int... tokens) {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<ModelSummary> models() {
        return List.of();
    }

    @Override
    public ModelDetails show(String model) {
        throw BackendException.modelNotFound(model);
    }

    @Override
    public List<RunningModel> running() {
        return List.of();
    }

    @Override
    public String version() {
        return "scripted";
    }

    @Override
    public void close() {}
}
