package dev.chasqui.http;

import dev.chasqui.api.BackendException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// The PEM files of an encrypted server. They are read again when they change.
///
/// @param certificate the server's, then those up to its root
/// @param key         its private key: PKCS#8, or PKCS#1 for RSA, without a password
/// @param clientCa    of those whose certificates clients must show; empty if they need none
public record TlsFiles(Path certificate, Path key, Optional<Path> clientCa) {

    /// Reads `OLLAMA_TLS_CERTIFICATE`, `OLLAMA_TLS_PRIVATE_KEY` and `OLLAMA_TLS_CLIENT_CA`.
    static Optional<TlsFiles> fromEnvironment(Map<String, String> environment) {
        return of(
                path(environment, "OLLAMA_TLS_CERTIFICATE"),
                path(environment, "OLLAMA_TLS_PRIVATE_KEY"),
                path(environment, "OLLAMA_TLS_CLIENT_CA"));
    }

    /// @return nothing where nothing is given
    /// @throws BackendException if only some of what is needed is given
    public static Optional<TlsFiles> of(Optional<Path> certificate, Optional<Path> key, Optional<Path> clientCa) {
        if (certificate.isEmpty() && key.isEmpty() && clientCa.isEmpty()) return Optional.empty();
        if (certificate.isEmpty() || key.isEmpty()) {
            throw BackendException.invalid("TLS needs a certificate and its key: set OLLAMA_TLS_CERTIFICATE and"
                    + " OLLAMA_TLS_PRIVATE_KEY, or --tls-cert and --tls-key");
        }
        return Optional.of(new TlsFiles(certificate.get(), key.get(), clientCa));
    }

    Stream<Path> all() {
        return Stream.concat(Stream.of(certificate, key), clientCa.stream());
    }

    private static Optional<Path> path(Map<String, String> environment, String name) {
        String text = environment.getOrDefault(name, "").strip();
        return text.isEmpty() ? Optional.empty() : Optional.of(Path.of(text));
    }
}
