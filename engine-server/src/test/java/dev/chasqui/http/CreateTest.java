package dev.chasqui.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chasqui.api.Digest;
import dev.chasqui.api.ModelName;
import dev.chasqui.llama.Quantization;
import dev.chasqui.llama.TinyModel;
import dev.chasqui.store.StoredModel;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/// `/api/create` over a real store and a real quantiser.
@Timeout(120)
class CreateTest {

    @TempDir
    Path folder;

    private TinyServer server;

    @BeforeEach
    void start() throws IOException {
        server = new TinyServer(folder, ServerSettings.DEFAULT);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void aModelSentInHalfPrecisionIsQuantisedShownAndAnswers() throws Exception {
        String digest = send(half("half.gguf", 1, Quantization.F16));

        HttpResponse<String> made = server.post("/api/create", """
                {"model": "four", "files": {"half.gguf": "%s"}, "quantize": "Q4_K_M", "system": "Be brief.",
                 "parameters": {"num_predict": 4, "stop": ["x"]}, "license": "MIT", "requires": "0.14.0",
                 "messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}]}
                """.formatted(digest));

        assertThat(made.statusCode()).as(made.body()).isEqualTo(200);
        List<JsonNode> lines =
                made.body().lines().map(JsonText.MAPPER::readTree).toList();
        assertThat(lines.stream().map(line -> line.get("status").stringValue()).distinct())
                .startsWith("parsing GGUF", "quantizing F16 model to Q4_K_M", "verifying conversion")
                .endsWith("writing manifest", "success");
        JsonNode quantizing = lines.stream()
                .filter(line -> line.get("status").stringValue().startsWith("quantizing"))
                .reduce((a, b) -> b)
                .orElseThrow();
        assertThat(quantizing.get("digest").stringValue()).isEqualTo("sha256:" + "0".repeat(64));
        assertThat(quantizing.get("completed").longValue())
                .isEqualTo(quantizing.get("total").longValue());
        JsonNode shown = JsonText.MAPPER.readTree(
                server.post("/api/show", "{\"model\":\"four\"}").body());
        assertThat(shown.at("/details/quantization_level").stringValue()).isEqualTo("Q4_K_M");
        assertThat(shown.at("/details/family").stringValue()).isEqualTo("llama");
        assertThat(shown.get("requires").stringValue()).isEqualTo("0.14.0");
        assertThat(shown.get("modelfile").stringValue())
                .contains("SYSTEM Be brief.\n", "PARAMETER stop x\n", "LICENSE MIT\n", "MESSAGE user hi\n");
        HttpResponse<String> answer =
                server.post("/api/generate", "{\"model\":\"four\",\"prompt\":\"Hi\",\"stream\":false}");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(server.send("HEAD", "/api/blobs/" + digest, BodyPublishers.noBody())
                        .statusCode())
                .as("the file that was sent is in no model")
                .isEqualTo(404);
    }

    @Test
    void aModelMadeOfAnotherKeepsWhatIsNotReplaced() throws Exception {
        HttpResponse<String> made = server.post("/api/create", """
                {"NAME": "agent", "from": "TINY:1m", "system": "Trade.", "license": ["a", ""], "stream": false}""");

        assertThat(made.body()).isEqualTo("{\"status\":\"success\"}");
        StoredModel agent = server.store.get(ModelName.parse("agent"));
        assertThat(agent.system()).contains("Trade.");
        assertThat(agent.licenses()).containsExactly("Apache-2.0", "a");
        assertThat(agent.params())
                .isEqualTo(server.store.get(ModelName.parse(TinyServer.MODEL)).params());
        assertThat(agent.messages()).hasSize(2);
        JsonNode shown = JsonText.MAPPER.readTree(
                server.post("/api/show", "{\"model\": \"agent\"}").body());
        assertThat(shown.at("/details/parent_model").stringValue()).isEqualTo(TinyServer.MODEL);
        JsonNode listed = JsonText.MAPPER
                .readTree(
                        server.send("GET", "/api/tags", BodyPublishers.noBody()).body())
                .at("/models/0/details");
        assertThat(listed.get("parent_model").stringValue()).isEqualTo(TinyServer.MODEL);
        assertThat(listed.get("context_length").intValue()).isEqualTo(512);
        assertThat(listed.get("embedding_length").intValue()).isEqualTo(256);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {}                                                            | invalid model name
            ''                                                            | missing request body
            {'model': 7}                                                  | json: cannot unmarshal number into Go struct field CreateRequest.model of type string
            {'model': 'x', 'files': ['a']}                                | json: cannot unmarshal array into Go struct field CreateRequest.files of type map[string]string
            {'model': 'x', 'files': {'a': 7}}                             | json: cannot unmarshal number into Go struct field CreateRequest.files of type string
            {'model': 'x', 'files': {'a': null}}                          | invalid digest format
            {'model': 'x', 'files': {'a': 'sha256:../../../etc/passwd'}}  | invalid digest format
            {'model': 'x', 'adapters': 'a'}                               | json: cannot unmarshal string into Go struct field CreateRequest.adapters of type map[string]string
            {'model': 'x', 'from': ['a']}                                 | json: cannot unmarshal array into Go struct field CreateRequest.from of type string
            {'model': 'x', 'from': 'tiny:1m', 'license': 1}               | json: cannot unmarshal number into Go struct field CreateRequest.license of type []string
            {'model': 'x', 'from': 'tiny:1m', 'messages': [1]}            | json: cannot unmarshal number into Go struct field CreateRequest.messages of type api.Message
            {'model': 'x', 'from': 'tiny:1m', 'parameters': 'a'}          | json: cannot unmarshal string into Go struct field CreateRequest.parameters of type map[string]interface {}
            {'model': 'x', 'from': 'tiny:1m', 'parameters': {'top_p': 2}} | option "top_p" is 2; expected in [0, 1]
            {'model': 'x', 'from': 'tiny:1m', 'stream': 1}                | json: cannot unmarshal number into Go struct field CreateRequest.stream of type bool
            {'model': 'x', 'from': 'tiny:1m', 'remote_host': 'http://10.0.0.1'} | remote_host is "http://10.0.0.1"; models that run on another server are not made here; leave it out
            {'model': 'x', 'from': 'tiny:1m', 'draft_quantize': 'Q8_0'}   | draft_quantize is "Q8_0"; draft models are not supported; leave it out
            {'model': 'x', 'from': 'tiny:1m', 'draft_files': {'a': 'b'}}  | draft_files is given; draft models are not supported; leave it out
            {'model': 'x', 'from': 'a b'}                                 | invalid model name
            {'model': 'x', 'from': 'tiny:1m', 'requires': 'new'}          | requires must be a valid semver (e.g. 0.14.0), and is "new"
            """)
    void aWrongRequestIsA400ThatNamesTheFieldAndMakesNothing(String json, String error) throws Exception {
        HttpResponse<String> reply = server.post("/api/create", json.replace('\'', '"'));

        assertThat(reply.statusCode()).as(reply.body()).isEqualTo(400);
        assertThat(JsonText.MAPPER.readTree(reply.body()).get("error").stringValue())
                .isEqualTo(error);
        assertThat(server.store.list()).hasSize(1);
    }

    @Test
    void weightsThatAreNoNumbersAreRefusedWithAStatus() throws Exception {
        Path file = half("nan.gguf", 1, Quantization.F16);
        byte[] bytes = Files.readAllBytes(file);
        Arrays.fill(bytes, bytes.length - 64, bytes.length, (byte) 0xff); // not a number
        String digest = send(Files.write(file, bytes));
        String request = "{\"model\":\"x\",\"files\":{\"nan.gguf\":\"" + digest + "\"},\"quantize\":\"q8_0\"";

        for (String rest : List.of("}", ",\"stream\":false}")) {
            HttpResponse<String> reply = server.post("/api/create", request + rest);

            assertThat(reply.statusCode()).isEqualTo(400);
            assertThat(reply.body()).contains("a weight that is no finite number; expected numbers (rule V18)");
        }
        assertThat(server.store.list()).hasSize(1);
    }

    @Test
    void aClientThatLeavesEndsTheQuantisationAndLeavesNothing() throws Exception {
        String digest = send(half("large.gguf", 60, Quantization.F32));
        String request = "{\"model\":\"x\",\"files\":{\"large.gguf\":\"" + digest + "\"},\"quantize\":\"q4_k_m\"}";
        try (RawClient raw = new RawClient(server.port())) {
            raw.post("/api/create", request).readUntil("quantizing F32 model to Q4_K_M");
        }

        for (int i = 0; !work().isEmpty() && i < 400; i++) Thread.sleep(50); // a failure says what is left
        assertThat(work()).isEmpty();
        assertThat(server.store.list()).hasSize(1);
        assertThat(server.send("HEAD", "/api/blobs/" + digest, BodyPublishers.noBody())
                        .statusCode())
                .as("it may be asked for again without being sent again")
                .isEqualTo(200);
    }

    /// What long steps have put down by now.
    private List<Path> work() throws IOException {
        try (Stream<Path> files = Files.walk(server.store.root())) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> file.toString().contains("/work-")
                            || file.toString().endsWith(".tmp"))
                    .toList();
        }
    }

    private Path half(String name, int layers, Quantization type) throws IOException {
        Path file = folder.resolve(name);
        TinyModel.seeded(1).withType(type).withLayers(layers).write(file);
        return file;
    }

    private String send(Path file) throws Exception {
        String digest = Digest.of(Files.readAllBytes(file)).toString();
        assertThat(server.send("POST", "/api/blobs/" + digest, BodyPublishers.ofFile(file))
                        .statusCode())
                .isEqualTo(201);
        return digest;
    }
}
