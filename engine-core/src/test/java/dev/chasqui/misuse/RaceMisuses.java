package dev.chasqui.misuse;

import dev.chasqui.api.EmbedRequest;
import dev.chasqui.api.GenerateRequest;
import dev.chasqui.api.Generation;
import dev.chasqui.api.KeepAlive;
import dev.chasqui.api.Options;
import dev.chasqui.api.Urgency;
import dev.chasqui.engine.Engine;
import dev.chasqui.engine.PinnedContext;
import dev.chasqui.llama.ContextSettings;
import dev.chasqui.llama.Decoder;
import dev.chasqui.llama.LlamaContext;
import dev.chasqui.llama.LlamaModel;
import dev.chasqui.llama.ModelSettings;
import dev.chasqui.llama.Sampling;
import dev.chasqui.llama.TokenBatch;
import dev.chasqui.llama.TokenSampler;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;

/// Threads that get in one another's way.
final class RaceMisuses {

    private static final ContextSettings SETTINGS =
            ContextSettings.of(512).withBatch(256, 256).withThreads(1, 1);

    private RaceMisuses() {}

    static List<Misuse> all(Path tiny) {
        return List.of(
                Misuse.borne("closing an engine while it answers", () -> {
                    Engine engine = Engine.open(tiny, Configured.CONFIG);
                    Generation generation = engine.generate(Asked.endless(engine));
                    generation.iterator().next();
                    together(engine::close, engine::close, () -> Asked.fails(() -> generation.answer()));
                }),
                Misuse.borne("closing an engine while its model is being loaded", () -> {
                    for (int i = 0; i < 5; i++) {
                        Engine engine = Engine.open(tiny, Configured.CONFIG);
                        GenerateRequest request = Asked.request(engine);
                        together(() -> Asked.fails(() -> Asked.begin(engine.generate(request))), engine::close);
                    }
                }),
                Misuse.borne("closing an engine right after it was opened", () -> {
                    for (int i = 0; i < 20; i++)
                        Engine.open(tiny, Configured.CONFIG).close();
                }),
                Misuse.borne("closing an engine while it embeds", () -> {
                    Engine engine = Engine.open(tiny, Configured.CONFIG);
                    EmbedRequest request =
                            EmbedRequest.of(Asked.model(engine), Collections.nCopies(2_000, "Hello over there"));
                    together(() -> Asked.fails(() -> engine.embed(request)), engine::close);
                }),
                Misuse.borne("twenty engines opened, asked and closed at once", () -> {
                    Misuse.Attempt[] cycles = new Misuse.Attempt[20];
                    for (int i = 0; i < cycles.length; i++) {
                        cycles[i] = () -> {
                            try (Engine engine = Engine.open(tiny, Configured.CONFIG)) {
                                Asked.answer(engine);
                            }
                        };
                    }
                    together(cycles);
                }),
                Misuse.borne("statistics, models and obstacles of an engine that is being closed", () -> {
                    Engine engine = Engine.open(tiny, Configured.CONFIG);
                    Asked.answer(engine);
                    together(
                            engine::close,
                            () -> Asked.fails(engine::statistics),
                            () -> Asked.fails(engine::running),
                            () -> Asked.fails(engine::obstacles),
                            () -> Asked.fails(() -> engine.plan(Asked.model(engine), Options.NONE)));
                }),
                Misuse.borne("an answer closed by another thread at each of its first pieces", () -> {
                    try (Engine engine = Engine.open(tiny, Configured.CONFIG)) {
                        for (int pieces = 0; pieces < 8; pieces++) {
                            Generation generation = engine.generate(Asked.endless(engine));
                            var chunks = generation.iterator();
                            for (int i = 0; i < pieces; i++) chunks.next();
                            together(
                                    generation::close,
                                    () -> Asked.fails(() -> {
                                        while (chunks.hasNext()) chunks.next();
                                    }));
                        }
                        Asked.answer(engine);
                    }
                }),
                Misuse.borne("a long prompt left before, while and after it is read", () -> {
                    try (Engine engine = Engine.open(tiny, Configured.CONFIG)) {
                        GenerateRequest longOne = GenerateRequest.of(Asked.model(engine), "words ".repeat(1_500))
                                .withSettings(Asked.SHORT);
                        for (int i = 0; i < 5; i++) {
                            try (Generation generation = engine.generate(longOne)) {
                                Thread.sleep(i * 3L); // wherever it is by then
                                generation.close();
                            }
                        }
                        Asked.answer(engine);
                    }
                }),
                Misuse.borne("callers interrupted while they load, wait, iterate and embed", () -> {
                    try (Engine engine = Engine.open(tiny, Configured.CONFIG)) {
                        String model = Asked.model(engine);
                        interrupted(() -> Asked.begin(engine.generate(Asked.request(engine))));
                        interrupted(() -> engine.generate(Asked.endless(engine)).answer());
                        interrupted(() -> engine.embed(EmbedRequest.of(model, Collections.nCopies(500, "Hello"))));
                        interrupted(() -> engine.tokenize(model, "word ".repeat(5_000), true, true));
                        Asked.answer(engine);
                    }
                }),
                Misuse.borne("virtual threads interrupted while they do the same", () -> {
                    try (Engine engine = Engine.open(tiny, Configured.CONFIG)) {
                        Asked.answer(engine);
                        List<Thread> threads = new ArrayList<>();
                        for (int i = 0; i < 20; i++) {
                            threads.add(Thread.startVirtualThread(() -> Asked.fails(
                                    () -> engine.generate(Asked.endless(engine)).answer())));
                        }
                        threads.forEach(Thread::interrupt);
                        for (Thread thread : threads) thread.join();
                        Asked.answer(engine);
                    }
                }),
                Misuse.borne("two threads that read one answer", () -> {
                    try (Engine engine = Engine.open(tiny, Configured.CONFIG);
                            Generation generation = engine.generate(Asked.request(engine))) {
                        Misuse.Attempt read = () -> Asked.fails(() -> generation.answer());
                        together(read, read);
                    }
                }),
                Misuse.borne("a model that is told to leave while it answers", () -> {
                    try (Engine engine = Engine.open(tiny, Configured.CONFIG)) {
                        Generation generation = engine.generate(Asked.endless(engine));
                        GenerateRequest leave = GenerateRequest.of(Asked.model(engine), "")
                                .withSettings(Asked.SHORT.withKeepAlive(KeepAlive.UNLOAD));
                        engine.generate(leave).answer();
                        Asked.begin(generation);
                        Asked.answer(engine);
                    }
                }),
                Misuse.borne("more requests at once than may wait", () -> {
                    try (Engine engine = Engine.open(tiny, Configured.CONFIG.withMaxQueue(0))) {
                        Misuse.Attempt[] requests = new Misuse.Attempt[100];
                        java.util.Arrays.fill(requests, (Misuse.Attempt) () -> Asked.fails(() -> Asked.answer(engine)));
                        together(requests);
                        Asked.answer(engine);
                    }
                }),
                Misuse.borne("requests at once that each want other threads, batches and contexts", () -> {
                    try (Engine engine = Engine.open(tiny, Configured.CONFIG)) {
                        Misuse.Attempt[] requests = new Misuse.Attempt[12];
                        for (int i = 0; i < requests.length; i++) {
                            Options options = Options.parse(Map.of(
                                    "num_thread",
                                    1 + i % 2,
                                    "num_batch",
                                    16 << i % 4,
                                    "num_ctx",
                                    256 << i % 3,
                                    "num_predict",
                                    3));
                            requests[i] = () -> {
                                engine.generate(Asked.request(engine).withSettings(Asked.SHORT.withOptions(options)))
                                        .answer();
                            };
                        }
                        together(requests);
                    }
                }),
                Misuse.borne("requests that supersede one another", () -> {
                    try (Engine engine = Engine.open(tiny, Configured.CONFIG)) {
                        Misuse.Attempt[] requests = new Misuse.Attempt[16];
                        java.util.Arrays.fill(requests, (Misuse.Attempt) () ->
                                Asked.fails(() -> Asked.begin(engine.generate(Asked.endless(engine)
                                        .withSettings(Asked.ENDLESS.withUrgency(Urgency.NONE.superseding("one")))))));
                        together(requests);
                        Asked.answer(engine);
                    }
                }),
                Misuse.borne("a pin let go while its prompt is in use", () -> {
                    try (Engine engine = Engine.open(tiny, Configured.CONFIG)) {
                        PinnedContext pin = engine.pin("one", Asked.request(engine));
                        Generation generation = engine.generate(Asked.endless(engine));
                        together(pin::close, pin::close, () -> {
                            Asked.begin(generation);
                        });
                    }
                }),
                Misuse.borne("two threads that decode with one context", () -> {
                    try (LlamaModel model = LlamaModel.open(tiny, ModelSettings.DEFAULT);
                            LlamaContext context = model.newContext(SETTINGS)) {
                        Misuse.Attempt decode = () -> {
                            for (int i = 0; i < 200; i++) Asked.fails(() -> turn(context));
                        };
                        together(decode, decode, decode);
                    }
                }),
                Misuse.borne("a context closed while it decodes, and its model with it", () -> {
                    for (int i = 0; i < 10; i++) {
                        LlamaModel model = LlamaModel.open(tiny, ModelSettings.DEFAULT);
                        LlamaContext context = model.newContext(SETTINGS);
                        together(
                                () -> Asked.fails(() -> {
                                    while (true) turn(context);
                                }),
                                context::close,
                                model::close);
                    }
                }),
                Misuse.borne("a context stopped over and over while it decodes", () -> {
                    try (LlamaModel model = LlamaModel.open(tiny, ModelSettings.DEFAULT);
                            LlamaContext context = model.newContext(SETTINGS)) {
                        together(
                                () -> {
                                    for (int i = 0; i < 20_000; i++) context.abort();
                                },
                                () -> {
                                    for (int i = 0; i < 100; i++) turn(context);
                                });
                        while (turn(context) == Decoder.Outcome.ABORTED) context.nextPosition(0);
                    }
                }),
                Misuse.borne("a sampler closed while it draws", () -> {
                    try (LlamaModel model = LlamaModel.open(tiny, ModelSettings.DEFAULT);
                            LlamaContext context = model.newContext(SETTINGS)) {
                        turn(context);
                        TokenSampler sampler = context.sampler(Sampling.GREEDY);
                        together(
                                sampler::close,
                                sampler::close,
                                () -> Asked.fails(() -> {
                                    while (true) sampler.sample(127);
                                }));
                    }
                }),
                Misuse.borne("a vocabulary used while its model is closed", () -> {
                    for (int i = 0; i < 10; i++) {
                        LlamaModel model = LlamaModel.open(tiny, ModelSettings.DEFAULT);
                        Misuse.Attempt use = () -> Asked.fails(() -> {
                            while (true) model.vocabulary().tokenize("Hello there", true, true);
                        });
                        together(use, use, model::close);
                    }
                }));
    }

    /// Reads 128 tokens anew, or waits its turn.
    private static Decoder.Outcome turn(LlamaContext context) {
        TokenBatch rows = new TokenBatch(128);
        context.forget(0, 0);
        for (int i = 0; i < 128; i++) rows.add(10 + i, i, 0, i == 127);
        return context.decode(rows);
    }

    /// What may fail here fails as it may; anything else is a failure of the misuse.
    private static void interrupted(Runnable call) throws InterruptedException {
        for (int i = 0; i < 4; i++) {
            CountDownLatch begun = new CountDownLatch(1);
            Thread caller = Thread.ofPlatform().daemon().start(() -> {
                begun.countDown();
                Asked.fails(call);
            });
            begun.await();
            Thread.sleep(2L * i); // wherever it is by then
            caller.interrupt();
            caller.join();
        }
    }

    /// Runs them all at once and waits for all.
    private static void together(Misuse.Attempt... calls) throws Exception {
        ThreadFactory threads = Thread.ofPlatform().daemon().factory();
        try (ExecutorService pool = Executors.newThreadPerTaskExecutor(threads)) {
            CountDownLatch start = new CountDownLatch(1);
            List<Future<?>> futures = new ArrayList<>();
            for (Misuse.Attempt call : calls) {
                futures.add(pool.submit(() -> {
                    start.await();
                    call.run();
                    return null;
                }));
            }
            start.countDown();
            for (Future<?> future : futures) {
                try {
                    future.get();
                } catch (ExecutionException e) {
                    if (e.getCause() instanceof Exception cause) throw cause;
                    throw new AssertionError(e.getCause());
                }
            }
        }
    }
}
