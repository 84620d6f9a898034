package dev.chasqui.http;

import io.netty.channel.ChannelHandlerContext;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.impl.HttpServerConnection;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Every open connection: how many there may be, in all and from one address, and the clock that closes those whose
/// client lets us wait too long.
final class Connections {

    private static final Logger LOG = LoggerFactory.getLogger(Connections.class);

    private final Map<HttpConnection, Peer> peers = new ConcurrentHashMap<>();
    private final Map<String, Integer> perAddress = new ConcurrentHashMap<>();
    private final Limits limits;
    private final Seldom warnings = new Seldom(Duration.ofSeconds(30));

    Connections(Vertx vertx, Limits limits) {
        this.limits = limits;
        long shortest = Math.min(
                limits.head().toMillis(),
                Math.min(limits.silence().toMillis(), limits.idle().toMillis()));
        vertx.setPeriodic(
                Math.clamp(shortest / 8, 10, 250), tick -> peers.values().forEach(Peer::closeIfLate));
    }

    Limits limits() {
        return limits;
    }

    /// To be called on the connection's event loop, before anything was read from it.
    void opened(HttpConnection connection) {
        // Vert.x offers no public way to the bytes before its decoder: see docs/decisions/0015-http-edge.md.
        ChannelHandlerContext library = ((HttpServerConnection) connection).channelHandlerContext();
        Peer peer = new Peer(library.pipeline().context("httpDecoder"), limits);
        library.pipeline().addBefore("httpDecoder", "gate", peer);

        String address = connection.remoteAddress().hostAddress();
        peers.put(connection, peer);
        int fromThere = perAddress.merge(address, 1, Integer::sum);
        connection.closeHandler(closed -> {
            peers.remove(connection);
            perAddress.computeIfPresent(address, (same, count) -> count > 1 ? count - 1 : null);
        });
        if (fromThere > limits.connectionsPerAddress()) {
            turnAway(peer, fromThere + " connections from " + address, "CHASQUI_MAX_CONNECTIONS_PER_ADDRESS");
        } else if (peers.size() > limits.connections()) {
            turnAway(peer, peers.size() + " connections", "CHASQUI_MAX_CONNECTIONS");
        }
    }

    /// The request's body is awaited.
    ///
    /// @param within   for so long
    /// @param whenLate what then; runs on the event loop
    void reading(HttpServerRequest request, Duration within, Runnable whenLate) {
        peer(request, peer -> peer.reading(request, within, whenLate));
    }

    /// The request is complete; now we are the ones who take time.
    void working(HttpServerRequest request) {
        peer(request, peer -> peer.working(request));
    }

    /// The reply is on its way; the next request may come.
    void idle(HttpServerRequest request) {
        peer(request, peer -> peer.idle(request));
    }

    /// The reply is sent, and nothing more is wanted of this client.
    void part(HttpServerRequest request) {
        peer(request, Peer::partAfterReply);
    }

    private void peer(HttpServerRequest request, Consumer<Peer> action) {
        Optional.ofNullable(peers.get(request.connection())).ifPresent(action);
    }

    private void turnAway(Peer peer, String tooMany, String setting) {
        if (warnings.now()) LOG.warn("turned a client away: {} are open; {} allows fewer", tooMany, setting);
        peer.refuse(new Failure(503, "server busy: too many connections; try again soon", true));
    }
}
