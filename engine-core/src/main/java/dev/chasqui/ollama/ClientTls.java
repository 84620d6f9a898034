package dev.chasqui.ollama;

import dev.chasqui.api.BackendException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/// How a client knows an `https` server, and how that knows the client, where the JDK's own ways are not meant. All
/// files are PEM.
final class ClientTls {

    private static final Pattern PKCS8 =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");
    private static final char[] NO_PASSWORD = {};

    private ClientTls() {}

    /// Reads `SSL_CERT_FILE` (authorities to trust, and no others, as Go's programs do) and
    /// `CHASQUI_CLIENT_CERTIFICATE` with `CHASQUI_CLIENT_KEY` (for a server that asks for a certificate).
    ///
    /// @return empty where none is set
    /// @throws BackendException if a file cannot be used; the message says which
    static Optional<SSLContext> context(Map<String, String> environment) {
        Optional<Path> trusted = path(environment, "SSL_CERT_FILE");
        Optional<Path> certificate = path(environment, "CHASQUI_CLIENT_CERTIFICATE");
        Optional<Path> key = path(environment, "CHASQUI_CLIENT_KEY");
        if (certificate.isPresent() != key.isPresent()) {
            throw BackendException.invalid(
                    "a client certificate needs its key: set CHASQUI_CLIENT_CERTIFICATE and CHASQUI_CLIENT_KEY");
        }
        if (trusted.isEmpty() && certificate.isEmpty()) return Optional.empty();
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(
                    certificate.isPresent() ? showing(certificate.get(), key.get()) : null,
                    trusted.isPresent() ? trusting(trusted.get()) : null,
                    null);
            return Optional.of(context);
        } catch (GeneralSecurityException | IOException e) {
            throw BackendException.failed("TLS cannot be set up: " + e.getMessage(), e);
        }
    }

    private static TrustManager[] trusting(Path file) throws GeneralSecurityException, IOException {
        KeyStore store = emptyStore();
        int count = 0;
        for (Certificate authority : certificates(file)) store.setCertificateEntry("ca" + count++, authority);
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        return trust.getTrustManagers();
    }

    private static KeyManager[] showing(Path certificate, Path key) throws GeneralSecurityException, IOException {
        KeyStore store = emptyStore();
        store.setKeyEntry(
                "own", privateKey(key), NO_PASSWORD, certificates(certificate).toArray(Certificate[]::new));
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, NO_PASSWORD);
        return keys.getKeyManagers();
    }

    private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, NO_PASSWORD);
        return store;
    }

    private static Collection<? extends Certificate> certificates(Path file) throws GeneralSecurityException {
        try (InputStream pem = Files.newInputStream(file)) {
            Collection<? extends Certificate> all =
                    CertificateFactory.getInstance("X.509").generateCertificates(pem);
            if (all.isEmpty()) throw unusable(file, "it holds no certificate", null);
            return all;
        } catch (IOException e) {
            throw unusable(file, e.toString(), e);
        }
    }

    private static PrivateKey privateKey(Path file) throws GeneralSecurityException {
        byte[] der;
        try {
            Matcher pem = PKCS8.matcher(Files.readString(file, StandardCharsets.ISO_8859_1));
            if (!pem.find()) {
                throw unusable(file, "expected PKCS#8 without a password (openssl pkcs8 -topk8 -nodes)", null);
            }
            der = Base64.getMimeDecoder().decode(pem.group(1));
        } catch (IOException e) {
            throw unusable(file, e.toString(), e);
        }
        for (String algorithm : List.of("RSA", "EC", "EdDSA")) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
            } catch (InvalidKeySpecException e) {
                // of another kind
            }
        }
        throw unusable(file, "expected a key for RSA, EC or EdDSA", null);
    }

    private static BackendException unusable(Path file, String why, @Nullable Exception cause) {
        String message = file + " cannot be used for TLS: " + why;
        return cause == null ? BackendException.invalid(message) : BackendException.failed(message, cause);
    }

    private static Optional<Path> path(Map<String, String> environment, String name) {
        String text = environment.getOrDefault(name, "").strip();
        return text.isEmpty() ? Optional.empty() : Optional.of(Path.of(text));
    }
}
