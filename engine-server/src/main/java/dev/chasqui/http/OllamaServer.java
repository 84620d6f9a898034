package dev.chasqui.http;

import dev.chasqui.api.Backend;
import dev.chasqui.api.BackendException;
import dev.chasqui.api.OllamaHost;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.net.BindException;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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
    private static final int TRIES_FOR_A_COMMON_PORT = 20;

    private final Vertx vertx;
    private final ExecutorService answers;
    private final Duration drain;
    private final List<HttpServer> listeners = new ArrayList<>();
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
            FrontDoor door = new FrontDoor(
                    vertx,
                    new Api(backend, answers, this::lookup),
                    new AccessRules(settings.listen().isLoopback(), settings.origins()),
                    new Connections(vertx, settings.clientPatience(), settings.idleConnection()),
                    settings);
            address = settings.listen().withPort(listen(settings.listen(), door));
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

    private int listen(OllamaHost wanted, FrontDoor door) {
        if (!wanted.host().equals("localhost")) {
            String host = wanted.host().isEmpty() ? "0.0.0.0" : wanted.host();
            return listen(host, wanted.port(), door).actualPort();
        }
        for (int tries = 1; ; tries++) {
            HttpServer four = listen("127.0.0.1", wanted.port(), door);
            try {
                listen("::1", four.actualPort(), door);
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

    private HttpServer listen(String host, int port, FrontDoor door) {
        HttpServer server = vertx.createHttpServer(new HttpServerOptions()
                        .setHttp2ClearTextEnabled(false)
                        .setMaxHeaderSize(32 * 1024)
                        .setMaxInitialLineLength(16 * 1024)
                        .setAcceptBacklog(1024))
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
