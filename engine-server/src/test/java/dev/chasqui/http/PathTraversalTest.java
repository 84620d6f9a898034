package dev.chasqui.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chasqui.api.Digest;
import dev.chasqui.api.Progress;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Every route with every name, digest, tag and file that wants out of the store: refused, and nothing around the
/// store comes, changes or goes. Routes are walked as [Api#all] lists them, new ones too.
@Timeout(60)
class PathTraversalTest {

    private static final List<String> NAMES = List.of(
            "../../x",
            "../../../outside/secret",
            "..",
            "a/../../x",
            "/etc/passwd",
            "..\\..\\x",
            "%2e%2e%2fx",
            "x\u0000y",
            "\uff0e\uff0e\uff0fx",
            "sm\u043ellm2",
            "x".repeat(81),
            "x:" + "y".repeat(81),
            "x:../../y",
            "con",
            "nul.txt",
            "http://../../x",
            "sha256:../../../outside/secret",
            "sha256-" + "0".repeat(61) + "/..");

    private static final List<String> DIGESTS = List.of(
            "sha256:" + "0".repeat(63),
            "sha256:" + "0".repeat(65),
            "sha256:" + "0".repeat(63) + "\u0000",
            "sha256:" + "\uff10".repeat(64),
            "sha512:" + "0".repeat(64));

    /// What a request may call a model, a file or a place.
    private static final List<String> FIELDS =
            List.of("model", "name", "source", "destination", "from", "digest", "path", "modelfile", "adapter");

    /// Where one name is wrong and all the rest is right. A route that is not there is passed over.
    private static final List<Map.Entry<String, String>> WHOLE_OTHERWISE = List.of(
            Map.entry("/api/copy", "{'source':'tiny:1m','destination':'%s'}"),
            Map.entry("/api/copy", "{'source':'%s','destination':'made'}"),
            Map.entry("/api/delete", "{'model':'%s'}"),
            Map.entry("/api/create", "{'model':'%s','from':'tiny:1m','stream':false}"),
            Map.entry("/api/create", "{'model':'made','from':'%s','stream':false}"),
            Map.entry("/api/create", "{'model':'made','files':{'x.gguf':'%s'},'stream':false}"),
            Map.entry("/api/create", "{'model':'made','from':'tiny:1m','adapters':{'x':'%s'},'stream':false}"),
            Map.entry("/api/pull", "{'model':'127.0.0.1:1/%s','insecure':true,'stream':false}"),
            Map.entry("/api/push", "{'model':'127.0.0.1:1/%s','insecure':true,'stream':false}"));

    private static Path around;
    private static Path blob;
    private static TinyServer server;
    private static Map<String, String> outside;

    @BeforeAll
    static void startAmongOtherThings(@TempDir Path folder) throws Exception {
        around = folder;
        Files.writeString(Files.createDirectories(folder.resolve("outside")).resolve("secret"), "keep me");
        server = new TinyServer(Files.createDirectories(folder.resolve("home")), ServerSettings.DEFAULT);
        blob = server.store.list().getFirst().weights();
        outside = outside();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @AfterEach
    void nothingAroundTheStoreHasChangedAndTheModelIsWhole() throws Exception {
        assertThat(outside()).isEqualTo(outside);
        assertThat(server.store.verify(List.of(), Progress.NONE).isWhole()).isTrue();
        assertThat(server.store.summaries()).extracting("name").contains(TinyServer.MODEL);
    }

    static Stream<Arguments> routes() {
        Api api = new Api(new ScriptedBackend(), Runnable::run, Runnable::run);
        List<Arguments> routes = new ArrayList<>();
        api.all()
                .forEach((path, verbs) -> verbs.forEach(verb -> {
                    if (!verb.equals("GET") && !verb.equals("HEAD") || path.contains("{")) {
                        for (String nasty : NAMES) routes.add(Arguments.of(verb, path, nasty));
                    }
                }));
        assertThat(routes).hasSizeGreaterThan(10 * NAMES.size());
        return routes.stream();
    }

    @ParameterizedTest
    @MethodSource("routes")
    void isRefused(String verb, String path, String nasty) throws Exception {
        if (path.contains("{")) {
            HttpResponse<String> reply =
                    server.send(verb, path.replaceAll("\\{.*}", quoted(nasty)), BodyPublishers.ofString("some bytes"));
            assertThat(reply.statusCode()).isBetween(400, 499);
            return;
        }
        Map<String, Object> everywhere = new LinkedHashMap<>(
                Map.of("files", Map.of(nasty, nasty), "adapters", Map.of(nasty, nasty), "stream", false));
        FIELDS.forEach(field -> everywhere.put(field, nasty));
        assertRefused(verb, path, everywhere);
    }

    static Stream<Arguments> wholeOtherwise() {
        Api api = new Api(new ScriptedBackend(), Runnable::run, Runnable::run);
        return WHOLE_OTHERWISE.stream()
                .filter(route -> api.all().containsKey(route.getKey()))
                .flatMap(route -> NAMES.stream().map(nasty -> Arguments.of(route.getKey(), route.getValue(), nasty)));
    }

    @ParameterizedTest
    @MethodSource("wholeOtherwise")
    void isRefusedWhereAllTheRestIsRight(String path, String body, String nasty) throws Exception {
        String verb = path.equals("/api/delete") ? "DELETE" : "POST";
        String text = new String(JsonText.MAPPER.writeValueAsBytes(nasty), StandardCharsets.UTF_8);

        HttpResponse<String> reply = server.send(
                verb,
                path,
                BodyPublishers.ofString(body.replace('\'', '"').replace("%s", text.substring(1, text.length() - 1))));

        assertThat(isRefusal(reply)).as(reply.statusCode() + " " + reply.body()).isTrue();
    }

    @ParameterizedTest
    @MethodSource("names")
    void aFilesNameLeadsNowhere(String nasty) throws Exception {
        String digest = "sha256:" + blob.getFileName().toString().substring("sha256-".length());
        Map<String, Object> body = Map.of("model", "made", "files", Map.of(nasty, digest), "stream", false);

        HttpResponse<String> reply = server.post("/api/create", JsonText.MAPPER.writeValueAsString(body));

        assertThat(reply.statusCode()).isIn(200, 400, 404);
        server.send("DELETE", "/api/delete", BodyPublishers.ofString("{\"model\":\"made\"}"));
    }

    static Stream<String> names() {
        return NAMES.stream();
    }

    @Test
    void aPathThatClimbsLeadsNowhere() throws Exception {
        for (String path : List.of(
                "/api/blobs/../../outside/secret",
                "/api/blobs/sha256:..%2f..%2foutside%2fsecret",
                "/api/blobs/%00",
                "/api/blobs/sha256:%zz",
                "/api/../../outside/secret",
                "/../outside/secret",
                "//etc/passwd",
                "/api/tags/..%5c..%5coutside",
                "/%2e%2e/outside/secret")) {
            for (String verb : List.of("GET", "HEAD", "POST", "DELETE")) {
                try (RawClient client = new RawClient(server.port())) {
                    client.send(verb + " " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                            + "Content-Length: 2\r\n\r\n{}");
                    assertThat(client.readAll()).as(verb + " " + path).matches("(?s)HTTP/1.1 4\\d\\d .*");
                }
            }
        }
    }

    private static void assertRefused(String verb, String path, Map<String, Object> body) throws Exception {
        HttpResponse<String> reply =
                server.send(verb, path, BodyPublishers.ofString(JsonText.MAPPER.writeValueAsString(body)));
        assertThat(isRefusal(reply))
                .as(verb + " " + path + " " + body + ": " + reply.statusCode() + " " + reply.body())
                .isTrue();
        assertThat(reply.body()).doesNotContain("keep me");
    }

    /// By status; where an answer in pieces has begun, or a registry that is not there was asked, by its error.
    private static boolean isRefusal(HttpResponse<String> reply) {
        boolean byStatus = reply.statusCode() >= 400 && reply.statusCode() < 500;
        return byStatus || reply.body().contains("\"error\":");
    }

    private static String quoted(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /// Every file and folder around the store with its content.
    private static Map<String, String> outside() throws IOException {
        Map<String, String> found = new TreeMap<>();
        try (Stream<Path> files = Files.walk(around)) {
            for (Path file :
                    files.filter(file -> !file.startsWith(server.store.root())).toList()) {
                boolean folder = Files.isDirectory(file);
                found.put(
                        file.toString(),
                        folder ? "folder" : Digest.of(Files.readAllBytes(file)).hex());
            }
        }
        return found;
    }
}
