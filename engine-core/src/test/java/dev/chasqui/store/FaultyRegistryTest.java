package dev.chasqui.store;

import static dev.chasqui.registry.ScriptedRegistry.head;
import static dev.chasqui.registry.ScriptedRegistry.layer;
import static dev.chasqui.registry.ScriptedRegistry.reply;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chasqui.api.BackendException;
import dev.chasqui.api.BackendException.Kind;
import dev.chasqui.api.Digest;
import dev.chasqui.api.Progress;
import dev.chasqui.gguf.TinyGguf;
import dev.chasqui.registry.Patience;
import dev.chasqui.registry.RemoteName;
import dev.chasqui.registry.ScriptedRegistry;
import dev.chasqui.registry.ScriptedRegistry.Answer;
import dev.chasqui.registry.ScriptedRegistry.Request;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/// A registry that does everything wrong: each time a clear error or a recovery, and the store as it was.
/// Beside it the store has a model, which must stay.
@Timeout(30)
class FaultyRegistryTest {

    private static final RemoteName NAME = RemoteName.parse("me/tiny");
    private static final byte[] WEIGHTS = PullTest.weights(3);
    private static final String DIGEST = Digest.of(WEIGHTS).toString();

    @TempDir
    Path folder;

    private ScriptedRegistry registry;
    private ModelStore store;
    private RemoteModels models;
    private Map<String, Digest> before;

    @BeforeEach
    void start() throws IOException {
        registry = new ScriptedRegistry();
        store = ModelStore.at(folder.resolve("models"));
        models = new RemoteModels(store, registry.settings(folder));
        registry.put("me/tiny", PullTest.CONFIG, WEIGHTS);
        TinyGguf.llama().seed(8).write(folder.resolve("kept.gguf"));
        store.create(RemoteName.parse("kept").name(), Modelfile.parse("FROM kept.gguf"), folder, Progress.NONE);
        before = files();
    }

    @AfterEach
    void stop() throws IOException {
        registry.close();
    }

    /// What a registry may do with the model's weights that trying again does not help against.
    static Stream<Arguments> lasting() {
        return Stream.of(
                fault("200 bytes fewer", "comes with 199800 bytes", r -> reply(200, "", new byte[199_800])),
                fault("more bytes", "comes with 300000 bytes", r -> reply(200, "", new byte[300_000])),
                fault("more bytes, unannounced", "has more bytes than the 200000", ranged((first, last) -> out -> {
                    head(out, 206, contentRange(first, last, 200_000));
                    out.write(new byte[last - first + 2]);
                })),
                fault(
                        "other bytes",
                        "digest mismatch, file must be downloaded again: want " + DIGEST,
                        ranged((first, last) ->
                                reply(206, contentRange(first, last, 200_000), new byte[last - first + 1]))),
                fault(
                        "another range",
                        "1-",
                        ranged((first, last) ->
                                reply(206, contentRange(first + 1, last + 1, 200_000), new byte[last - first + 1]))),
                fault(
                        "a range of another file",
                        "comes with the range",
                        ranged((first, last) ->
                                reply(206, contentRange(first, last, 200_001), new byte[last - first + 1]))),
                fault("206 without a range", "comes with the range \"\"", r -> reply(206, "", new byte[50_000])),
                fault("416", "has no bytes", r -> reply(416, "Content-Range: bytes */10\r\n")),
                fault(
                        "packed bytes",
                        "sends its answer packed (gzip)",
                        ranged((first, last) -> reply(
                                206,
                                "Content-Encoding: gzip\r\n" + contentRange(first, last, 200_000),
                                gzip(new byte[1000])))),
                fault("403", "answers 403: not for you", r -> reply(403, "", "not for you".getBytes())),
                fault(
                        "404 with the protocol's words",
                        "answers 404: blob unknown to registry",
                        r -> reply(
                                404,
                                "",
                                "{\"errors\":[{\"code\":\"BLOB_UNKNOWN\",\"message\":\"blob unknown to registry\"}]}"
                                        .getBytes())),
                fault(
                        "redirects in a circle",
                        "more than 10 redirects",
                        r -> reply(307, "Location: " + r.path() + "\r\n")),
                fault(
                        "a redirect to a file",
                        "only https will do",
                        r -> reply(307, "Location: file:///etc/passwd\r\n")),
                fault("a redirect to nowhere", "that is no address", r -> reply(307, "")),
                fault("a redirect to no address", "that is no address", r -> reply(302, "Location: http://a b/\r\n")),
                fault("429 for an hour", "wants to be left alone for 3600 s", r -> reply(429, "Retry-After: 3600\r\n")),
                fault("401 without a question", "in a way nobody here knows", r -> reply(401, "")),
                fault(
                        "401 with a password's question",
                        "docker login",
                        r -> reply(401, "WWW-Authenticate: Basic realm=\"here\"\r\n")),
                fault(
                        "a realm that is no address",
                        "no address",
                        r -> reply(401, "WWW-Authenticate: Bearer realm=\"::\"\r\n")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("lasting")
    void whatIsWrongIsSaidAndNotKept(String name, String words, Function<Request, Answer> fault) throws IOException {
        registry.script(request -> request.isFor(DIGEST) ? Optional.of(fault.apply(request)) : Optional.empty());

        assertThatThrownBy(() -> models.pull(NAME, false, Progress.NONE))
                .isInstanceOf(BackendException.class)
                .hasMessageContaining(words);

        assertOnlyWholeFilesCame();
        registry.script(request -> Optional.empty());
        models.pull(NAME, false, Progress.NONE);
        assertThat(store.get(NAME.name()).weights()).hasBinaryContent(WEIGHTS);
    }

    /// What passes, if one asks again.
    static Stream<Arguments> passing() {
        return Stream.of(
                fault("500, twice", r -> reply(500, "")),
                fault("503 with a wait", r -> reply(503, "Retry-After: 0\r\n")),
                fault("429 with a wait", r -> reply(429, "Retry-After: 1\r\n")),
                fault("429 with a moment that was", r -> reply(429, "Retry-After: Wed, 21 Oct 2015 07:28:00 GMT\r\n")),
                fault("no answer at all", r -> out -> {}),
                fault("half a head", r -> out -> out.write("HTTP/1.1 20".getBytes())),
                fault("no HTTP", r -> out -> out.write("220 mail.example ESMTP\r\n\r\n".getBytes())),
                fault("a body that breaks off", ranged((first, last) -> out -> {
                    head(
                            out,
                            206,
                            contentRange(first, last, 200_000) + "Content-Length: " + (last - first + 1) + "\r\n");
                    out.write(WEIGHTS, first, 1000);
                })),
                fault("a body that ends too soon", ranged((first, last) -> out -> {
                    head(out, 206, contentRange(first, last, 200_000));
                    out.write(WEIGHTS, first, 1000);
                })));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("passing")
    void whatPassesIsWaitedOut(String name, Function<Request, Answer> fault) throws IOException {
        registry.script(once(fault));

        models.pull(NAME, false, Progress.NONE);

        assertThat(store.get(NAME.name()).weights()).hasBinaryContent(WEIGHTS);
    }

    @Test
    void whoStandsStillIsAskedAgain() throws IOException {
        registry.script(once(ranged((first, last) -> out -> {
            if (first % 100_000 == 0) { // of the others not even a head comes
                head(out, 206, contentRange(first, last, 200_000));
                out.write(WEIGHTS, first, 1000);
                out.flush();
            }
            Thread.sleep(2_000);
        })));

        impatient(6).pull(NAME, false, Progress.NONE);

        assertThat(store.get(NAME.name()).weights()).hasBinaryContent(WEIGHTS);
    }

    private RemoteModels impatient(int tries) {
        Patience patience = new Patience(Duration.ofMillis(400), tries, Duration.ofMillis(4));
        return new RemoteModels(store, registry.settings(folder).withPatience(patience));
    }

    /// Each part of the weights is answered wrongly the first time.
    private static Function<Request, Optional<Answer>> once(Function<Request, Answer> fault) {
        Set<String> seen = ConcurrentHashMap.newKeySet();
        return request -> {
            String end = request.header("Range").replaceFirst(".*-", "");
            return request.isFor(DIGEST) && seen.add(end) ? Optional.of(fault.apply(request)) : Optional.empty();
        };
    }

    @ParameterizedTest
    @CsvSource({"500, 'answers 500, 3 times'", "stall, said nothing for 0.4 s"})
    void whatDoesNotPassIsGivenUpAfterItsTries(String fault, String words) throws IOException {
        registry.script(request -> request.isFor(DIGEST)
                ? Optional.of(fault.equals("500") ? reply(500, "") : out -> Thread.sleep(1_000))
                : Optional.empty());

        assertThatThrownBy(() -> impatient(3).pull(NAME, false, Progress.NONE))
                .isInstanceOf(BackendException.class)
                .hasMessageContaining(words);

        assertOnlyWholeFilesCame();
    }

    @Test
    void aRegistryThatKnowsNoRangesSendsTheWhole() throws IOException {
        AtomicInteger wholes = new AtomicInteger();
        registry.script(request -> {
            if (!request.isFor(DIGEST)) return Optional.empty();
            wholes.incrementAndGet();
            return Optional.of(reply(200, "", WEIGHTS));
        });

        models.pull(NAME, false, Progress.NONE);

        assertThat(store.get(NAME.name()).weights()).hasBinaryContent(WEIGHTS);
        assertThat(wholes.get()).isLessThanOrEqualTo(5);
    }

    /// What a manifest may be that is none.
    static Stream<Arguments> manifests() {
        String config = layer("c", Digest.of(PullTest.CONFIG).toString(), PullTest.CONFIG.length);
        String weights = layer("m", DIGEST, WEIGHTS.length);
        return Stream.of(
                manifest("", "it is not a JSON object"),
                manifest("<html>", "it is not JSON"),
                manifest("[]", "it is not a JSON object"),
                manifest("{}", "the config has no size"),
                manifest("{\"config\":" + config + "}", "it has no layers"),
                manifest("{\"config\":" + config + ",\"layers\":[]}", "it has no layers"),
                manifest("{\"config\":" + config + ",\"layers\":[3]}", "a layer has no size"),
                manifest(
                        "{\"config\":" + config + ",\"layers\":[" + layer("m", DIGEST, -1) + "]}",
                        "a layer has no size"),
                manifest(
                        "{\"config\":" + config + ",\"layers\":[" + weights + "," + layer("m", DIGEST, 1) + "]}",
                        "has two sizes"),
                manifest("{\"config\":" + config + ",\"layers\":" + "[".repeat(100_000), "it is not JSON"),
                manifest(
                        "{\"config\":" + config + ",\"layers\":[" + layer("m", DIGEST, Long.MAX_VALUE) + ","
                                + layer("m", "sha256:" + "1".repeat(64), Long.MAX_VALUE) + "]}",
                        "more bytes than there can be"),
                manifest("{\"config\":" + layer("c", "sha256:", 1) + ",\"layers\":[]}", "invalid digest format"),
                layered("", "invalid digest format"),
                layered("sha256:", "invalid digest format"),
                layered("sha256:00", "invalid digest format"),
                layered("sha256:../../../../../etc/ld.so.preload", "invalid digest format"),
                layered("sha256-" + "/".repeat(64), "invalid digest format"),
                layered("../../x", "invalid digest format"));
    }

    private static Arguments layered(String digest, String words) {
        String config = layer("c", Digest.of(PullTest.CONFIG).toString(), PullTest.CONFIG.length);
        return manifest("{\"config\":" + config + ",\"layers\":[" + layer("m", digest, 5) + "]}", words);
    }

    private static Arguments manifest(String json, String words) {
        return Arguments.of(json.substring(0, Math.min(json.length(), 200)), json, words);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("manifests")
    void aManifestThatIsNoneIsRefusedAndNoFileIsAskedFor(String name, String json, String words) throws IOException {
        registry.putManifest("me/tiny", json);

        assertThatThrownBy(() -> models.pull(NAME, false, Progress.NONE))
                .isInstanceOfSatisfying(
                        BackendException.class, e -> assertThat(e.kind()).isEqualTo(Kind.FAILED))
                .hasMessageContaining("pull model manifest: the registry's manifest")
                .hasMessageContaining(words);

        assertOnlyWholeFilesCame();
        assertThat(registry.requests()).hasSize(1);
    }

    @Test
    void aManifestOf100MebibytesIsNotReadToItsEnd() throws IOException {
        AtomicInteger mebibytes = new AtomicInteger();
        registry.script(manifestIs(out -> {
            head(out, 200, "");
            for (int i = 0; i < 100; i++) {
                out.write(new byte[1 << 20]);
                mebibytes.incrementAndGet();
            }
        }));

        assertThatThrownBy(() -> models.pull(NAME, false, Progress.NONE))
                .hasMessageContaining("pull model manifest:")
                .hasMessageContaining("more than the 4194304 bytes");
        assertThat(mebibytes.get()).isLessThan(50);
        assertOnlyWholeFilesCame();
    }

    @Test
    void aManifestThatIsAnnouncedAsHugeIsNotReadAtAll() {
        registry.script(manifestIs(out -> head(out, 200, "Content-Length: 104857600\r\n")));

        assertThatThrownBy(() -> models.pull(NAME, false, Progress.NONE)).hasMessageContaining("more than the 4194304");
    }

    @Test
    void aPackedManifestIsNotUnpacked() throws IOException {
        byte[] bomb = gzip(new byte[50_000_000]);
        assertThat(bomb).hasSizeLessThan(60_000);
        registry.script(manifestIs(reply(200, "Content-Encoding: gzip\r\n", bomb)));

        assertThatThrownBy(() -> models.pull(NAME, false, Progress.NONE)).hasMessageContaining("packed (gzip)");
        registry.script(manifestIs(reply(200, "Content-Type: application/gzip\r\n", bomb)));
        assertThatThrownBy(() -> models.pull(NAME, false, Progress.NONE)).hasMessageContaining("it is not JSON");
    }

    @Test
    void whatThereIsNotIsSaidInOllamasWords() {
        assertThatThrownBy(() -> models.pull(RemoteName.parse("me/nothing"), false, Progress.NONE))
                .isInstanceOfSatisfying(
                        BackendException.class, e -> assertThat(e.kind()).isEqualTo(Kind.NOT_FOUND))
                .hasMessage("pull model manifest: file does not exist");
    }

    @Test
    void aConfigThatIsNoneLeavesTheOlderModel() throws IOException {
        models.pull(NAME, false, Progress.NONE);
        Digest good = store.get(NAME.name()).digest();
        registry.put("me/tiny", "no JSON".getBytes(), PullTest.weights(4));
        long sent = registry.sent();

        assertThatThrownBy(() -> models.pull(NAME, false, Progress.NONE))
                .hasMessageContaining("its config is not JSON");

        assertThat(registry.sent() - sent).as("the weights were not asked for").isLessThan(10);
        assertThat(ModelStore.at(store.root()).get(NAME.name()).digest()).isEqualTo(good);
        assertThat(ModelStore.at(store.root()).list()).hasSize(2);
    }

    @Test
    void nobodyAtTheAddressIsSaidAtOnce() throws IOException {
        registry.close();

        assertThatThrownBy(() -> models.pull(NAME, false, Progress.NONE))
                .isInstanceOfSatisfying(
                        BackendException.class, e -> assertThat(e.kind()).isEqualTo(Kind.UNREACHABLE))
                .hasMessageContaining(registry.host() + " cannot be reached: connection refused; check the network");
    }

    /// Through a proxy, so that the registry has a public address and nothing of the network is needed.
    @ParameterizedTest
    @CsvSource({
        "http://127.0.0.1:1/x, that is a private address",
        "http://169.254.169.254/latest/meta-data/, that is a private address",
        "http://10.0.0.1/x, that is a private address",
        "http://[::1]:1/x, that is a private address",
        "http://localhost:1/x, that is a private address",
        "http://0x7f000001/x, that is a private address",
        "http://2130706433/x, that is a private address",
        "ftp://203.0.113.8/x, only https will do"
    })
    void aPublicRegistryLeadsToNoPrivateAddress(String target, String words) throws IOException {
        RemoteModels outside =
                new RemoteModels(store, ScriptedRegistry.settings(folder, Map.of("HTTP_PROXY", registry.uri())));
        registry.script(request ->
                request.isFor(DIGEST) ? Optional.of(reply(307, "Location: " + target + "\r\n")) : Optional.empty());

        assertThatThrownBy(() -> outside.pull(RemoteName.parse("http://203.0.113.7/me/tiny"), true, Progress.NONE))
                .isInstanceOf(BackendException.class)
                .hasMessageContaining(words);

        assertThat(registry.requests()).allMatch(request -> request.target().startsWith("http://203.0.113.7/"));
        assertOnlyWholeFilesCame();
    }

    @Test
    void aRedirectToAnotherPublicHostIsFollowedWithoutTheToken() throws IOException {
        RemoteModels outside =
                new RemoteModels(store, ScriptedRegistry.settings(folder, Map.of("HTTP_PROXY", registry.uri())));
        registry.script(request -> {
            if (request.target().contains("203.0.113.7/token")) {
                return Optional.of(reply(200, "", "{\"token\":\"abc\"}".getBytes()));
            }
            if (request.target().contains("203.0.113.7")
                    && request.header("Authorization").isEmpty()) {
                String realm = "Bearer realm=\"http://203.0.113.7/token\",service=\"s\",scope=\"pull me/tiny\"";
                return Optional.of(reply(401, "WWW-Authenticate: " + realm + "\r\n"));
            }
            return request.target().contains("203.0.113.7") && request.isFor("/blobs/")
                    ? Optional.of(reply(307, "Location: http://203.0.113.99" + request.path() + "?sig=1#x\r\n"))
                    : Optional.empty();
        });
        Predicate<Request> elsewhere = request -> request.target().contains("203.0.113.99");

        outside.pull(RemoteName.parse("http://203.0.113.7/me/tiny"), true, Progress.NONE);

        assertThat(registry.requests().stream().filter(elsewhere))
                .isNotEmpty()
                .allMatch(request -> request.header("Authorization").isEmpty());
        assertThat(registry.requests())
                .anyMatch(request -> request.header("Authorization").equals("Bearer abc"));
        assertThat(store.list()).hasSize(2);
    }

    @Test
    void noProofOfWhoAsksGoesToAForeignRealm() throws IOException {
        try (ScriptedRegistry thief = new ScriptedRegistry()) {
            registry.script(manifestIs(
                    reply(401, "WWW-Authenticate: Bearer realm=\"" + thief.uri() + "/token\",service=\"s\"\r\n")));

            assertThatThrownBy(() -> models.pull(NAME, false, Progress.NONE))
                    .hasMessageContaining("realm host \"" + thief.host() + "\" does not match original host \""
                            + registry.host() + "\"");

            assertThat(thief.requests()).isEmpty();
            assertThat(folder.resolve("keys")).doesNotExist();
            assertOnlyWholeFilesCame();
        }
    }

    private static Function<Request, Optional<Answer>> manifestIs(Answer answer) {
        return request -> request.isFor("/manifests/") ? Optional.of(answer) : Optional.empty();
    }

    private static Arguments fault(String name, String words, Function<Request, Answer> answer) {
        return Arguments.of(name, words, answer);
    }

    private static Arguments fault(String name, Function<Request, Answer> answer) {
        return Arguments.of(name, answer);
    }

    private interface Ranged {
        Answer answer(int first, int last);
    }

    private static Function<Request, Answer> ranged(Ranged answer) {
        return request -> {
            String[] ends = request.header("Range").substring("bytes=".length()).split("-");
            return answer.answer(Integer.parseInt(ends[0]), Integer.parseInt(ends[1]));
        };
    }

    private static String contentRange(int first, int last, int size) {
        return "Content-Range: bytes " + first + "-" + last + "/" + size + "\r\n";
    }

    private static byte[] gzip(byte[] bytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    /// The store and what is around it are as they were, but for files that came whole and have their right
    /// names.
    private void assertOnlyWholeFilesCame() throws IOException {
        Map<String, Digest> now = files();
        assertThat(now).containsAllEntriesOf(before);
        now.keySet().removeAll(before.keySet());
        assertThat(now)
                .allSatisfy((file, digest) -> assertThat(file)
                        .isEqualTo(store.root()
                                .resolve("blobs")
                                .resolve(digest.fileName())
                                .toString()));
    }

    /// Every file around and in the store, but for locks and what a pull keeps for the next time.
    private Map<String, Digest> files() throws IOException {
        Map<String, Digest> all = new TreeMap<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (file.toString().contains(".chasqui")) continue;
                all.put(file.toString(), Digest.of(Files.readAllBytes(file)));
            }
        }
        return all;
    }
}
