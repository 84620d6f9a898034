package dev.chasqui.http;

import dev.chasqui.api.BackendException;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.ServerSSLOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.KeyManager;
import javax.net.ssl.X509KeyManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads [TlsFiles], and judges them before anybody is served with them. TLS 1.2 and 1.3, with ciphers that
/// encrypt and authenticate in one and keys that are forgotten after the connection.
final class Tls {

    private static final Logger LOG = LoggerFactory.getLogger(Tls.class);
    private static final int HANDSHAKE_SECONDS = 9;
    private static final long LONGEST_FILE = 1L << 20;

    private static final List<String> CIPHERS = List.of(
            "TLS_AES_128_GCM_SHA256",
            "TLS_AES_256_GCM_SHA384",
            "TLS_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

    private Tls() {}

    /// @throws BackendException if a file cannot be read, or they do not belong together; the message says which
    static ServerSSLOptions read(Vertx vertx, TlsFiles files) {
        PemKeyCertOptions own = new PemKeyCertOptions()
                .setCertValue(content("certificate", files.certificate()))
                .setKeyValue(content("private key", files.key()));
        examine(vertx, own, files);
        ServerSSLOptions options = new ServerSSLOptions()
                .setKeyCertOptions(own)
                .setUseAlpn(false) // only HTTP/1.1 is spoken
                .setEnabledSecureTransportProtocols(Set.of("TLSv1.2", "TLSv1.3"))
                .setSslHandshakeTimeout(HANDSHAKE_SECONDS)
                .setSslHandshakeTimeoutUnit(TimeUnit.SECONDS);
        CIPHERS.forEach(options::addEnabledCipherSuite);
        if (files.clientCa().isPresent()) {
            Path file = files.clientCa().get();
            PemTrustOptions trust = new PemTrustOptions().addCertValue(content("client CA", file));
            try {
                trust.getTrustManagerFactory(vertx);
            } catch (Exception e) {
                throw unusable("client CA", file, e);
            }
            options.setTrustOptions(trust).setClientAuth(ClientAuth.REQUIRED);
        }
        return options;
    }

    private static void examine(Vertx vertx, PemKeyCertOptions own, TlsFiles files) {
        X509KeyManager keys;
        try {
            keys = Stream.of(own.getKeyManagerFactory(vertx).getKeyManagers())
                    .filter(X509KeyManager.class::isInstance)
                    .map(KeyManager.class::cast)
                    .map(X509KeyManager.class::cast)
                    .findFirst()
                    .orElseThrow();
        } catch (Exception e) { // whatever a parser of PEM and DER may throw
            throw BackendException.failed(
                    "the TLS certificate " + files.certificate() + " and its key " + files.key()
                            + " cannot be used: " + e.getMessage()
                            + ". Expected PEM, the key as PKCS#8 without a password (openssl pkcs8 -topk8 -nodes)",
                    e);
        }
        for (String type : List.of("RSA", "EC", "EdDSA", "RSASSA-PSS")) {
            String[] aliases = keys.getServerAliases(type, null);
            if (aliases == null) continue;
            for (String alias : aliases) {
                X509Certificate certificate = keys.getCertificateChain(alias)[0];
                requireMatch(keys.getPrivateKey(alias), certificate, files);
                warn(certificate, files);
            }
        }
    }

    /// What the key signs, the certificate must confirm.
    private static void requireMatch(PrivateKey key, X509Certificate certificate, TlsFiles files) {
        Optional<String> algorithm = switch (key.getAlgorithm()) {
            case "RSA" -> Optional.of("SHA256withRSA");
            case "EC" -> Optional.of("SHA256withECDSA");
            case "EdDSA", "Ed25519" -> Optional.of("Ed25519");
            default -> Optional.empty();
        };
        if (algorithm.isEmpty()) return;
        boolean match;
        try {
            Signature signing = Signature.getInstance(algorithm.get());
            signing.initSign(key);
            byte[] signature = signing.sign();
            Signature checking = Signature.getInstance(algorithm.get());
            checking.initVerify(certificate.getPublicKey());
            match = checking.verify(signature);
        } catch (GeneralSecurityException e) {
            match = false; // keys of two kinds, for example
        }
        if (!match) {
            throw BackendException.invalid("the TLS key " + files.key() + " is not that of the certificate "
                    + files.certificate() + " (" + certificate.getSubjectX500Principal() + ")");
        }
    }

    private static void warn(X509Certificate certificate, TlsFiles files) {
        try {
            certificate.checkValidity();
        } catch (CertificateExpiredException e) {
            LOG.warn("the TLS certificate {} expired on {}", files.certificate(), certificate.getNotAfter());
        } catch (CertificateNotYetValidException e) {
            LOG.warn("the TLS certificate {} is valid from {} only", files.certificate(), certificate.getNotBefore());
        }
        try {
            if (Files.getPosixFilePermissions(files.key()).contains(PosixFilePermission.OTHERS_READ)) {
                LOG.warn("everybody on this machine can read the TLS key {}: chmod 600 {}", files.key(), files.key());
            }
        } catch (IOException | UnsupportedOperationException e) {
            // a file system without such permissions
        }
    }

    private static Buffer content(String what, Path file) {
        try {
            if (Files.size(file) > LONGEST_FILE) throw new IOException("it is longer than " + LONGEST_FILE + " bytes");
            return Buffer.buffer(Files.readAllBytes(file));
        } catch (NoSuchFileException e) {
            throw BackendException.failed("there is no TLS " + what + " at " + file, e);
        } catch (IOException e) {
            throw unusable(what, file, e);
        }
    }

    private static BackendException unusable(String what, Path file, Exception cause) {
        return BackendException.failed(
                "the TLS " + what + " " + file + " cannot be used: " + cause.getMessage(), cause);
    }
}
