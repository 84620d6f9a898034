package dev.chasqui.http;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.OllamaHost;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// How the server listens and what it puts up with.
///
/// @param listen         address and port; `localhost` is both `127.0.0.1` and `::1`
/// @param origins        web origins that may call beside Ollama's own list, each with at most one `*`; as in
///                       `OLLAMA_ORIGINS`
/// @param maxBodyBytes   a longer request is refused with 413 before it is read; all requests that are being read
///                       may hold four times as much together
/// @param clientPatience how long a client may take between two bytes of a request, or of reading an answer
/// @param idleConnection how long a connection without a request stays open
/// @param drain          how long [OllamaServer#close] lets running answers finish
public record ServerSettings(
        OllamaHost listen,
        List<String> origins,
        long maxBodyBytes,
        Duration clientPatience,
        Duration idleConnection,
        Duration drain) {

    public static final ServerSettings DEFAULT = new ServerSettings(
            OllamaHost.DEFAULT,
            List.of(),
            64L << 20,
            Duration.ofSeconds(60),
            Duration.ofSeconds(120),
            Duration.ofSeconds(3));

    /// @throws BackendException if an origin is malformed or a limit is not above zero
    public ServerSettings {
        origins = List.copyOf(origins);
        origins.forEach(AccessRules::checkOriginPattern);
        if (maxBodyBytes <= 0 || maxBodyBytes > 1L << 30) {
            throw BackendException.invalid(
                    "the largest request body is " + maxBodyBytes + " bytes; expected between 1 and " + (1L << 30));
        }
    }

    /// Reads `OLLAMA_HOST` and `OLLAMA_ORIGINS`.
    public static ServerSettings fromEnvironment(Map<String, String> environment) {
        List<String> origins = Arrays.stream(
                        environment.getOrDefault("OLLAMA_ORIGINS", "").split(","))
                .map(String::strip)
                .filter(origin -> !origin.isEmpty())
                .toList();
        return DEFAULT.withListen(OllamaHost.fromEnvironment(environment)).withOrigins(origins);
    }

    public ServerSettings withListen(OllamaHost listen) {
        return new ServerSettings(listen, origins, maxBodyBytes, clientPatience, idleConnection, drain);
    }

    public ServerSettings withOrigins(List<String> origins) {
        return new ServerSettings(listen, origins, maxBodyBytes, clientPatience, idleConnection, drain);
    }

    public ServerSettings withMaxBodyBytes(long maxBodyBytes) {
        return new ServerSettings(listen, origins, maxBodyBytes, clientPatience, idleConnection, drain);
    }

    public ServerSettings withClientPatience(Duration clientPatience) {
        return new ServerSettings(listen, origins, maxBodyBytes, clientPatience, idleConnection, drain);
    }

    public ServerSettings withIdleConnection(Duration idleConnection) {
        return new ServerSettings(listen, origins, maxBodyBytes, clientPatience, idleConnection, drain);
    }
}
