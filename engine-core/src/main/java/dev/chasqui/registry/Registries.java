package dev.chasqui.registry;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.ModelName;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/// All registries there are, as far as they may be spoken to. Costs nothing until one is.
public final class Registries {

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(15);

    private final RegistrySettings settings;
    private final Client proving = new Client(Registries::builder);
    private final Client believing = new Client(() -> builder().sslContext(believer()));

    public Registries(RegistrySettings settings) {
        this.settings = settings;
    }

    /// A model's place at the registry its name means.
    ///
    /// @param insecure allows `http`, and `https` without a proof of who answers
    /// @throws BackendException if that registry must not be asked; the message says why
    public Repository open(RemoteName remote, boolean insecure) {
        ModelName name = remote.name();
        if (settings.offline()) throw RegistrySettings.offlineRefusal("the registry of '" + name + "'");
        Optional<URI> mirror = remote.namesHost() ? Optional.empty() : settings.standard();
        URI registry = mirror.orElseGet(() -> address(remote.scheme().orElse("https"), name.host()));
        boolean http = registry.getScheme().equals("http");
        if (http && !insecure && mirror.isEmpty()) throw BackendException.invalid("insecure protocol http");
        String host = registry.getRawAuthority().toLowerCase(Locale.ROOT);
        if (!settings.allowed().isEmpty() && !settings.allowed().contains(host)) {
            throw BackendException.invalid("the registry " + host + " is not allowed here; CHASQUI_REGISTRIES allows "
                    + String.join(", ", settings.allowed().stream().sorted().toList()));
        }
        HttpClient client = (insecure ? believing : proving).get(settings);
        return new Repository(
                new Http(client, registry, insecure || http, settings.patience().stall()),
                registry,
                name,
                new Identity(settings.key(), new Logins(settings.logins())),
                settings);
    }

    private static URI address(String scheme, String host) {
        try {
            URI uri = URI.create(scheme + "://" + host);
            if (uri.getHost() != null && uri.getPort() <= 65_535) return uri;
        } catch (IllegalArgumentException e) {
            // said below
        }
        throw BackendException.invalid("invalid model name: \"" + host + "\" is no registry's host[:port]");
    }

    private static HttpClient.Builder builder() {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1) // a connection for each part
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(CONNECT_TIMEOUT);
    }

    /// A client of the JDK's has threads, so it is made when it is needed.
    private static final class Client {

        private final Supplier<HttpClient.Builder> builder;
        private @Nullable HttpClient made;

        Client(Supplier<HttpClient.Builder> builder) {
            this.builder = builder;
        }

        synchronized HttpClient get(RegistrySettings settings) {
            if (made == null) made = builder.get().proxy(settings.proxies()).build();
            return made;
        }
    }

    /// Believes whoever answers: what `insecure` asks for.
    private static SSLContext believer() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new Believer()}, new SecureRandom());
            return context;
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every Java has TLS", e);
        }
    }

    private static final class Believer extends X509ExtendedTrustManager {

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
