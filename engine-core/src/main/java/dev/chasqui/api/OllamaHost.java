package dev.chasqui.api;

import java.net.InetAddress;
import java.net.URI;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// Where an Ollama server listens, or is to be found: the value of `OLLAMA_HOST`, read by Ollama's rules.
///
/// @param scheme `http` or `https`; a server encrypts if it has a certificate, whatever it says
/// @param host   a name or an address without brackets; empty means every interface
/// @param port   0 to 65535; a server takes any free one for 0
/// @param path   what comes before the routes, for a client behind a proxy: empty, or `/something`
public record OllamaHost(String scheme, String host, int port, String path) {

    public static final int DEFAULT_PORT = 11434;

    /// `http://localhost:11434`: both loopback addresses of this machine.
    public static final OllamaHost DEFAULT = local(DEFAULT_PORT);

    private static final Set<String> EVERYWHERE = Set.of("", "0.0.0.0", "::");

    /// Both loopback addresses of this machine, at that port.
    public static OllamaHost local(int port) {
        return new OllamaHost("http", "localhost", port, "");
    }

    /// The value of `OLLAMA_HOST` in that environment, or [#DEFAULT].
    public static OllamaHost fromEnvironment(Map<String, String> environment) {
        return parse(environment.getOrDefault("OLLAMA_HOST", ""));
    }

    /// Reads `host`, `host:port`, `:port`, `scheme://host:port/path`, bare IPv6 addresses, each with spaces and
    /// quotes around it. A port that is none gives the scheme's default, as in Ollama; an empty text [#DEFAULT].
    ///
    /// @throws BackendException if the host holds a character no host has
    public static OllamaHost parse(String text) {
        String rest = text.strip().replaceAll("^[\"']+|[\"']+$", "").strip();
        if (rest.isEmpty()) return DEFAULT;
        if (rest.equals("ollama.com")) return new OllamaHost("https", rest, 443, "");

        int schemeEnd = rest.indexOf("://");
        String scheme = schemeEnd < 0 ? "http" : rest.substring(0, schemeEnd).toLowerCase(Locale.ROOT);
        int defaultPort = schemeEnd < 0 ? DEFAULT_PORT : defaultPort(scheme);
        if (schemeEnd >= 0) rest = rest.substring(schemeEnd + 3);

        int pathStart = rest.indexOf('/');
        String path = pathStart < 0 ? "" : rest.substring(pathStart).replaceAll("/+$", "");
        return at(scheme, pathStart < 0 ? rest : rest.substring(0, pathStart), defaultPort, path);
    }

    /// Where a client reaches this: an address that means every interface becomes the loopback one.
    public URI uri() {
        String reachable = switch (host) {
            case "", "0.0.0.0" -> "127.0.0.1";
            case "localhost" -> scheme.equals("https") ? host : "127.0.0.1"; // which a certificate may not name
            case "::" -> "::1";
            default -> host;
        };
        return URI.create(scheme + "://" + bracketed(reachable) + ":" + port + path);
    }

    /// Whether a server at this address can only be reached from this machine.
    public boolean isLoopback() {
        if (host.equals("localhost")) return true;
        return !EVERYWHERE.contains(host)
                && isAddress(host)
                && InetAddress.ofLiteral(host).isLoopbackAddress();
    }

    public OllamaHost withPort(int port) {
        return new OllamaHost(scheme, host, port, path);
    }

    @Override
    public String toString() {
        return scheme + "://" + bracketed(host) + ":" + port + path;
    }

    private static OllamaHost at(String scheme, String hostAndPort, int defaultPort, String path) {
        String bare = hostAndPort.replaceAll("^\\[|]$", "");
        int colon = hostAndPort.lastIndexOf(':');
        boolean hasPort = colon >= 0 && !(bare.contains(":") && isAddress(bare));
        String host = hasPort ? hostAndPort.substring(0, colon).replaceAll("^\\[|]$", "") : bare;
        if (host.isEmpty() && !hasPort) host = DEFAULT.host; // http:// alone

        if (isAddress(host)) host = InetAddress.ofLiteral(host).getHostAddress();
        if (host.equals("0:0:0:0:0:0:0:0")) host = "::";
        if (host.equals("0:0:0:0:0:0:0:1")) host = "::1";
        if (!host.matches("[A-Za-z0-9_.:%-]*")) {
            throw BackendException.invalid("OLLAMA_HOST names the host \"" + host
                    + "\", which is none; expected for example 127.0.0.1:11434, [::1]:11434 or http://host:8080");
        }
        return new OllamaHost(
                scheme, host, hasPort ? port(hostAndPort.substring(colon + 1), defaultPort) : defaultPort, path);
    }

    private static int port(String text, int defaultPort) {
        return text.matches("\\d{1,5}") && Integer.parseInt(text) <= 65535 ? Integer.parseInt(text) : defaultPort;
    }

    private static int defaultPort(String scheme) {
        return switch (scheme) {
            case "http" -> 80;
            case "https" -> 443;
            default -> DEFAULT_PORT;
        };
    }

    private static boolean isAddress(String text) {
        if (!text.matches("[0-9.]+|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(%\\w+)?")) return false;
        try {
            InetAddress.ofLiteral(text);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static String bracketed(String host) {
        return host.contains(":") ? "[" + host + "]" : host;
    }
}
