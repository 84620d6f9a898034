package dev.chasqui.http;

import dev.chasqui.api.BackendException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Who may call, from where, and what for.
///
/// @param origins   web origins that may call beside Ollama's own list, each with at most one `*`
/// @param hosts     names of this server in `Host` beside those it knows, such as `models.example.com` or
///                  `*.example.com`; `*` for all
/// @param keysFile  of the keys, one of which each caller must have; empty for none
/// @param allowOpen whether a server that others can reach may start without keys and client certificates
/// @param pull      whether clients may bring models here
/// @param push      whether clients may send models away
public record Access(
        List<String> origins,
        List<String> hosts,
        Optional<Path> keysFile,
        boolean allowOpen,
        boolean pull,
        boolean push) {

    public static final Access DEFAULT = new Access(List.of(), List.of(), Optional.empty(), false, true, true);

    private static final Set<String> OFF = Set.of("0", "false", "f", "off", "no");
    private static final Set<String> ON = Set.of("1", "true", "t", "on", "yes");

    /// @throws BackendException if an origin or a host is malformed
    public Access {
        origins = List.copyOf(origins);
        hosts = hosts.stream().map(host -> host.toLowerCase(Locale.ROOT)).toList();
        origins.forEach(AccessRules::checkOriginPattern);
        hosts.forEach(AccessRules::checkHostPattern);
    }

    /// Reads `OLLAMA_ORIGINS`, `CHASQUI_HOSTS`, `CHASQUI_KEYS_FILE`, `CHASQUI_ALLOW_OPEN`, `CHASQUI_PULL` and
    /// `CHASQUI_PUSH`.
    static Access fromEnvironment(Map<String, String> environment) {
        String keys = environment.getOrDefault("CHASQUI_KEYS_FILE", "").strip();
        return new Access(
                list(environment, "OLLAMA_ORIGINS"),
                list(environment, "CHASQUI_HOSTS"),
                keys.isEmpty() ? Optional.empty() : Optional.of(Path.of(keys)),
                flag(environment, "CHASQUI_ALLOW_OPEN", false),
                flag(environment, "CHASQUI_PULL", true),
                flag(environment, "CHASQUI_PUSH", true));
    }

    public Access withOrigins(List<String> origins) {
        return new Access(origins, hosts, keysFile, allowOpen, pull, push);
    }

    public Access withHosts(List<String> hosts) {
        return new Access(origins, hosts, keysFile, allowOpen, pull, push);
    }

    public Access withKeysFile(Path keysFile) {
        return new Access(origins, hosts, Optional.of(keysFile), allowOpen, pull, push);
    }

    public Access withAllowOpen(boolean allowOpen) {
        return new Access(origins, hosts, keysFile, allowOpen, pull, push);
    }

    public Access withTransfers(boolean pull, boolean push) {
        return new Access(origins, hosts, keysFile, allowOpen, pull, push);
    }

    private static List<String> list(Map<String, String> environment, String name) {
        return Arrays.stream(environment.getOrDefault(name, "").split(","))
                .map(String::strip)
                .filter(entry -> !entry.isEmpty())
                .toList();
    }

    private static boolean flag(Map<String, String> environment, String name, boolean otherwise) {
        String value = environment.getOrDefault(name, "").strip().toLowerCase(Locale.ROOT);
        if (value.isEmpty()) return otherwise;
        if (ON.contains(value)) return true;
        if (OFF.contains(value)) return false;
        throw BackendException.invalid(name + " is \"" + value + "\"; expected on or off");
    }
}
