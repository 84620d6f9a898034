package dev.chasqui.registry;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The way to a host, as `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` say it; in small letters, too. This machine
/// itself needs none.
public final class Proxies extends ProxySelector {

    private static final Logger LOG = LoggerFactory.getLogger(Proxies.class);

    private final Optional<InetSocketAddress> https;
    private final Optional<InetSocketAddress> http;
    private final List<String> without;

    private Proxies(Optional<InetSocketAddress> https, Optional<InetSocketAddress> http, List<String> without) {
        this.https = https;
        this.http = http;
        this.without = without;
    }

    public static Proxies fromEnvironment(Map<String, String> environment) {
        return new Proxies(
                address(environment, "HTTPS_PROXY"),
                address(environment, "HTTP_PROXY"),
                Stream.of(text(environment, "NO_PROXY").split(","))
                        .map(host -> host.strip().toLowerCase(Locale.ROOT).replaceFirst("^\\*?\\.", ""))
                        .filter(host -> !host.isEmpty())
                        .toList());
    }

    private static String text(Map<String, String> environment, String name) {
        String upper = environment.getOrDefault(name, "");
        return upper.isEmpty() ? environment.getOrDefault(name.toLowerCase(Locale.ROOT), "") : upper;
    }

    private static Optional<InetSocketAddress> address(Map<String, String> environment, String name) {
        String text = text(environment, name).strip();
        if (text.isEmpty()) return Optional.empty();
        try {
            URI uri = URI.create(text.contains("://") ? text : "http://" + text);
            if (uri.getHost() != null && uri.getRawUserInfo() == null) {
                int port = uri.getPort() >= 0 ? uri.getPort() : "https".equals(uri.getScheme()) ? 443 : 80;
                return Optional.of(InetSocketAddress.createUnresolved(uri.getHost(), port));
            }
        } catch (IllegalArgumentException e) {
            // said below
        }
        LOG.warn("{} is no http://host:port, without a user name, and is not used", name);
        return Optional.empty();
    }

    Optional<InetSocketAddress> to(URI uri) {
        String host = String.valueOf(uri.getHost()).toLowerCase(Locale.ROOT);
        if (isThisMachine(host) || without.stream().anyMatch(rule -> covers(rule, host, uri.getPort()))) {
            return Optional.empty();
        }
        return "https".equalsIgnoreCase(uri.getScheme()) ? https : http;
    }

    private static boolean isThisMachine(String host) {
        return host.equals("localhost") || host.startsWith("127.") || host.equals("[::1]");
    }

    private static boolean covers(String rule, String host, int port) {
        return rule.equals("*") || host.equals(rule) || (host + ":" + port).equals(rule) || host.endsWith("." + rule);
    }

    @Override
    public List<Proxy> select(URI uri) {
        return List.of(to(uri).map(address ->
                        new Proxy(Proxy.Type.HTTP, new InetSocketAddress(address.getHostString(), address.getPort())))
                .orElse(Proxy.NO_PROXY));
    }

    @Override
    public void connectFailed(URI uri, SocketAddress address, IOException why) {
        // The request itself fails, and says so.
    }
}
