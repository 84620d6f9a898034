package dev.chasqui.http;

import dev.chasqui.api.BackendException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Who may call: which web pages (`Origin`), and under which name of this machine (`Host`). A page of a stranger
/// must not reach a server on loopback, neither directly nor by a DNS name that was rebound to 127.0.0.1.
final class AccessRules {

    private static final List<String> DEFAULT_ORIGINS = Stream.concat(
                    Stream.of("localhost", "127.0.0.1", "0.0.0.0")
                            .flatMap(host -> Stream.of("http", "https")
                                    .flatMap(scheme -> Stream.of(scheme + "://" + host, scheme + "://" + host + ":*"))),
                    Stream.of("app://*", "file://*", "tauri://*", "vscode-webview://*", "vscode-file://*"))
            .toList();

    private final boolean loopback;
    private final boolean anyOrigin;
    private final Pattern origins;
    // Asking for it may wait for a name server, so nobody does: until it is there, the name is not accepted.
    private final CompletableFuture<String> machineName = new CompletableFuture<>();

    AccessRules(boolean loopback, List<String> moreOrigins) {
        this.loopback = loopback;
        this.anyOrigin = moreOrigins.contains("*");
        this.origins = Pattern.compile(Stream.concat(DEFAULT_ORIGINS.stream(), moreOrigins.stream())
                .map(origin -> Stream.of(origin.toLowerCase(Locale.ROOT).split("\\*", -1))
                        .map(Pattern::quote)
                        .collect(Collectors.joining(".*")))
                .collect(Collectors.joining("|")));
        if (loopback) Thread.ofVirtual().name("machine-name").start(this::findMachineName);
    }

    /// @throws BackendException if the entry is none of `*`, `scheme://host`, or one of these with one `*` in it
    static void checkOriginPattern(String origin) {
        boolean oneStar = origin.indexOf('*') == origin.lastIndexOf('*');
        if (!oneStar || !origin.equals("*") && !origin.contains("://")) {
            throw BackendException.invalid("OLLAMA_ORIGINS names the origin \"" + origin
                    + "\"; expected for example https://example.com, http://*.example.com, or * for all");
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
        if (!loopback) return true;
        String host = withoutPort(header).toLowerCase(Locale.ROOT);
        return host.isEmpty()
                || host.equals("localhost")
                || host.equals(machineName.getNow("localhost"))
                || host.endsWith(".localhost")
                || host.endsWith(".local")
                || host.endsWith(".internal")
                || isNearbyAddress(host);
    }

    private static String withoutPort(String header) {
        if (header.startsWith("[")) return header.substring(1, Math.max(1, header.indexOf(']')));
        int colon = header.indexOf(':');
        return colon >= 0 && colon == header.lastIndexOf(':') ? header.substring(0, colon) : header;
    }

    private static boolean isNearbyAddress(String host) {
        if (!host.matches("[0-9.]+|[0-9a-f:.]*:[0-9a-f:.]*")) return false;
        try {
            InetAddress address = InetAddress.ofLiteral(host);
            byte first = address.getAddress()[0];
            boolean uniqueLocal = address.getAddress().length == 16 && (first & 0xfe) == 0xfc;
            return address.isLoopbackAddress()
                    || address.isAnyLocalAddress()
                    || address.isSiteLocalAddress()
                    || uniqueLocal
                    || NetworkInterface.getByInetAddress(address) != null;
        } catch (IllegalArgumentException | SocketException e) {
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
