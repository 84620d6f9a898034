package dev.chasqui.http;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.OllamaHost;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// How the server listens, who may call, and what it puts up with.
///
/// @param listen address and port; `localhost` is both `127.0.0.1` and `::1`
/// @param access who may call, from where, and what for
/// @param tls    the files of an encrypted server; empty for plain HTTP
/// @param limits of requests, connections and waiting
/// @param drain  how long [OllamaServer#close] lets running answers finish
public record ServerSettings(OllamaHost listen, Access access, Optional<TlsFiles> tls, Limits limits, Duration drain) {

    private static final Logger LOG = LoggerFactory.getLogger(ServerSettings.class);

    public static final ServerSettings DEFAULT = new ServerSettings(
            OllamaHost.DEFAULT, Access.DEFAULT, Optional.empty(), Limits.DEFAULT, Duration.ofSeconds(3));

    /// Reads `OLLAMA_HOST`, and what [Access], [TlsFiles] and [Limits] read.
    ///
    /// @throws BackendException if a variable holds what it cannot; the message names it
    public static ServerSettings fromEnvironment(Map<String, String> environment) {
        return new ServerSettings(
                OllamaHost.fromEnvironment(environment),
                Access.fromEnvironment(environment),
                TlsFiles.fromEnvironment(environment),
                Limits.fromEnvironment(environment),
                DEFAULT.drain);
    }

    public ServerSettings withListen(OllamaHost listen) {
        return new ServerSettings(listen, access, tls, limits, drain);
    }

    public ServerSettings withAccess(Access access) {
        return new ServerSettings(listen, access, tls, limits, drain);
    }

    public ServerSettings withTls(TlsFiles tls) {
        return new ServerSettings(listen, access, Optional.of(tls), limits, drain);
    }

    public ServerSettings withLimits(Limits limits) {
        return new ServerSettings(listen, access, tls, limits, drain);
    }

    /// Web origins that may call beside Ollama's own list.
    public ServerSettings withOrigins(List<String> origins) {
        return withAccess(access.withOrigins(origins));
    }

    public ServerSettings withMaxBodyBytes(long maxBodyBytes) {
        return withLimits(limits.withMaxBodyBytes(maxBodyBytes));
    }

    /// How long a client may take wherever we wait for it, but between requests.
    public ServerSettings withClientPatience(Duration patience) {
        return withLimits(limits.withPatience(patience));
    }

    /// How long a connection without a request stays open.
    public ServerSettings withIdleConnection(Duration idle) {
        return withLimits(limits.withIdle(idle));
    }

    /// Nobody opens a server to a network without saying so.
    ///
    /// @throws BackendException if others than this machine could call, and nobody asks them who they are
    void requireGuarded() {
        if (listen.isLoopback()) return;
        boolean asks =
                access.keysFile().isPresent() || tls.flatMap(TlsFiles::clientCa).isPresent();
        if (!asks && !access.allowOpen()) {
            throw BackendException.invalid("refusing to listen at " + listen
                    + ": everybody who reaches this machine could use and delete its models. Ask for keys"
                    + " (`chasqui key new --role infer --file FILE`, then CHASQUI_KEYS_FILE=FILE), or for client"
                    + " certificates (--tls-client-ca), or listen on 127.0.0.1 behind a proxy that asks; to have"
                    + " it open all the same, set CHASQUI_ALLOW_OPEN=1 or --allow-open");
        }
        if (!asks) {
            LOG.warn("everybody who reaches {} can use and delete this machine's models", listen);
        } else if (tls.isEmpty()) {
            LOG.warn("keys and prompts cross the network unencrypted; --tls-cert and --tls-key encrypt them");
        }
    }
}
