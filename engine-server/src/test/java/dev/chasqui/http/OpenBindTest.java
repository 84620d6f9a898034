package dev.chasqui.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chasqui.api.Backend;
import dev.chasqui.api.BackendException;
import dev.chasqui.api.OllamaHost;
import dev.chasqui.keys.KeyFile;
import dev.chasqui.keys.Role;
import dev.chasqui.ollama.OllamaBackend;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A server that others than this machine can reach.
@Timeout(60)
class OpenBindTest {

    private static final Access OPEN =
            Access.DEFAULT.withAllowOpen(true).withHosts(List.of("models.example.com", "*.desk.example"));

    private final ScriptedBackend backend = new ScriptedBackend();

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0:0", ":0", "[::]:0", "192.0.2.1:0"})
    void isRefusedWithoutKeysAndSaysWhatToDo(String host) {
        assertThatThrownBy(() -> OllamaServer.start(backend, settings(host, Access.DEFAULT)))
                .isInstanceOf(BackendException.class)
                .hasMessageContainingAll(
                        "refusing to listen at", "chasqui key new", "CHASQUI_KEYS_FILE", "CHASQUI_ALLOW_OPEN=1");
    }

    @Test
    void startsWithKeysAndAsksForThem(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("keys");
        String key = new KeyFile(file).add(Role.INFER, "one", Optional.empty());
        try (OllamaServer server =
                OllamaServer.start(backend, settings("0.0.0.0:0", Access.DEFAULT.withKeysFile(file)))) {
            assertThat(tags(server, "127.0.0.1", "")).startsWith("HTTP/1.1 401");
            assertThat(tags(server, "127.0.0.1", "Authorization: Bearer " + key + "\r\n"))
                    .startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void ourClientSendsItsKeyToThisMachineAndNotInTheClearToAnother(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("keys");
        Map<String, String> key = Map.of("OLLAMA_API_KEY", new KeyFile(file).add(Role.INFER, "one", Optional.empty()));
        Optional<InetAddress> other = NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(address -> address instanceof Inet4Address && !address.isLoopbackAddress())
                .findFirst();
        try (OllamaServer server =
                OllamaServer.start(backend, settings("0.0.0.0:0", Access.DEFAULT.withKeysFile(file)))) {
            try (Backend here = OllamaBackend.connect(URI.create("http://127.0.0.1:" + server.port()), key)) {
                assertThat(here.models()).isNotEmpty();
            }
            Assumptions.assumeTrue(other.isPresent(), "no network");
            URI there = URI.create("http://" + other.get().getHostAddress() + ":" + server.port());
            try (Backend away = OllamaBackend.connect(there, key)) {
                assertThatThrownBy(away::models).hasMessageContainingAll("unauthorized", "not sent", "https://");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "localhost:11434,200",
        "127.0.0.1,200",
        "8.8.8.8:11434,200",
        "[2001:db8::1]:11434,200",
        "ollama,200",
        "chasqui_1:11434,200",
        "models.example.com,200",
        "MODELS.example.com:443,200",
        "a.desk.example,200",
        "a.b.desk.example,200",
        "host.docker.internal,200",
        "models.default.svc.cluster.local,200",
        "desk.example,403",
        "evil.example,403",
        "models.example.com.evil.example,403",
        "xdesk.example,403",
        "127.0.0.1.evil.example,403",
        "8.8.8.8.,403",
        "[::1,403",
        "a b,403"
    })
    void acceptsAddressesPlainNamesAndThoseItIsTold(String host, int status) throws Exception {
        try (OllamaServer server = OllamaServer.start(backend, settings("0.0.0.0:0", OPEN))) {
            assertThat(tags(server, host, "")).startsWith("HTTP/1.1 " + status);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "http://localhost:3000,200",
        "http://evil.example,403",
        "http://models.example.com,200",
        "null,403",
        "app://x,200"
    })
    void judgesPagesAsOnLoopback(String origin, int status) throws Exception {
        try (OllamaServer server = OllamaServer.start(backend, settings("0.0.0.0:0", OPEN))) {
            assertThat(tags(server, "models.example.com", "Origin: " + origin + "\r\n"))
                    .startsWith("HTTP/1.1 " + status);
        }
    }

    @Test
    void variablesAreReadOrRefusedByName() {
        ServerSettings settings = ServerSettings.fromEnvironment(Map.of(
                "CHASQUI_HOSTS", "a.example, *.b.example",
                "CHASQUI_ALLOW_OPEN", "1",
                "CHASQUI_PULL", "off",
                "CHASQUI_KEYS_FILE", "/k",
                "CHASQUI_MAX_CONNECTIONS", "7"));
        assertThat(settings.access())
                .isEqualTo(new Access(
                        List.of(), List.of("a.example", "*.b.example"), Optional.of(Path.of("/k")), true, false, true));
        assertThat(settings.limits().connections()).isEqualTo(7);
        assertThat(settings.limits().connectionsPerAddress()).isEqualTo(3);

        for (Map.Entry<String, String> wrong : Map.of(
                        "CHASQUI_HOSTS", "http://a",
                        "CHASQUI_PULL", "maybe",
                        "CHASQUI_ALLOW_OPEN", "x",
                        "CHASQUI_MAX_CONNECTIONS", "0",
                        "CHASQUI_MAX_CONNECTIONS_PER_ADDRESS", "-1",
                        "OLLAMA_TLS_CLIENT_CA", "x")
                .entrySet()) {
            assertThatThrownBy(() -> ServerSettings.fromEnvironment(Map.of(wrong.getKey(), wrong.getValue())))
                    .isInstanceOf(BackendException.class)
                    .hasMessageContaining(wrong.getKey().startsWith("OLLAMA_TLS") ? "OLLAMA_TLS" : wrong.getKey());
        }
    }

    private static ServerSettings settings(String host, Access access) {
        return ServerSettings.DEFAULT.withListen(OllamaHost.parse(host)).withAccess(access);
    }

    private static String tags(OllamaServer server, String host, String header) throws Exception {
        try (RawClient raw = new RawClient(server.port())) {
            return raw.send("GET /api/tags HTTP/1.1\r\nConnection: close\r\nHost: " + host + "\r\n" + header + "\r\n")
                    .readAll();
        }
    }
}
