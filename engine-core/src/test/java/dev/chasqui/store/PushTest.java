package dev.chasqui.store;

import static dev.chasqui.registry.ScriptedRegistry.reply;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.BackendException.Kind;
import dev.chasqui.api.Digest;
import dev.chasqui.api.ModelName;
import dev.chasqui.api.ProgressLine;
import dev.chasqui.registry.RemoteName;
import dev.chasqui.registry.ScriptedRegistry;
import dev.chasqui.registry.ScriptedRegistry.Answer;
import dev.chasqui.registry.ScriptedRegistry.Request;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Pushes to a registry of Ollama's kind, which sends each part on to a store elsewhere. For Docker's see
/// `DockerRegistryTest` in the engine's room.
@Timeout(30)
class PushTest {

    private static final RemoteName NAME = RemoteName.parse("me/tiny");
    private static final byte[] WEIGHTS = PullTest.weights(6);
    private static final Digest DIGEST = Digest.of(WEIGHTS);

    @TempDir
    Path folder;

    private ScriptedRegistry registry;
    private ModelStore store;
    private RemoteModels models;
    private final List<ProgressLine> lines = new ArrayList<>();
    private final ByteArrayOutputStream kept = new ByteArrayOutputStream();

    @BeforeEach
    void start() throws IOException {
        registry = new ScriptedRegistry();
        registry.put("me/tiny", PullTest.CONFIG, WEIGHTS);
        store = ModelStore.at(folder.resolve("models"));
        models = new RemoteModels(store, registry.settings(folder));
        models.pull(NAME, false, line -> {});
        registry.forgetRequests();
    }

    @AfterEach
    void stop() throws IOException {
        registry.close();
    }

    /// Whatever it is asked: it has the config, and takes everything else.
    private Optional<Answer> takes(Request request) {
        String path = request.path();
        if (request.verb().equals("HEAD")) {
            return Optional.of(reply(request.isFor(DIGEST.hex()) ? 404 : 200, ""));
        }
        if (request.verb().equals("POST")) return Optional.of(reply(202, "Location: /upload/0?state=a\r\n"));
        if (request.verb().equals("PATCH")) {
            int next = Integer.parseInt(path.replaceAll("\\D", "")) + 1;
            return Optional.of(reply(
                    307,
                    "Location: " + registry.uri() + "/bucket" + path + "\r\nDocker-Upload-Location: /upload/" + next
                            + "?state=a\r\n"));
        }
        if (path.startsWith("/bucket/")) kept.writeBytes(request.body());
        return Optional.of(reply(201, ""));
    }

    @Test
    void aFileGoesInPartsToWhereTheRegistrySendsThem() throws Exception {
        registry.script(this::takes);

        models.push(NAME, false, lines::add);

        assertThat(kept.toByteArray()).isEqualTo(WEIGHTS);
        assertThat(lines.stream().map(ProgressLine::status).distinct())
                .containsExactly(
                        "retrieving manifest",
                        "pushing " + DIGEST.hex().substring(0, 12),
                        "pushing " + Digest.of(PullTest.CONFIG).hex().substring(0, 12),
                        "pushing manifest",
                        "success");
        List<Request> patches = registry.requests().stream()
                .filter(request -> request.verb().equals("PATCH"))
                .toList();
        assertThat(patches.stream().map(request -> request.header("Content-Range")))
                .containsExactly("0-49999", "50000-99999", "100000-149999", "150000-199999");
        assertThat(patches)
                .allMatch(request -> request.header("X-Redirect-Uploads").equals("1"));
        assertThat(registry.requests())
                .filteredOn(request -> request.verb().equals("PUT") && request.isFor("digest="))
                .singleElement()
                .satisfies(commit -> assertThat(commit.target())
                        .isEqualTo("/upload/4?state=a&digest=sha256%3A" + DIGEST.hex() + "&etag=" + etag()));
        Request last = registry.requests().getLast();
        assertThat(last.verb() + " " + last.target()).isEqualTo("PUT /v2/me/tiny/manifests/latest");
        assertThat(last.body()).isEqualTo(store.published(NAME.name()).json());
    }

    /// Ollama's: the MD5 of the parts' MD5s, and how many there are.
    private static String etag() throws Exception {
        MessageDigest all = MessageDigest.getInstance("MD5");
        for (int part = 0; part < 4; part++) {
            MessageDigest one = MessageDigest.getInstance("MD5");
            one.update(WEIGHTS, part * 50_000, 50_000);
            all.update(one.digest());
        }
        return HexFormat.of().formatHex(all.digest()) + "-4";
    }

    @Test
    void whatBreaksOffBeginsAnew() {
        AtomicInteger patches = new AtomicInteger();
        registry.script(request -> {
            if (request.verb().equals("POST")) kept.reset();
            boolean broken = request.verb().equals("PATCH") && patches.incrementAndGet() == 3;
            return broken ? Optional.of(reply(500, "")) : takes(request);
        });

        models.push(NAME, false, lines::add);

        assertThat(kept.toByteArray()).isEqualTo(WEIGHTS);
        assertThat(patches.get()).isEqualTo(3 + 4);
    }

    @Test
    void aRegistryThatTakesNothingIsNamedWithItsWords() {
        registry.script(request -> request.verb().equals("HEAD")
                ? Optional.of(reply(404, ""))
                : Optional.of(reply(403, "", "{\"errors\":[{\"message\":\"push access denied\"}]}".getBytes())));

        assertThatThrownBy(() -> models.push(NAME, false, lines::add))
                .isInstanceOf(BackendException.class)
                .hasMessageContaining("answers 403: push access denied");
        assertThat(lines.getLast().status()).startsWith("pushing ");
    }

    /// Neither by a redirect nor by the place it names for an upload.
    @ParameterizedTest
    @CsvSource({"POST, 202", "PATCH, 307", "PATCH, 202"})
    void aPublicRegistryDoesNotMakeUsSendToAPrivateAddress(String verb, int status) {
        registry.script(request -> request.verb().equals(verb)
                ? Optional.of(reply(status, "Location: http://169.254.169.254/x\r\n"))
                : takes(request));
        RemoteModels outside =
                new RemoteModels(store, ScriptedRegistry.settings(folder, Map.of("HTTP_PROXY", registry.uri())));
        ModelName copy = RemoteName.parse("203.0.113.7/me/tiny").name();
        store.copy(NAME.name(), copy);

        assertThatThrownBy(() -> outside.push(RemoteName.parse("http://203.0.113.7/me/tiny"), true, lines::add))
                .hasMessageContaining("that is a private address");
        assertThat(registry.requests()).noneMatch(request -> request.target().contains("169.254"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"library/base", "base:latest"})
    void aFileTheRegistryHasInAnotherRepositoryIsNotSent(String base) throws IOException {
        String json = new String(store.published(NAME.name()).json());
        String from =
                json.replace("\"size\":" + WEIGHTS.length, "\"size\":" + WEIGHTS.length + ",\"from\":\"" + base + "\"");
        assertThat(from).isNotEqualTo(json);
        Files.writeString(store.root().resolve("manifests/registry.ollama.ai/me/tiny/latest"), from);
        registry.script(request -> request.verb().equals("POST") && request.isFor("?mount=")
                ? Optional.of(reply(201, ""))
                : takes(request));

        models.push(NAME, false, lines::add);

        assertThat(registry.requests())
                .anyMatch(request -> request.target()
                        .equals("/v2/me/tiny/blobs/uploads/?mount=sha256%3A" + DIGEST.hex() + "&from=library%2Fbase"));
        assertThat(kept.size()).isZero();
    }

    @Test
    void aModelThatIsNotHereOrNotWholeIsNotSent() throws IOException {
        assertThatThrownBy(() -> models.push(RemoteName.parse("me/nothing"), false, lines::add))
                .isInstanceOfSatisfying(
                        BackendException.class, e -> assertThat(e.kind()).isEqualTo(Kind.NOT_FOUND))
                .hasMessage("model 'me/nothing:latest' not found");
        Files.delete(store.get(NAME.name()).weights());
        assertThatThrownBy(() -> models.push(NAME, false, lines::add)).hasMessageContaining("is missing");
        assertThat(registry.requests()).isEmpty();
    }

    @Test
    void offlineNothingIsSent() {
        RemoteModels offline =
                new RemoteModels(store, ScriptedRegistry.settings(folder, Map.of("CHASQUI_OFFLINE", "1")));

        assertThatThrownBy(() -> offline.push(NAME, false, lines::add)).hasMessageContaining("CHASQUI_OFFLINE");
    }

    @Test
    void anInterruptEndsAPush() throws Exception {
        registry.script(
                request -> request.verb().equals("PATCH") ? Optional.of(out -> Thread.sleep(20_000)) : takes(request));
        Thread pushing = Thread.ofPlatform()
                .start(() -> assertThatThrownBy(() -> models.push(NAME, false, lines::add))
                        .isInstanceOfSatisfying(
                                BackendException.class,
                                e -> assertThat(e.kind()).isEqualTo(Kind.CANCELLED)));
        while (registry.requests().stream().noneMatch(request -> request.verb().equals("PATCH"))) Thread.onSpinWait();

        pushing.interrupt();
        pushing.join();

        for (Thread left : Thread.getAllStackTraces().keySet()) {
            if (left.getName().equals("chasqui-push"))
                assertThat(left.join(Duration.ofSeconds(5))).as("it ends").isTrue();
        }
    }
}
