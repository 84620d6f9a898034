package dev.chasqui.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.ssl.SslHandler;
import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The other end of one connection. Lets its bytes through the [RequestGate], knows until when it may let us wait,
/// and tells a client that is not served at all why.
///
/// In Netty's pipeline just before the library's decoder. Its state belongs to the connection's event loop.
final class Peer extends ChannelInboundHandlerAdapter {

    /// How long a refused client may take to read why; meanwhile what it sends is thrown away, since closing on
    /// unread bytes would reset the connection and lose the reply.
    private static final Duration PARTING = Duration.ofSeconds(1);

    private final RequestGate gate = new RequestGate();
    private final ChannelHandlerContext decoder;
    private final Limits limits;
    private boolean refused;
    private boolean headTimed = true; // from accept on
    private @Nullable HttpServerRequest current;
    private @Nullable Runnable whenLate;
    private volatile long sinceNanos = System.nanoTime();
    private volatile long allowedNanos;

    /// @param decoder where in the pipeline the library reads
    Peer(ChannelHandlerContext decoder, Limits limits) {
        this.decoder = decoder;
        this.limits = limits;
        expect(limits.head());
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (!(message instanceof ByteBuf bytes)) {
            context.fireChannelRead(message);
            return;
        }
        if (refused) {
            bytes.release();
            return;
        }
        Failure failure = gate.look(bytes).orElse(null);
        if (failure == null) {
            if (gate.isInHead()) headBegan();
            context.fireChannelRead(bytes);
            return;
        }
        bytes.release();
        if (current == null || whenLate != null) refuse(failure);
        else context.channel().close(); // amid the answer to an earlier request there is no place for another
    }

    private void headBegan() {
        if (headTimed || current != null) return;
        headTimed = true;
        expect(limits.head());
    }

    void reading(HttpServerRequest request, Duration within, Runnable late) {
        current = request;
        whenLate = late;
        expect(within);
    }

    void working(HttpServerRequest request) {
        current = request;
        whenLate = null;
        allowedNanos = Long.MAX_VALUE;
    }

    /// @param request the one whose reply is on its way; nothing happens if a later one has come already
    void idle(HttpServerRequest request) {
        if (current != null && current != request) return;
        current = null;
        whenLate = null;
        headTimed = gate.isInHead();
        expect(headTimed ? limits.head() : limits.idle());
    }

    /// Callable from any thread.
    void closeIfLate() {
        if (System.nanoTime() - sinceNanos > allowedNanos) decoder.executor().execute(this::late);
    }

    private void late() {
        if (System.nanoTime() - sinceNanos <= allowedNanos || refused) return;
        Runnable action = whenLate;
        if (action != null) {
            whenLate = null;
            expect(PARTING.multipliedBy(5));
            action.run();
        } else if (gate.isInHead()) {
            refuse(new Failure(
                    408,
                    "the request's head was not complete after " + limits.head().toSeconds() + " s",
                    false));
        } else {
            decoder.channel().close();
        }
    }

    /// Answers what has not become a request, and hangs up. On the event loop.
    void refuse(Failure failure) {
        refused = true;
        allowedNanos = Long.MAX_VALUE;
        ByteBuf reply = Unpooled.copiedBuffer(reply(failure), StandardCharsets.UTF_8);
        decoder.writeAndFlush(reply).addListener(sent -> part(sent.isSuccess()));
        closeSoon();
    }

    /// Hangs up after a reply to a request whose rest is not wanted. On the event loop.
    void partAfterReply() {
        refused = true;
        decoder.channel().config().setAutoRead(true); // what still comes is thrown away
        part(true);
        closeSoon();
    }

    private void closeSoon() {
        decoder.executor().schedule(() -> decoder.channel().close(), PARTING.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void part(boolean sent) {
        if (sent
                && decoder.channel() instanceof SocketChannel socket
                && decoder.pipeline().get(SslHandler.class) == null) {
            socket.shutdownOutput();
        } else {
            decoder.channel().close();
        }
    }

    private void expect(Duration within) {
        sinceNanos = System.nanoTime();
        allowedNanos = within.toNanos();
    }

    private static String reply(Failure failure) {
        String body = new String(Replies.error(failure.message()), StandardCharsets.UTF_8);
        return "HTTP/1.1 " + HttpResponseStatus.valueOf(failure.status()) + "\r\nContent-Type: " + Exchange.JSON
                + "\r\nContent-Length: " + body.getBytes(StandardCharsets.UTF_8).length
                + (failure.retrySoon() ? "\r\nRetry-After: 1" : "") + "\r\nConnection: close\r\n\r\n" + body;
    }
}
