package dev.chasqui.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chasqui.api.Backend;
import dev.chasqui.api.BackendException;
import dev.chasqui.api.OllamaHost;
import dev.chasqui.ollama.OllamaBackend;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// HTTPS, with certificates made on the spot.
@Timeout(120)
class TlsTest {

    @TempDir
    static Path folder;

    private static TestCertificate first;
    private static TestCertificate second;
    private static TestCertificate client;

    private final ScriptedBackend backend = new ScriptedBackend();
    private Optional<OllamaServer> running = Optional.empty();

    @BeforeAll
    static void makeCertificates() throws Exception {
        first = TestCertificate.make(folder, "first", 30);
        second = TestCertificate.make(folder, "second", 30);
        client = TestCertificate.make(folder, "client", 30);
    }

    @AfterEach
    void stop() {
        running.ifPresent(OllamaServer::close);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void bothVersionsInUseAreSpokenWithCiphersOfToday(String version) throws Exception {
        OllamaServer server = start(new TlsFiles(first.certificate(), first.key(), Optional.empty()));
        assertThat(server.address().toString()).startsWith("https://");
        try (SSLSocket socket = connect(server.port())) {
            socket.setEnabledProtocols(new String[] {version});
            socket.startHandshake();

            assertThat(socket.getSession().getProtocol()).isEqualTo(version);
            assertThat(socket.getSession().getCipherSuite()).containsAnyOf("GCM", "CHACHA20");
            socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".getBytes());
            assertThat(new String(socket.getInputStream().readAllBytes())).startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void oldCiphersAreRefused() throws Exception {
        OllamaServer server = start(new TlsFiles(first.certificate(), first.key(), Optional.empty()));
        try (SSLSocket socket = connect(server.port())) {
            socket.setEnabledProtocols(new String[] {"TLSv1.2"});
            socket.setEnabledCipherSuites(new String[] {"TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256"});

            assertThatThrownBy(socket::startHandshake).isInstanceOf(IOException.class);
        }
    }

    @Test
    void ourClientTrustsTheAuthorityItIsToldAndNoOther() {
        OllamaServer server = start(new TlsFiles(first.certificate(), first.key(), Optional.empty()));

        assertThat(versionBy(server, Map.of("SSL_CERT_FILE", first.certificate().toString())))
                .isNotEmpty();
        assertThatThrownBy(() -> versionBy(
                        server, Map.of("SSL_CERT_FILE", second.certificate().toString())))
                .isInstanceOf(BackendException.class);
        assertThatThrownBy(() -> versionBy(server, Map.of())).isInstanceOf(BackendException.class);
    }

    @Test
    void whoMustShowACertificateIsServedWithItOnly() {
        OllamaServer server = start(new TlsFiles(first.certificate(), first.key(), Optional.of(client.certificate())));
        Map<String, String> environment =
                new HashMap<>(Map.of("SSL_CERT_FILE", first.certificate().toString()));

        assertThatThrownBy(() -> versionBy(server, environment)).isInstanceOf(BackendException.class);
        environment.put("CHASQUI_CLIENT_CERTIFICATE", second.certificate().toString());
        environment.put("CHASQUI_CLIENT_KEY", second.key().toString());
        assertThatThrownBy(() -> versionBy(server, environment)).isInstanceOf(BackendException.class);
        environment.put("CHASQUI_CLIENT_CERTIFICATE", client.certificate().toString());
        environment.put("CHASQUI_CLIENT_KEY", client.key().toString());
        assertThat(versionBy(server, environment)).isNotEmpty();
    }

    @Test
    void clientCertificatesGuardAnOpenListenerAndEncryptionAloneDoesNot() {
        TlsFiles guarded = new TlsFiles(first.certificate(), first.key(), Optional.of(client.certificate()));
        ServerSettings everywhere = ServerSettings.DEFAULT.withListen(OllamaHost.parse("0.0.0.0:0"));

        OllamaServer.start(backend, everywhere.withTls(guarded)).close();

        TlsFiles encrypted = new TlsFiles(first.certificate(), first.key(), Optional.empty());
        assertThatThrownBy(() -> OllamaServer.start(backend, everywhere.withTls(encrypted)))
                .hasMessageContaining("refusing to listen");
    }

    @Test
    void aNewCertificateIsTakenAndABrokenOneIsNot() throws Exception {
        Path certificate = Files.copy(first.certificate(), folder.resolve("live.crt"));
        Path key = Files.copy(first.key(), folder.resolve("live.key"));
        OllamaServer server = start(new TlsFiles(certificate, key, Optional.empty()));
        assertThat(shownBy(server)).isEqualTo("CN=first");

        Files.writeString(certificate, "nonsense");
        Thread.sleep(2_500); // it was looked at by then; nothing changes
        assertThat(shownBy(server)).isEqualTo("CN=first");

        Files.copy(second.certificate(), certificate, StandardCopyOption.REPLACE_EXISTING);
        Files.copy(second.key(), key, StandardCopyOption.REPLACE_EXISTING);
        String shown = "";
        for (long end = System.nanoTime() + 20_000_000_000L; System.nanoTime() < end; Thread.sleep(100)) {
            shown = shownBy(server);
            if (shown.equals("CN=second")) break;
        }
        assertThat(shown).isEqualTo("CN=second");
    }

    @Test
    void whatCannotBeUsedKeepsTheServerFromStarting() throws Exception {
        Path absent = folder.resolve("absent");
        Path broken = Files.writeString(folder.resolve("broken"), "-----BEGIN CERTIFICATE-----\nx\n");
        assertRefused(new TlsFiles(absent, first.key(), Optional.empty()), "no TLS certificate at", "absent");
        assertRefused(new TlsFiles(first.certificate(), absent, Optional.empty()), "no TLS private key at", "absent");
        assertRefused(
                new TlsFiles(first.certificate(), second.key(), Optional.empty()), "second.key", "is not that of");
        assertRefused(new TlsFiles(broken, first.key(), Optional.empty()), "broken", "cannot be used");
        assertRefused(
                new TlsFiles(first.certificate(), broken, Optional.empty()), "broken", "cannot be used", "PKCS#8");
        assertRefused(
                new TlsFiles(first.certificate(), first.key(), Optional.of(absent)), "no TLS client CA at", "absent");
        assertThatThrownBy(() -> TlsFiles.fromEnvironment(Map.of("OLLAMA_TLS_CERTIFICATE", "x")))
                .hasMessageContaining("OLLAMA_TLS_PRIVATE_KEY");
    }

    @Test
    void anExpiredCertificateIsServedWithAWarning() throws Exception {
        TestCertificate expired = TestCertificate.make(folder, "expired", -3);

        OllamaServer server = start(new TlsFiles(expired.certificate(), expired.key(), Optional.empty()));

        assertThat(shownBy(server)).isEqualTo("CN=expired");
    }

    @Test
    void plainHttpAndHalfAHandshakeAreHungUpOn() throws Exception {
        OllamaServer server = start(new TlsFiles(first.certificate(), first.key(), Optional.empty()));
        try (RawClient half = new RawClient(server.port());
                RawClient silent = new RawClient(server.port())) {
            half.socket.getOutputStream().write(new byte[] {0x16, 3, 1, 2, 0, 1, 0, 1});
            try (RawClient plain = new RawClient(server.port())) {
                assertThat(endOf(plain.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")))
                        .doesNotContain("200 OK");
            }
            assertThat(versionBy(
                            server, Map.of("SSL_CERT_FILE", first.certificate().toString())))
                    .isNotEmpty();
            assertThat(endOf(half)).doesNotContain("200 OK");
            assertThat(endOf(silent)).doesNotContain("200 OK");
        }
    }

    private void assertRefused(TlsFiles files, String... words) {
        assertThatThrownBy(() -> start(files))
                .isInstanceOf(BackendException.class)
                .hasMessageContainingAll(words);
    }

    private OllamaServer start(TlsFiles files) {
        OllamaServer server = OllamaServer.start(
                backend, ServerSettings.DEFAULT.withListen(OllamaHost.local(0)).withTls(files));
        running = Optional.of(server);
        return server;
    }

    private static String versionBy(OllamaServer server, Map<String, String> environment) {
        URI uri = URI.create("https://localhost:" + server.port());
        try (Backend there = OllamaBackend.connect(uri, environment)) {
            return there.version();
        }
    }

    private static String shownBy(OllamaServer server) throws Exception {
        try (SSLSocket socket = connect(server.port())) {
            socket.startHandshake();
            return ((X509Certificate) socket.getSession().getPeerCertificates()[0])
                    .getSubjectX500Principal()
                    .getName();
        }
    }

    /// What came until the server hung up, kindly or not.
    private static String endOf(RawClient raw) {
        try {
            return raw.readAll();
        } catch (java.net.SocketTimeoutException e) {
            throw new AssertionError("the connection is still open", e);
        } catch (IOException e) {
            return "";
        }
    }

    /// Trusts every certificate in the folder: a trusted one that signs itself may be expired.
    private static SSLSocket connect(int port) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        for (Path file : Files.list(folder)
                .filter(path -> path.toString().endsWith(".crt"))
                .toList()) {
            if (Files.size(file) < 100) continue;
            try (var in = Files.newInputStream(file)) {
                store.setCertificateEntry(
                        file.toString(), CertificateFactory.getInstance("X.509").generateCertificate(in));
            }
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port);
        socket.setSoTimeout(20_000);
        return socket;
    }
}
