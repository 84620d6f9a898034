package dev.chasqui.registry;

import dev.chasqui.api.BackendException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Which registries may be spoken to, and how.
///
/// @param standard where the models come from whose name has no registry; empty means Ollama's
/// @param offline  whether nothing is fetched or sent at all
/// @param allowed  hosts, with the port where there is one, in lower case; none allows every host
/// @param key      the key that registries know a user by: Ollama's own, made when one is asked for
/// @param logins   the file in which `docker login` keeps passwords
/// @param proxies  the way to them
/// @param patience how long they are waited for
/// @param plan     into which parts files are cut
public record RegistrySettings(
        Optional<URI> standard,
        boolean offline,
        Set<String> allowed,
        Path key,
        Path logins,
        Proxies proxies,
        Patience patience,
        PartPlan plan) {

    public RegistrySettings {
        allowed = Set.copyOf(allowed);
    }

    /// `CHASQUI_REGISTRY`, `CHASQUI_OFFLINE`, `CHASQUI_REGISTRIES`, `DOCKER_CONFIG`, `HTTPS_PROXY`,
    /// `HTTP_PROXY` and `NO_PROXY`.
    ///
    /// @throws BackendException if `CHASQUI_REGISTRY` is no registry's address
    public static RegistrySettings fromEnvironment(Map<String, String> environment) {
        Path home = Path.of(System.getProperty("user.home", "."));
        String docker = environment.getOrDefault("DOCKER_CONFIG", "");
        return new RegistrySettings(
                standard(text(environment, "CHASQUI_REGISTRY")),
                offline(environment),
                Stream.of(text(environment, "CHASQUI_REGISTRIES").split(","))
                        .map(host -> host.strip().toLowerCase(Locale.ROOT))
                        .filter(host -> !host.isEmpty())
                        .collect(Collectors.toSet()),
                home.resolve(".ollama").resolve("id_ed25519"),
                (docker.isEmpty() ? home.resolve(".docker") : Path.of(docker)).resolve("config.json"),
                Proxies.fromEnvironment(environment),
                Patience.DEFAULT,
                PartPlan.DEFAULT);
    }

    /// What `CHASQUI_OFFLINE` says: any text but `0`, `false`, `f` and `off` means yes.
    public static boolean offline(Map<String, String> environment) {
        return !Set.of("", "0", "false", "f", "off")
                .contains(text(environment, "CHASQUI_OFFLINE").toLowerCase(Locale.ROOT));
    }

    /// Why nothing comes from outside.
    public static BackendException offlineRefusal(String what) {
        return new BackendException(
                BackendException.Kind.UNREACHABLE,
                what + " needs the network, and CHASQUI_OFFLINE forbids that; unset it, or bring the file yourself: "
                        + "chasqui create NAME -f Modelfile");
    }

    private static Optional<URI> standard(String text) {
        if (text.isEmpty()) return Optional.empty();
        try {
            URI uri = new URI(text.contains("://") ? text : "https://" + text);
            String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
            boolean bare = uri.getRawUserInfo() == null
                    && uri.getRawQuery() == null
                    && Set.of("", "/").contains(uri.getRawPath());
            if (Set.of("http", "https").contains(scheme) && uri.getHost() != null && bare) {
                return Optional.of(URI.create(scheme + "://" + uri.getRawAuthority()));
            }
        } catch (URISyntaxException e) {
            // said below
        }
        throw BackendException.invalid("CHASQUI_REGISTRY is \"" + text + "\"; expected [http[s]://]host[:port]");
    }

    private static String text(Map<String, String> environment, String name) {
        return environment.getOrDefault(name, "").strip().replaceAll("^[\"']+|[\"']+$", "");
    }

    public RegistrySettings withStandard(URI standard) {
        return new RegistrySettings(Optional.of(standard), offline, allowed, key, logins, proxies, patience, plan);
    }

    public RegistrySettings withPatience(Patience patience) {
        return new RegistrySettings(standard, offline, allowed, key, logins, proxies, patience, plan);
    }

    public RegistrySettings withPlan(PartPlan plan) {
        return new RegistrySettings(standard, offline, allowed, key, logins, proxies, patience, plan);
    }

    /// @param key    see [#key()]
    /// @param logins see [#logins()]
    public RegistrySettings withIdentity(Path key, Path logins) {
        return new RegistrySettings(standard, offline, allowed, key, logins, proxies, patience, plan);
    }
}
