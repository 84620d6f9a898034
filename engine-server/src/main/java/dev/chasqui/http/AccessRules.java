package dev.chasqui.http;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.OllamaHost;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Who may call: which web pages (`Origin`), and under which name of this machine (`Host`). A page of a stranger
/// must not reach this server, neither directly nor by a DNS name that was rebound to its address.
///
/// Such a name is one the stranger owns, so it has a dot. An address cannot be rebound: beyond loopback every address
/// is accepted, and every name without a dot (a container's or a machine's); names with dots are to be listed.
final class AccessRules {

    private static final List<String> DEFAULT_ORIGINS = Stream.concat(
                    Stream.of("localhost", "127.0.0.1", "0.0.0.0")
                            .flatMap(host -> Stream.of("http", "https")
                                    .flatMap(scheme -> Stream.of(scheme + "://" + host, scheme + "://" + host + ":*"))),
                    Stream.of("app://*", "file://*", "tauri://*", "vscode-webview://*", "vscode-file://*"))
            .toList();

    private static final Logger LOG = LoggerFactory.getLogger(AccessRules.class);
    private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|[0-9a-f:.]*:[0-9a-f:.]*");

    private final boolean loopback;
    private final String listenName;
    private final List<String> hosts;
    private final Seldom refusals = new Seldom(Duration.ofSeconds(10));
    private final boolean anyOrigin;
    private final Pattern origins;
    // Asking for it may wait for a name server, so nobody does: until it is there, the name is not accepted.
    private final CompletableFuture<String> machineName = new CompletableFuture<>();

    AccessRules(OllamaHost listen, Access access) {
        List<String> moreOrigins = access.origins();
        this.loopback = listen.isLoopback();
        this.listenName = listen.host().toLowerCase(Locale.ROOT);
        this.hosts = access.hosts();
        this.anyOrigin = moreOrigins.contains("*");
        this.origins = Pattern.compile(Stream.concat(DEFAULT_ORIGINS.stream(), moreOrigins.stream())
                .map(origin -> Stream.of(origin.toLowerCase(Locale.ROOT).split("\\*", -1))
                        .map(Pattern::quote)
                        .collect(Collectors.joining(".*")))
                .collect(Collectors.joining("|")));
        Thread.ofVirtual().name("machine-name").start(this::findMachineName);
    }

    /// @throws BackendException if the entry is none of `*`, `scheme://host`, or one of these with one `*` in it
    static void checkOriginPattern(String origin) {
        boolean oneStar = origin.indexOf('*') == origin.lastIndexOf('*');
        if (!oneStar || !origin.equals("*") && !origin.contains("://")) {
            throw BackendException.invalid("OLLAMA_ORIGINS names the origin \"" + origin
                    + "\"; expected for example https://example.com, http://*.example.com, or * for all");
        }
    }

    /// @throws BackendException if the entry is none of `*`, `name`, `*.name`
    static void checkHostPattern(String host) {
        if (!host.matches("\\*|(\\*\\.)?[a-z0-9_-]+(\\.[a-z0-9_-]+)*")) {
            throw BackendException.invalid("CHASQUI_HOSTS names the host \"" + host
                    + "\"; expected for example models.example.com, *.example.com, or * for all; no scheme, no port");
        }
    }

    boolean acceptsAnyOrigin() {
        return anyOrigin;
    }

    boolean acceptsOrigin(String origin) {
        return anyOrigin || origins.matcher(origin.toLowerCase(Locale.ROOT)).matches();
    }

    static boolean isSameOrigin(String origin, String host) {
        return origin.equalsIgnoreCase("http://" + host) || origin.equalsIgnoreCase("https://" + host);
    }

    /// @param header the `Host` header, with or without a port; may be empty
    boolean acceptsHost(String header) {
        String host = withoutPort(header).toLowerCase(Locale.ROOT);
        boolean accepted = host.isEmpty()
                || host.equals("localhost")
                || host.equals(listenName)
                || host.equals(machineName.getNow("localhost"))
                || host.endsWith(".localhost")
                || host.endsWith(".local")
                || host.endsWith(".internal")
                || hosts.stream().anyMatch(pattern -> isMatch(pattern, host))
                || (loopback ? isNearbyAddress(host) : isAddress(host) || isDotless(host));
        if (!accepted && refusals.now()) {
            LOG.warn(
                    "refused a request to Host {}: if that is a name of this server, set CHASQUI_HOSTS={}",
                    shown(header),
                    shown(host));
        }
        return accepted;
    }

    private static String shown(String text) {
        return text.substring(0, Math.min(text.length(), 100)); // the gate let no control characters through
    }

    private static boolean isMatch(String pattern, String host) {
        return pattern.equals("*")
                || pattern.equals(host)
                || pattern.startsWith("*.") && host.endsWith(pattern.substring(1));
    }

    private static boolean isDotless(String host) {
        return host.matches("[a-z0-9_-]+");
    }

    private static boolean isAddress(String host) {
        if (!ADDRESS.matcher(host).matches()) return false;
        try {
            InetAddress.ofLiteral(host);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static String withoutPort(String header) {
        if (header.startsWith("[") && header.contains("]")) return header.substring(1, header.indexOf(']'));
        int colon = header.indexOf(':');
        return colon >= 0 && colon == header.lastIndexOf(':') ? header.substring(0, colon) : header;
    }

    private static boolean isNearbyAddress(String host) {
        if (!isAddress(host)) return false;
        try {
            InetAddress address = InetAddress.ofLiteral(host);
            byte first = address.getAddress()[0];
            boolean uniqueLocal = address.getAddress().length == 16 && (first & 0xfe) == 0xfc;
            return address.isLoopbackAddress()
                    || address.isAnyLocalAddress()
                    || address.isSiteLocalAddress()
                    || uniqueLocal
                    || NetworkInterface.getByInetAddress(address) != null;
        } catch (SocketException e) {
            return false;
        }
    }

    private void findMachineName() {
        try {
            machineName.complete(InetAddress.getLocalHost().getHostName().toLowerCase(Locale.ROOT));
        } catch (UnknownHostException e) {
            machineName.complete("localhost"); // a machine without a name has none to accept
        }
    }
}
