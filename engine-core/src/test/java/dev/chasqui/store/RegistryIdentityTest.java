package dev.chasqui.store;

import static dev.chasqui.registry.ScriptedRegistry.reply;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.BackendException.Kind;
import dev.chasqui.api.Progress;
import dev.chasqui.registry.RemoteName;
import dev.chasqui.registry.ScriptedRegistry;
import dev.chasqui.registry.ScriptedRegistry.Answer;
import dev.chasqui.registry.ScriptedRegistry.Request;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import javax.net.ServerSocketFactory;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Who we are to a registry, and who it is to us.
@Timeout(30)
class RegistryIdentityTest {

    private static final RemoteName NAME = RemoteName.parse("me/tiny");
    private static final byte[] WEIGHTS = PullTest.weights(5);
    private static final String SHA256_OF_NOTHING = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    @TempDir
    Path folder;

    @Test
    void aSignatureByTheUsersKeyBuysATokenAndTheTokenTheModel() throws Exception {
        try (ScriptedRegistry registry = registry()) {
            registry.script(request -> asksFor(request, "Bearer abc.def", registry));

            models(registry).pull(NAME, false, Progress.NONE);

            assertThat(store().list()).hasSize(1);
            List<Request> tokens = registry.requests().stream()
                    .filter(request -> request.isFor("/token"))
                    .toList();
            assertThat(tokens)
                    .as("one for all requests but those that were under way")
                    .isNotEmpty();
            for (Request token : tokens) {
                assertThat(signed(token, registry)).isTrue();
                String query = URLDecoder.decode(URI.create(token.target()).getRawQuery(), StandardCharsets.UTF_8);
                assertThat(query)
                        .contains("service=ollama.example")
                        .contains("scope=repository:me/tiny:pull&scope=again")
                        .containsPattern("ts=\\d{10}")
                        .containsPattern("nonce=[A-Za-z0-9_-]{22}&");
            }
        }
    }

    private static Optional<Answer> asksFor(Request request, String proof, ScriptedRegistry registry) {
        if (request.isFor("/token")) return Optional.of(reply(200, "", "{\"token\":\"abc.def\"}".getBytes()));
        if (request.header("Authorization").equals(proof)) return Optional.empty();
        return Optional.of(reply(
                401,
                "WWW-Authenticate: Bearer realm=\"" + registry.uri()
                        + "/token\",service=\"ollama.example\",scope=\"repository:me/tiny:pull again\"\r\n"));
    }

    /// As Ollama's registry checks it: over verb, address and the body's hash.
    private static boolean signed(Request token, ScriptedRegistry registry) throws Exception {
        String[] proof = token.header("Authorization").split(":");
        byte[] blob = Base64.getDecoder().decode(proof[0]);
        byte[] bare = Arrays.copyOfRange(blob, blob.length - 32, blob.length);
        byte[] x509 = HexFormat.of()
                .parseHex("302a300506032b6570032100" + HexFormat.of().formatHex(bare));
        PublicKey key = KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(x509));
        String text = "GET," + registry.uri() + token.target() + ","
                + Base64.getEncoder().encodeToString(SHA256_OF_NOTHING.getBytes(StandardCharsets.US_ASCII));
        Signature signature = Signature.getInstance("Ed25519");
        signature.initVerify(key);
        signature.update(text.getBytes(StandardCharsets.UTF_8));
        return signature.verify(Base64.getDecoder().decode(proof[1]));
    }

    @Test
    void aLoginOfDockersIsUsedAtItsOwnRegistry() throws Exception {
        try (ScriptedRegistry registry = registry();
                ScriptedRegistry other = registry()) {
            Files.writeString(
                    folder.resolve("config.json"),
                    "{\"auths\":{\"" + registry.host() + "\":{\"auth\":\"bWU6c2VjcmV0\"}}}");
            for (ScriptedRegistry each : List.of(registry, other)) {
                each.script(request -> request.header("Authorization").equals("Basic bWU6c2VjcmV0")
                        ? Optional.empty()
                        : Optional.of(reply(401, "WWW-Authenticate: Basic realm=\"here\"\r\n")));
            }

            models(registry).pull(NAME, false, Progress.NONE);

            assertThat(store().list()).hasSize(1);
            assertThatThrownBy(() -> models(other).pull(NAME, false, Progress.NONE))
                    .hasMessageContaining("docker login " + other.host());
            assertThat(other.requests())
                    .allMatch(request -> request.header("Authorization").isEmpty());
            assertThat(folder.resolve("keys")).as("no key was needed").doesNotExist();
        }
    }

    @Test
    void aTokenThatIsNotAcceptedIsNotAskedForAgainAndAgain() throws Exception {
        try (ScriptedRegistry registry = registry()) {
            registry.script(request -> asksFor(request, "Bearer another", registry));

            assertThatThrownBy(() -> models(registry).pull(NAME, false, Progress.NONE))
                    .hasMessageContaining("answers 401");

            assertThat(registry.requests()).hasSize(3);
        }
    }

    @Test
    void aTokenThatIsNoneIsRefused() throws Exception {
        try (ScriptedRegistry registry = registry()) {
            for (String json : List.of("{}", "no JSON", "{\"token\":\"a\\r\\nX: y\"}", "{\"token\":7}")) {
                registry.script(request -> request.isFor("/token")
                        ? Optional.of(reply(200, "", json.getBytes()))
                        : asksFor(request, "Bearer another", registry));

                assertThatThrownBy(() -> models(registry).pull(NAME, false, Progress.NONE))
                        .as(json)
                        .isInstanceOf(BackendException.class);
            }
            assertThat(store().list()).isEmpty();
        }
    }

    @Test
    void aRegistryThatDoesNotProveWhoItIsNeedsInsecure() throws Exception {
        try (ScriptedRegistry registry = new ScriptedRegistry(selfSigned(), "https")) {
            registry.put("me/tiny", PullTest.CONFIG, WEIGHTS);
            RemoteModels models = models(registry);

            assertThatThrownBy(() -> models.pull(NAME, false, Progress.NONE))
                    .isInstanceOfSatisfying(
                            BackendException.class, e -> assertThat(e.kind()).isEqualTo(Kind.UNREACHABLE))
                    .hasMessageContaining(registry.host() + " does not prove who it is")
                    .hasMessageContaining("insecure");
            assertThat(registry.requests()).isEmpty();

            models.pull(NAME, true, Progress.NONE);
            assertThat(store().get(NAME.name()).weights()).hasBinaryContent(WEIGHTS);
        }
    }

    private ModelStore store() {
        return ModelStore.at(folder.resolve("models"));
    }

    private RemoteModels models(ScriptedRegistry registry) {
        return new RemoteModels(store(), registry.settings(folder));
    }

    private static ScriptedRegistry registry() throws IOException {
        ScriptedRegistry registry = new ScriptedRegistry();
        registry.put("me/tiny", PullTest.CONFIG, WEIGHTS);
        return registry;
    }

    /// A certificate nobody vouches for, for another name at that.
    private ServerSocketFactory selfSigned() throws Exception {
        Path file = folder.resolve("server.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=somebody.example",
                        "-alias",
                        "a",
                        "-keystore",
                        file.toString(),
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        "secret")
                .redirectErrorStream(true)
                .start();
        String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(keytool.waitFor()).as(said).isZero();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            keys.load(in, "secret".toCharArray());
        }
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, "secret".toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        return context.getServerSocketFactory();
    }
}
