package dev.chasqui.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chasqui.api.BackendException;
import dev.chasqui.keys.KeyFile;
import dev.chasqui.keys.Rate;
import dev.chasqui.keys.Role;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A server that asks for keys.
@Timeout(60)
class KeysTest extends ServerFixture {

    private static final Set<String> OPEN = Set.of("/", "/api/version", "/health", "/ready");
    private static final Set<String> ADMIN =
            Set.of("/api/create", "/api/copy", "/api/delete", "/api/pull", "/api/push", "/api/blobs/{digest}");

    @TempDir
    static Path folder;

    private String infer = "";
    private String admin = "";
    private Path file = folder;

    @Override
    ServerSettings settings() {
        file = folder.resolve("keys-" + System.nanoTime());
        KeyFile keys = new KeyFile(file);
        infer = keys.add(Role.INFER, "trader", Optional.empty());
        admin = keys.add(Role.ADMIN, "operator", Optional.empty());
        return super.settings().withAccess(Access.DEFAULT.withKeysFile(file).withTransfers(false, true));
    }

    @Test
    void everyRouteButFourAsksForAKeyAndEachRoleHasItsOwn() throws Exception {
        Map<String, Set<String>> routes = new Api(backend, Runnable::run, Runnable::run).all();
        assertThat(routes.keySet()).containsAll(OPEN).containsAll(ADMIN);
        for (Map.Entry<String, Set<String>> route : routes.entrySet()) {
            for (String verb : route.getValue()) {
                String path = route.getKey();
                int none = status(verb, path, "");
                int asInfer = status(verb, path, infer);
                if (OPEN.contains(path)) {
                    assertThat(none).as(verb + " " + path).isEqualTo(200);
                } else {
                    assertThat(none).as(verb + " " + path).isEqualTo(401);
                    if (ADMIN.contains(path))
                        assertThat(asInfer).as(verb + " " + path).isEqualTo(403);
                    else assertThat(asInfer).as(verb + " " + path).isNotIn(401, 403, 429);
                }
                assertThat(status(verb, path, admin))
                        .as(verb + " " + path)
                        .isNotIn(path.equals("/api/pull") ? Set.of(401) : Set.of(401, 403));
            }
        }
    }

    @Test
    void aMissingKeyIsToldHowToShowOne() throws Exception {
        HttpResponse<String> reply = get("/api/tags");

        assertThat(reply.statusCode()).isEqualTo(401);
        assertThat(reply.headers().firstValue("WWW-Authenticate")).hasValue("Bearer");
        assertThat(reply.headers().firstValue("Content-Type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("application/json"));
        assertThat(reply.body()).startsWith("{\"error\":\"unauthorized: ").contains("OLLAMA_API_KEY");
    }

    @Test
    void wrongKeysAreRefusedAndSoonAnsweredLate() throws Exception {
        for (String wrong : new String[] {"x", infer + "x", infer.substring(1), infer.toUpperCase(), "", "\u00e9"}) {
            assertThat(status("GET", "/api/tags", "Bearer", wrong)).as(wrong).isEqualTo(401);
        }
        assertThat(status("GET", "/api/tags", "Basic", infer)).isEqualTo(401);
        long start = System.nanoTime();
        assertThat(status("GET", "/api/tags", "Bearer", "y")).isEqualTo(401);
        assertThat(System.nanoTime() - start).isGreaterThan(900_000_000L);
        assertThat(status("GET", "/api/tags", "bearer", infer)).isEqualTo(200);
    }

    @Test
    void aKeysFileThatChangesCountsAndABrokenOneDoesNot() throws Exception {
        String late = new KeyFile(file).add(Role.INFER, "late", Optional.of(Rate.parse("2/h")));
        awaitStatus(late, 200);
        awaitStatus(late, 429);
        HttpResponse<String> tooMany = send(to("/api/tags").header("Authorization", "Bearer " + late));
        assertThat(tooMany.body())
                .startsWith("{\"error\":\"too many requests: the key late may make 2/h; try again in ");
        assertThat(Long.parseLong(tooMany.headers().firstValue("Retry-After").orElse("0")))
                .isBetween(1L, 1800L);

        String lines = Files.readString(file);
        Files.writeString(file, "nonsense\n", StandardOpenOption.APPEND);
        Thread.sleep(2_500); // it was looked at by then; nothing changes
        assertThat(status("GET", "/api/tags", infer)).isEqualTo(200);

        Files.writeString(file, lines.replaceAll("(?m)^infer trader .*\n", ""));
        awaitStatus(infer, 401);
        assertThat(status("GET", "/api/tags", admin)).isEqualTo(200);
    }

    @Test
    void whatIsSwitchedOffIsOffForAdminsToo() throws Exception {
        HttpResponse<String> pull = send(to("/api/pull")
                .header("Authorization", "Bearer " + admin)
                .POST(BodyPublishers.ofString("{\"model\":\"x\"}")));

        assertThat(pull.statusCode()).isEqualTo(403);
        assertThat(pull.body()).isEqualTo("{\"error\":\"pull is off on this server (CHASQUI_PULL)\"}");
        assertThat(status("POST", "/api/push", admin)).isEqualTo(400);
    }

    @Test
    void aKeysFileThatIsAbsentOrWrongKeepsTheServerFromStarting() throws Exception {
        Path absent = folder.resolve("absent");
        assertThatThrownBy(() ->
                        OllamaServer.start(backend, super.settings().withAccess(Access.DEFAULT.withKeysFile(absent))))
                .isInstanceOf(BackendException.class)
                .hasMessageContainingAll("absent", "chasqui key new");
        Path wrong = Files.writeString(folder.resolve("wrong"), "# ours\n\ninfer me - md5:00\n");
        assertThatThrownBy(() ->
                        OllamaServer.start(backend, super.settings().withAccess(Access.DEFAULT.withKeysFile(wrong))))
                .hasMessageContainingAll("wrong", "line 3");
    }

    private void awaitStatus(String key, int status) throws Exception {
        for (long end = System.nanoTime() + 20_000_000_000L; System.nanoTime() < end; Thread.sleep(50)) {
            if (status("GET", "/api/tags", key) == status) return;
        }
        assertThat(status("GET", "/api/tags", key)).isEqualTo(status);
    }

    private int status(String verb, String path, String key) throws Exception {
        return status(verb, path, "Bearer", key);
    }

    private int status(String verb, String path, String scheme, String key) throws Exception {
        String known = path.replace("{digest}", "sha256:" + "0".repeat(64));
        try (RawClient raw = new RawClient(server.port())) {
            boolean body = verb.equals("POST") || verb.equals("DELETE");
            raw.send(verb + " " + known + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                    + (key.isEmpty() ? "" : "Authorization: " + scheme + " " + key + "\r\n")
                    + (body ? "Content-Length: 2\r\n\r\n{}" : "\r\n"));
            return Integer.parseInt(raw.readAll().substring(9, 12));
        }
    }
}
