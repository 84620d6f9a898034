package dev.chasqui.isolate;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/// The child's side: connects to the parent, says that it lives, and has every call worked at by a thread of its own.
/// The process ends when the parent does, or closes its side.
public final class CallServer {

    static final long BEAT_MILLIS = 250;

    private static final Logger LOG = LoggerFactory.getLogger(CallServer.class);
    private static final int LONGEST_TOKEN = 200;

    private final Map<Integer, ServedCall> calls = new ConcurrentHashMap<>();
    private final Link link;
    private final Function<byte[], Handler> opener;
    private volatile @Nullable Handler handler;

    /// What the calls are for.
    public interface Handler {

        /// Works at a call, on a thread of its own that is interrupted if the parent gives the call up.
        ///
        /// @return the body of the result, the last message
        byte[] handle(ServedCall call) throws InterruptedException, IOException;

        /// Why this process is of no use any more, if it is not; asked again and again.
        Optional<String> dead();
    }

    private CallServer(Link link, Function<byte[], Handler> opener) {
        this.link = link;
        this.opener = opener;
    }

    /// Serves the parent that started this process, until it is gone. Never returns.
    ///
    /// @param arguments of the process, as [Child] gives them
    /// @param opener    makes a handler of what the parent says first; what it throws ends the process
    public static void serve(String[] arguments, Function<byte[], Handler> opener) {
        try {
            letOthersLiveFirst();
            leaveSignalsToTheParent();
            String token = readToken();
            endWithTheParent();
            BlackBox.ofThisProcess().writeTo(Path.of(arguments[1]));
            SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            channel.connect(UnixDomainSocketAddress.of(arguments[0]));
            CallServer server = new CallServer(new Link(channel), opener);
            server.link.send(new Frame(Frame.Kind.HELLO, 0, token.getBytes(StandardCharsets.UTF_8)));
            server.link.pump(server::take);
            LOG.debug("the parent closed the connection");
        } catch (IOException | RuntimeException | Error e) {
            LOG.debug("the connection to the parent ended: {}", e.toString());
        }
        Runtime.getRuntime().halt(0);
    }

    /// Ctrl-C in a terminal, and the end of a service, reach every process of the group. The parent finishes the
    /// answers under way then, and needs this one for it.
    private static void leaveSignalsToTheParent() {
        for (String name : List.of("INT", "TERM", "HUP")) {
            try {
                Signal.handle(new Signal(name), SignalHandler.SIG_IGN);
            } catch (IllegalArgumentException e) {
                LOG.debug("signal {} stays as it is: {}", name, e.toString()); // Windows has no HUP
            }
        }
    }

    /// If memory runs out, the kernel ends this process before any other.
    private static void letOthersLiveFirst() {
        try {
            Files.writeString(Path.of("/proc/self/oom_score_adj"), "1000");
        } catch (IOException e) {
            LOG.debug("the order in which memory is taken back stays: {}", e.toString());
        }
    }

    private static String readToken() throws IOException {
        StringBuilder token = new StringBuilder();
        for (int c = System.in.read(); c >= 0 && c != '\n'; c = System.in.read()) {
            if (token.length() > LONGEST_TOKEN) throw new IOException("the token is too long");
            token.append((char) c);
        }
        return token.toString();
    }

    /// Its end of the pipe closes with it, however it ends.
    private static void endWithTheParent() {
        Thread.ofPlatform().daemon().name("chasqui-parent").start(() -> {
            try {
                while (System.in.read() >= 0) continue;
            } catch (IOException e) {
                LOG.debug("the parent's pipe broke: {}", e.toString());
            }
            Runtime.getRuntime().halt(0);
        });
    }

    private void take(Frame frame) {
        switch (frame.kind()) {
            case OPEN -> open(frame.body());
            case CALL -> begin(frame);
            case CANCEL -> {
                ServedCall call = calls.get(frame.call());
                if (call != null) call.cancel();
            }
            case CREDIT -> {
                ServedCall call = calls.get(frame.call());
                if (call != null && frame.body().length == 4) {
                    call.credit(ByteBuffer.wrap(frame.body()).getInt());
                }
            }
            default -> throw new BadFrameException("a message of kind " + frame.kind());
        }
    }

    private void open(byte[] body) {
        Thread.ofPlatform().name("chasqui-open").start(() -> {
            try {
                Handler opened = opener.apply(body);
                handler = opened;
                link.send(Frame.bare(Frame.Kind.READY, 0));
                beat(opened);
            } catch (IOException | RuntimeException | Error e) {
                LOG.error("the engine process cannot go on: {}", e.toString(), e);
                Runtime.getRuntime().halt(1);
            }
        });
    }

    /// On a thread that does nothing else, so that only a process that stands still is silent.
    private void beat(Handler opened) throws IOException {
        while (true) {
            opened.dead().ifPresent(why -> {
                System.out.println("Error: " + why);
                System.out.flush();
                Runtime.getRuntime().halt(1);
            });
            if (!link.isBehind()) link.send(Frame.bare(Frame.Kind.BEAT, 0));
            try {
                Thread.sleep(BEAT_MILLIS);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void begin(Frame frame) {
        Handler open = handler;
        if (open == null || frame.body().length == 0) throw new BadFrameException("a call that is none");
        ServedCall call = new ServedCall(link, frame);
        if (calls.putIfAbsent(frame.call(), call) != null) throw new BadFrameException("a call twice");
        call.start(() -> {
            try {
                call.end(open);
            } finally {
                calls.remove(frame.call());
            }
        });
    }
}
