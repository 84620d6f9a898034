package dev.chasqui.registry;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.BackendException.Kind;
import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpConnectTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Counts how often one thing failed, and waits longer each time.
final class Retry {

    private static final Logger LOG = LoggerFactory.getLogger(Retry.class);

    private final Patience patience;
    private final String host;
    private int failures;

    /// @param host for messages
    Retry(Patience patience, String host) {
        this.patience = patience;
        this.host = host;
    }

    /// One try of something.
    interface Step<T> {
        T run() throws IOException, InterruptedException;
    }

    /// Until it succeeds. A host that takes no connection at all is not asked again: who waits wants to know.
    <T> T run(Step<T> step) throws InterruptedException {
        while (true) {
            try {
                return step.run();
            } catch (IOException e) {
                if (isUnreachable(e)) throw gaveUp(e);
                failed(e);
            }
        }
    }

    /// Something came: what failed before does not count any more.
    void succeeded() {
        failures = 0;
    }

    /// Waits for the next try.
    ///
    /// @throws BackendException if there is none
    void failed(IOException e) throws InterruptedException {
        if (++failures >= patience.tries() || isUnproven(e)) throw gaveUp(e);
        Optional<Duration> asked = e instanceof Reply.Busy busy ? busy.asked() : Optional.empty();
        if (asked.filter(wait -> wait.compareTo(Patience.LONGEST_WAIT) > 0).isPresent()) {
            throw new BackendException(
                    Kind.OVERLOADED,
                    e.getMessage() + "; it wants to be left alone for "
                            + asked.get().toSeconds() + " s, so try again then",
                    e);
        }
        Duration wait = asked.filter(Duration::isPositive).orElseGet(() -> patience.wait(failures));
        LOG.debug("{}: {}; asked again in {}", host, words(e), wait);
        Thread.sleep(wait);
    }

    private BackendException gaveUp(IOException e) {
        if (isUnproven(e)) {
            return new BackendException(
                    Kind.UNREACHABLE,
                    host + " does not prove who it is: " + words(e)
                            + "; `insecure` does without the proof, for a registry of your own",
                    e);
        }
        String tried = failures > 1 ? ", " + failures + " times" : "";
        return isUnreachable(e)
                ? new BackendException(
                        Kind.UNREACHABLE,
                        host + " cannot be reached: " + words(e) + tried
                                + "; check the network, HTTPS_PROXY and NO_PROXY, and try again",
                        e)
                : BackendException.failed(host + " failed: " + words(e) + tried + "; try again", e);
    }

    private static boolean isUnreachable(IOException e) {
        return e instanceof ConnectException || e instanceof HttpConnectTimeoutException;
    }

    /// A certificate nobody vouches for stays so; other failures of TLS may be a connection that broke.
    private static boolean isUnproven(IOException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof SSLPeerUnverifiedException || cause instanceof CertificateException) return true;
        }
        return false;
    }

    private static String words(IOException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof UnresolvedAddressException) return "the host name is not known";
        }
        String message = e.getMessage();
        if (message != null && !message.isBlank()) return message;
        return e instanceof ConnectException
                ? "connection refused"
                : e.getClass().getSimpleName();
    }
}
