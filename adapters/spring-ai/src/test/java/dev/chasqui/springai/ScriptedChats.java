package dev.chasqui.springai;

import dev.chasqui.api.Backend;
import dev.chasqui.api.ChatRequest;
import dev.chasqui.api.Chunk;
import dev.chasqui.api.DoneReason;
import dev.chasqui.api.Generation;
import dev.chasqui.api.Summary;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/// Chats that go as a test wants; everything else is beyond it.
final class ScriptedChats {

    final LinkedBlockingQueue<ChatRequest> heard = new LinkedBlockingQueue<>();

    /// Pieces that were taken from all answers.
    final AtomicInteger taken = new AtomicInteger();

    final CountDownLatch closed = new CountDownLatch(1);
    private final Function<ChatRequest, List<Chunk>> model;

    ScriptedChats(Function<ChatRequest, List<Chunk>> model) {
        this.model = model;
    }

    static ScriptedChats saying(String... pieces) {
        List<Chunk> chunks = List.of(pieces).stream().map(Chunk::ofText).toList();
        return new ScriptedChats(_ -> chunks);
    }

    Backend backend() {
        return (Backend) Proxy.newProxyInstance(
                Backend.class.getClassLoader(),
                new Class<?>[] {Backend.class},
                (self, method, arguments) -> switch (method.getName()) {
                    case "chat" -> chat((ChatRequest) arguments[0]);
                    default -> throw new UnsupportedOperationException(method.toString());
                });
    }

    private Generation chat(ChatRequest request) {
        heard.add(request);
        Iterator<Chunk> rest = model.apply(request).iterator();
        return new Generation() {
            @Override
            public Iterator<Chunk> iterator() {
                return new Iterator<>() {
                    @Override
                    public boolean hasNext() {
                        return rest.hasNext();
                    }

                    @Override
                    public Chunk next() {
                        taken.incrementAndGet();
                        return rest.next();
                    }
                };
            }

            @Override
            public Summary summary() {
                Duration some = Duration.ofMillis(1);
                return new Summary(DoneReason.STOP, some, some, 20, some, 5, some, List.of());
            }

            @Override
            public void close() {
                closed.countDown();
            }
        };
    }
}
