package dev.chasqui.isolate;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/// The socket that a child connects to, once: whoever shows the token of this start is let in, and the door is gone.
final class Door implements AutoCloseable {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int TOKEN_BYTES = 32;
    private static final long TICK_MILLIS = 50;

    private final Path socket;
    private final ServerSocketChannel server;
    private final String token;

    private Door(Path socket, ServerSocketChannel server) {
        this.socket = socket;
        this.server = server;
        byte[] random = new byte[TOKEN_BYTES];
        RANDOM.nextBytes(random);
        this.token = HexFormat.of().formatHex(random);
    }

    static Door open(Path socket) throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            server.bind(UnixDomainSocketAddress.of(socket));
            server.configureBlocking(false);
            return new Door(socket, server);
        } catch (IOException | RuntimeException e) {
            server.close();
            throw e;
        }
    }

    /// What to say to be let in.
    String token() {
        return token;
    }

    /// Waits for the one who knows the token. Others are sent away.
    ///
    /// @param alive whether there still is somebody to wait for
    /// @param until by [System#nanoTime]
    /// @return empty if there is nobody, or the time is over
    Optional<SocketChannel> await(BooleanSupplier alive, long until) throws IOException {
        List<Visitor> visitors = new ArrayList<>();
        SocketChannel right = null;
        try (Selector selector = Selector.open()) {
            server.register(selector, SelectionKey.OP_ACCEPT);
            while (right == null && alive.getAsBoolean() && until - System.nanoTime() > 0 && !Thread.interrupted()) {
                selector.select(TICK_MILLIS);
                selector.selectedKeys().clear();
                for (SocketChannel came = server.accept(); came != null; came = server.accept()) {
                    came.configureBlocking(false);
                    came.register(selector, SelectionKey.OP_READ);
                    visitors.add(new Visitor(came, ByteBuffer.allocate(Frame.HEAD_BYTES + 2 * TOKEN_BYTES)));
                }
                for (Visitor visitor : List.copyOf(visitors)) {
                    if (!visitor.hasSpoken()) continue;
                    visitors.remove(visitor);
                    if (visitor.knows(token)) right = visitor.channel();
                    else visitor.channel().close();
                }
            }
        } finally {
            for (Visitor visitor : visitors) visitor.channel().close();
        }
        return Optional.ofNullable(right);
    }

    /// @param said what it sent so far, no more than the message with the token
    private record Visitor(SocketChannel channel, ByteBuffer said) {

        /// Whether it said all there is to say, or left.
        boolean hasSpoken() throws IOException {
            return channel.read(said) < 0 || !said.hasRemaining();
        }

        boolean knows(String token) {
            if (said.hasRemaining()) return false;
            ByteBuffer right = new Frame(Frame.Kind.HELLO, 0, token.getBytes(StandardCharsets.US_ASCII)).encoded();
            return MessageDigest.isEqual(said.array(), right.array());
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        Files.deleteIfExists(socket);
    }
}
