package dev.chasqui.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// schemathesis reads `docs/openapi.yaml`, makes requests that fit it and requests that do not, and judges what our
/// server says: no 5xx, no status, content type or body that is not documented.
///
/// `-Dchasqui.schemathesis.examples=2000` makes so many random requests beside the systematic ones; `-Dchasqui.seed=N`
/// repeats a run. It is installed once, under `target`, by pip.
class SchemathesisTest {

    private static final Path SOURCE = Path.of("src", "test", "python", "schemathesis");
    private static final Path INSTALLED = Path.of("target", "schemathesis");
    private static final int ROUTES_WITH_INPUT = 12;

    private static final String CHECKS = String.join(
            ",",
            "not_a_server_error",
            "status_code_conformance",
            "content_type_conformance",
            "response_headers_conformance",
            "response_schema_conformance",
            "unsupported_method",
            "allow_header_conformance",
            "every_line_is_as_documented");

    @Test
    void whateverIsAskedTheReplyIsDocumentedAndNoFailure(@TempDir Path folder) throws Exception {
        OtherProgram schemathesis = schemathesis();
        schemathesis.installOnceByPip(SOURCE.resolve("requirements.txt"));
        int examples = Integer.getInteger("chasqui.schemathesis.examples", 10 * ROUTES_WITH_INPUT);
        long seed = Long.getLong("chasqui.seed", System.nanoTime() & 0xffff_ffffL);
        System.out.println("schemathesis: " + examples + " random requests, seed " + seed);

        String said;
        try (TinyServer server = new TinyServer(folder, ServerSettings.DEFAULT)) {
            said = schemathesis.run(
                    "python3",
                    "-m",
                    "schemathesis.cli",
                    "run",
                    OpenApi.FILE.toAbsolutePath().normalize().toString(),
                    "--exclude-path-regex=^/api/(pull|push)$", // they reach for whatever registry a name means
                    "--url=http://127.0.0.1:" + server.port(),
                    "--phases=coverage,fuzzing",
                    "--checks=" + CHECKS,
                    "--max-examples=" + Math.ceilDiv(examples, ROUTES_WITH_INPUT),
                    "--seed=" + seed,
                    "--request-timeout=30",
                    "--continue-on-failure",
                    "--warnings=off",
                    "--no-color");
        }

        System.out.println(said.substring(said.indexOf("Test cases:")));
        assertThat(Stream.of(
                        "generate", "chat", "embed", "embeddings", "show", "tokenize", "detokenize", "copy", "create"))
                .as("routes that were asked something they could answer: %s", said)
                .allMatch(route -> said.contains("POST /api/" + route + " "));
    }

    private static OtherProgram schemathesis() {
        return new OtherProgram(
                INSTALLED, // what it remembers of runs is kept where it stands
                Duration.ofMinutes(15),
                Map.of(
                        "OPENAPI",
                        OpenApi.FILE.toAbsolutePath().toString(),
                        "SCHEMATHESIS_HOOKS",
                        "hooks",
                        "PYTHONPATH",
                        INSTALLED.toAbsolutePath() + ":" + SOURCE.toAbsolutePath(),
                        "PYTHONDONTWRITEBYTECODE",
                        "1",
                        "PYTHONIOENCODING",
                        "utf-8",
                        "NO_PROXY",
                        "127.0.0.1"));
    }
}
