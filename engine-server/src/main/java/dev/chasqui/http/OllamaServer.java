package dev.chasqui.http;

import dev.chasqui.api.Backend;
import dev.chasqui.api.BackendException;
import dev.chasqui.api.OllamaHost;
import dev.chasqui.keys.KeyFile;
import dev.chasqui.keys.KeyRing;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerConfig;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.ServerSSLOptions;
import java.net.BindException;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Serves a [Backend] over Ollama's HTTP API.
///
/// Safe to use from many threads. Closing lets running answers finish for a few seconds; the backend stays open,
/// it belongs to the caller.
public final class OllamaServer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(OllamaServer.class);
    private static final int LOOKUP_THREADS = 4;
    private static final int WATCH_MILLIS = 1_000;
    private static final int TRIES_FOR_A_COMMON_PORT = 20;

    private final Vertx vertx;
    private final ExecutorService answers;
    private final Duration drain;
    private final List<HttpServer> listeners = new CopyOnWriteArrayList<>();
    private final OllamaHost address;

    private OllamaServer(Backend backend, ServerSettings settings) {
        // Neither name servers nor files are Vert.x's business here; both would cost threads and folders.
        System.setProperty("vertx.disableDnsResolver", "true");
        vertx = Vertx.vertx(new VertxOptions()
                .setEventLoopPoolSize(2)
                .setWorkerPoolSize(LOOKUP_THREADS)
                .setInternalBlockingPoolSize(2)
                .setFileSystemOptions(
                        new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false)));
        answers = Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("http-answer-", 0).factory());
        drain = settings.drain();
        try {
            settings.requireGuarded();
            Optional<KeyRing> keys = settings.access().keysFile().map(file -> KeyRing.open(new KeyFile(file)));
            Optional<ServerSSLOptions> tls = settings.tls().map(files -> Tls.read(vertx, files));
            FrontDoor door = new FrontDoor(
                    vertx,
                    new Api(backend, answers, this::lookup),
                    new AccessRules(settings.listen(), settings.access()),
                    new Connections(vertx, settings.limits()),
                    keys.map(Callers::new),
                    settings);
            OllamaHost listen = settings.listen();
            int port = listen(listen, door, tls);
            address = new OllamaHost(tls.isPresent() ? "https" : "http", listen.host(), port, "");
            watch(settings, keys);
        } catch (Throwable t) {
            close();
            throw t;
        }
    }

    /// Starts listening; when this returns, requests are answered.
    ///
    /// @throws BackendException if the address cannot be listened at; the message says why and what to do
    public static OllamaServer start(Backend backend, ServerSettings settings) {
        return new OllamaServer(backend, settings);
    }

    /// The port in use, also when the settings asked for any.
    public int port() {
        return address.port();
    }

    /// Where this listens.
    public OllamaHost address() {
        return address;
    }

    /// Refuses new requests, waits a little for running answers, then hangs up. Idempotent.
    @Override
    public void close() {
        List<Future<?>> stopped = new ArrayList<>();
        for (HttpServer listener : listeners) {
            stopped.add(listener.shutdown(drain.toMillis(), TimeUnit.MILLISECONDS));
        }
        listeners.clear();
        waitQuietly(Future.join(stopped), drain.plusSeconds(2));
        answers.shutdown();
        waitQuietly(vertx.close(), Duration.ofSeconds(5));
    }

    private void lookup(Runnable task) {
        vertx.executeBlocking(
                () -> {
                    task.run();
                    return true;
                },
                false);
    }

    /// Has files that change read again.
    private void watch(ServerSettings settings, Optional<KeyRing> keys) {
        List<FileWatch> watches = new ArrayList<>();
        keys.ifPresent(ring -> watches.add(new FileWatch(
                "the keys file", settings.access().keysFile().stream().toList(), ring::reload)));
        settings.tls()
                .ifPresent(files -> watches.add(new FileWatch(
                        "the TLS certificate", files.all().toList(), () -> renew(Tls.read(vertx, files)))));
        if (watches.isEmpty()) return;
        vertx.setPeriodic(WATCH_MILLIS, tick -> lookup(() -> watches.forEach(FileWatch::look)));
    }

    private void renew(ServerSSLOptions tls) {
        for (HttpServer listener : listeners) {
            listener.updateSSLOptions(tls)
                    .onFailure(e -> LOG.warn("the new TLS certificate is not in use: {}", e.getMessage()));
        }
    }

    private int listen(OllamaHost wanted, FrontDoor door, Optional<ServerSSLOptions> tls) {
        if (!wanted.host().equals("localhost")) {
            String host = wanted.host().isEmpty() ? "0.0.0.0" : wanted.host();
            return listen(host, wanted.port(), door, tls).actualPort();
        }
        for (int tries = 1; ; tries++) {
            HttpServer four = listen("127.0.0.1", wanted.port(), door, tls);
            try {
                listen("::1", four.actualPort(), door, tls);
                return four.actualPort();
            } catch (BackendException e) {
                if (!(e.getCause() instanceof BindException bind) || !isTaken(bind)) {
                    LOG.debug("not listening at ::1, which this machine does not have: {}", e.getMessage());
                    return four.actualPort();
                }
                if (wanted.port() != 0 || tries == TRIES_FOR_A_COMMON_PORT) throw e;
                listeners.remove(four);
                waitQuietly(four.close(), Duration.ofSeconds(5)); // taken at ::1 only: try the next free one
            }
        }
    }

    private HttpServer listen(String host, int port, FrontDoor door, Optional<ServerSSLOptions> tls) {
        HttpServerOptions options = new HttpServerOptions()
                .setHttp2ClearTextEnabled(false)
                .setMaxHeaderSize(RequestGate.LONGEST_HEAD)
                .setMaxInitialLineLength(RequestGate.LONGEST_REQUEST_LINE)
                .setAcceptBacklog(1024);
        HttpServer server = (tls.isPresent()
                        ? vertx.createHttpServer(new HttpServerConfig(options), tls.get())
                        : vertx.createHttpServer(options))
                .connectionHandler(door::opened)
                .requestHandler(door);
        String where = (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
        try {
            server.listen(port, host).toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw refused(where, e.getCause() == null ? e : e.getCause());
        } catch (TimeoutException e) {
            throw refused(where, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw refused(where, e);
        }
        listeners.add(server);
        return server;
    }

    private static BackendException refused(String where, Throwable cause) {
        String why = "cannot listen at " + where + ": ";
        if (cause instanceof SocketException socket && isTaken(socket)) {
            return BackendException.failed(
                    why + "address already in use. Another server runs there, perhaps Ollama; stop it, or choose"
                            + " another port with OLLAMA_HOST=127.0.0.1:11435",
                    cause);
        }
        return BackendException.failed(
                why + cause.getMessage() + ". Set OLLAMA_HOST to an address of this machine, for example"
                        + " 127.0.0.1:11434",
                cause);
    }

    private static boolean isTaken(SocketException e) {
        return String.valueOf(e.getMessage()).contains("in use");
    }

    private static void waitQuietly(Future<?> future, Duration atMost) {
        try {
            future.toCompletionStage().toCompletableFuture().get(atMost.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.debug("closing took too long or failed: {}", e.toString());
        }
    }
}
