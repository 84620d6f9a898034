package dev.chasqui.http;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.chasqui.api.BackendException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Map;

/// What the server puts up with from its clients.
///
/// @param maxBodyBytes       a longer request is refused with 413 before it is read; all requests that are being
///                           read may hold four times as much together; 1 to 1 GiB
/// @param head               how long a request's head may take: from accept, on a connection that stays open from
///                           its first byte
/// @param silence            how long a client may take between two bytes of a body
/// @param bodyGrace          how long a body may take however slowly it comes; beyond it must have come at
///                           [#bodyBytesPerSecond] on average
/// @param bodyBytesPerSecond the slowest body that is waited for; an upload's time counts only while it is its
///                           client we wait for
/// @param reading            how long a client may read nothing of a streamed answer
/// @param idle               how long a connection without a request stays open, and how long a whole answer may
///                           take to be read
/// @param connections        how many may be open
/// @param connectionsPerAddress how many of them from one address
public record Limits(
        long maxBodyBytes,
        Duration head,
        Duration silence,
        Duration bodyGrace,
        long bodyBytesPerSecond,
        Duration reading,
        Duration idle,
        int connections,
        int connectionsPerAddress) {

    private static final int MOST_CONNECTIONS = 4096;

    /// For this process: half of the files it may open, and no more than 4,096, may be connections; half of those
    /// from one address.
    public static final Limits DEFAULT = new Limits(
            64L << 20,
            Duration.ofSeconds(9),
            Duration.ofSeconds(30),
            Duration.ofSeconds(30),
            1024,
            Duration.ofSeconds(30),
            Duration.ofSeconds(120),
            affordableConnections(),
            Math.max(1, affordableConnections() / 2));

    /// @throws BackendException if a limit is outside its range
    public Limits {
        if (maxBodyBytes <= 0 || maxBodyBytes > 1L << 30) {
            throw BackendException.invalid(
                    "the largest request body is " + maxBodyBytes + " bytes; expected between 1 and " + (1L << 30));
        }
        if (connections < 1) throw tooFew("CHASQUI_MAX_CONNECTIONS", String.valueOf(connections));
        if (connectionsPerAddress < 1) {
            throw tooFew("CHASQUI_MAX_CONNECTIONS_PER_ADDRESS", String.valueOf(connectionsPerAddress));
        }
    }

    /// Reads `CHASQUI_MAX_CONNECTIONS` and `CHASQUI_MAX_CONNECTIONS_PER_ADDRESS`.
    static Limits fromEnvironment(Map<String, String> environment) {
        int all = count(environment, "CHASQUI_MAX_CONNECTIONS", DEFAULT.connections);
        int each = count(environment, "CHASQUI_MAX_CONNECTIONS_PER_ADDRESS", Math.max(1, all / 2));
        return DEFAULT.withConnections(all, each);
    }

    Limits withMaxBodyBytes(long maxBodyBytes) {
        return new Limits(
                maxBodyBytes,
                head,
                silence,
                bodyGrace,
                bodyBytesPerSecond,
                reading,
                idle,
                connections,
                connectionsPerAddress);
    }

    /// Every wait for a client but the idle one.
    Limits withPatience(Duration patience) {
        return new Limits(
                maxBodyBytes,
                patience,
                patience,
                patience,
                bodyBytesPerSecond,
                patience,
                idle,
                connections,
                connectionsPerAddress);
    }

    Limits withIdle(Duration idle) {
        return new Limits(
                maxBodyBytes,
                head,
                silence,
                bodyGrace,
                bodyBytesPerSecond,
                reading,
                idle,
                connections,
                connectionsPerAddress);
    }

    Limits withConnections(int connections, int connectionsPerAddress) {
        return new Limits(
                maxBodyBytes,
                head,
                silence,
                bodyGrace,
                bodyBytesPerSecond,
                reading,
                idle,
                connections,
                connectionsPerAddress);
    }

    /// How long a body of so many bytes may have taken.
    Duration timeFor(long bodyBytes) {
        return bodyGrace.plusMillis(bodyBytes * 1000 / bodyBytesPerSecond);
    }

    private static int count(Map<String, String> environment, String name, int otherwise) {
        String text = environment.getOrDefault(name, "").strip();
        if (text.isEmpty()) return otherwise;
        if (!text.matches("\\d{1,9}") || text.matches("0+")) throw tooFew(name, text);
        return Integer.parseInt(text);
    }

    private static BackendException tooFew(String name, String value) {
        return BackendException.invalid(name + " is \"" + value + "\"; expected a whole number from 1");
    }

    private static int affordableConnections() {
        boolean unix = ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean;
        if (!unix) return MOST_CONNECTIONS;
        var system = (UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return (int) Math.clamp(system.getMaxFileDescriptorCount() / 2, 16, MOST_CONNECTIONS);
    }
}
