package dev.chasqui.clients;

import dev.chasqui.api.Backend;
import dev.chasqui.api.ChatRequest;
import dev.chasqui.api.Chunk;
import dev.chasqui.api.DoneReason;
import dev.chasqui.api.Generation;
import dev.chasqui.api.Message;
import dev.chasqui.api.Summary;
import dev.chasqui.api.ToolCall;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/// Answers chats as a model with one tool in mind: it asks for the price of AAPL, and repeats what the tool said.
/// Everything else is beyond it.
final class ToolCaller {

    /// What the tool says.
    static final String PRICE = "191.25";

    final BlockingQueue<ChatRequest> heard = new LinkedBlockingQueue<>();

    /// One that can only chat; each call of another method fails.
    Backend backend() {
        return (Backend) Proxy.newProxyInstance(
                Backend.class.getClassLoader(),
                new Class<?>[] {Backend.class},
                (self, method, arguments) -> switch (method.getName()) {
                    case "chat" -> chat((ChatRequest) arguments[0]);
                    case "close" -> null;
                    default -> throw new UnsupportedOperationException(method.toString());
                });
    }

    private Generation chat(ChatRequest request) {
        heard.add(request);
        Message last = request.messages().getLast();
        if (last.role().equals("tool")) return new Said(List.of(Chunk.ofText("It is "), Chunk.ofText(last.content())));
        ToolCall call = new ToolCall("call_k3v9x0ab", "quote", "{\"symbol\":\"AAPL\",\"depth\":3}");
        return new Said(List.of(new Chunk("", "", List.of(call), List.of())));
    }

    private record Said(List<Chunk> chunks) implements Generation {

        @Override
        public Iterator<Chunk> iterator() {
            return chunks.iterator();
        }

        @Override
        public Summary summary() {
            Duration some = Duration.ofMillis(1);
            return new Summary(DoneReason.STOP, some, some, 20, some, 5, some, List.of());
        }

        @Override
        public void close() {}
    }
}
