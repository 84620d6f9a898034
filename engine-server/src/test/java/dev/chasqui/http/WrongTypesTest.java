package dev.chasqui.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeType;
import tools.jackson.databind.node.ObjectNode;

/// Every field that `docs/openapi.yaml` names, with a value of every JSON type it may not have: a 400 that names the
/// field. `null` is absence, for every field.
///
/// As in Ollama, a fraction given for a whole number among the options is cut, and `keep_alive` is refused without
/// its name.
@Timeout(120)
class WrongTypesTest {

    /// Steps that lead to a field; `[]` is a list's first element, `{}` a map's only value.
    private record Field(List<String> steps, Set<JsonNodeType> may) {

        String name() {
            return steps.stream()
                    .filter(step -> !step.equals("[]") && !step.equals("{}"))
                    .reduce((first, second) -> second)
                    .orElseThrow();
        }
    }

    private static final Map<JsonNodeType, String> VALUES = new EnumMap<>(Map.of(
            JsonNodeType.STRING, "\"no such thing\"",
            JsonNodeType.NUMBER, "7.5",
            JsonNodeType.BOOLEAN, "true",
            JsonNodeType.ARRAY, "[[]]",
            JsonNodeType.OBJECT, "{\"a\":[]}"));

    /// No type of a value below: 7.5 is none.
    private static final JsonNodeType WHOLE_NUMBER = JsonNodeType.MISSING;

    private static OpenApi document;
    private static TinyServer server;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        document = new OpenApi();
        server = new TinyServer(folder, ServerSettings.DEFAULT);
        String calls = "{{ .Tools }}{{ range .Messages }}{{ .Content }}{{ .ToolCalls }}{{ end }}";
        server.post("/api/create", "{\"model\":\"caller\",\"from\":\"tiny:1m\",\"template\":\"" + calls + "\"}");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    static Stream<Arguments> routes() {
        return Stream.of(
                route("POST", "/api/generate", "{'model':'tiny:1m','prompt':'Hi','stream':false}"),
                route(
                        "POST",
                        "/api/chat",
                        "{'model':'caller','stream':false,'messages':[{'role':'user','content':'Hi','tool_calls':"
                                + "[{'function':{'name':'f','arguments':{}}}]}],'tools':[{'type':'function','function':"
                                + "{'name':'f','parameters':{}}}]}"),
                route("POST", "/api/embed", "{'model':'tiny:1m','input':'a'}"),
                route("POST", "/api/embeddings", "{'model':'tiny:1m','prompt':'a'}"),
                route("POST", "/api/show", "{'model':'tiny:1m'}"),
                route("POST", "/api/tokenize", "{'model':'tiny:1m','content':'a'}"),
                route("POST", "/api/detokenize", "{'model':'tiny:1m','tokens':[1]}"),
                route("POST", "/api/copy", "{'source':'tiny:1m','destination':'again'}"),
                route("DELETE", "/api/delete", "{'model':'nobody'}"),
                route("POST", "/api/create", "{'model':'made','from':'tiny:1m','stream':false}"),
                route("POST", "/api/pull", "{'model':'nobody/nothing','stream':false}"),
                route("POST", "/api/push", "{'model':'tiny:1m','stream':false}"));
    }

    @ParameterizedTest
    @MethodSource("routes")
    void aFieldOfTheWrongTypeIsRefusedByItsName(String verb, String path, String json) throws Exception {
        List<Field> fields = new ArrayList<>();
        collect(document.requestSchema(verb, path), List.of(), fields);
        assertThat(fields).as("fields of %s %s", verb, path).isNotEmpty();
        List<String> wrong = new ArrayList<>();
        int sent = 0;
        for (Field field : fields) {
            for (Map.Entry<JsonNodeType, String> value : VALUES.entrySet()) {
                if (field.may().contains(value.getKey())) continue;
                JsonNode body = JsonText.MAPPER.readTree(json);
                put(body, field.steps(), JsonText.MAPPER.readTree(value.getValue()));
                HttpResponse<String> reply = server.send(verb, path, BodyPublishers.ofString(body.toString()));
                sent++;
                boolean named = reply.body().contains(field.name())
                        || field.name().equals("keep_alive") && reply.body().contains("Unsupported type: ");
                if (reply.statusCode() != 400 || !named) wrong.add(body + " -> " + reply.statusCode() + reply.body());
            }
        }

        System.out.println("wrong types: " + sent + " to " + path);
        assertThat(sent).as("every field has types it may not have").isGreaterThanOrEqualTo(2 * fields.size());
        assertThat(wrong).as("%d of %d", wrong.size(), sent).isEmpty();
    }

    private static void collect(JsonNode given, List<String> steps, List<Field> fields) {
        JsonNode schema = document.resolved(given);
        schema.path("allOf").forEach(part -> collect(part, steps, fields));
        schema.path("anyOf").forEach(part -> inside(document.resolved(part), steps, fields));
        inside(schema, steps, fields);
    }

    private static void inside(JsonNode schema, List<String> steps, List<Field> fields) {
        schema.path("properties").forEachEntry((name, inner) -> field(inner, and(steps, name), fields));
        if (schema.path("items").isObject()) field(schema.get("items"), and(steps, "[]"), fields);
        if (schema.path("additionalProperties").isObject()) {
            field(schema.get("additionalProperties"), and(steps, "{}"), fields);
        }
    }

    private static void field(JsonNode schema, List<String> steps, List<Field> fields) {
        Set<JsonNodeType> may = types(document.resolved(schema));
        boolean option = steps.contains("options") || steps.contains("parameters");
        if (option && may.contains(WHOLE_NUMBER)) may.add(JsonNodeType.NUMBER);
        assertThat(may).as("types of %s", steps).isNotEmpty();
        fields.add(new Field(steps, may));
        collect(schema, steps, fields);
    }

    private static Set<JsonNodeType> types(JsonNode schema) {
        Set<JsonNodeType> types = EnumSet.noneOf(JsonNodeType.class);
        switch (schema.path("type").stringValue("")) {
            case "string" -> types.add(JsonNodeType.STRING);
            case "boolean" -> types.add(JsonNodeType.BOOLEAN);
            case "number" -> types.add(JsonNodeType.NUMBER);
            case "integer" -> types.add(WHOLE_NUMBER);
            case "array" -> types.add(JsonNodeType.ARRAY);
            case "object" -> types.add(JsonNodeType.OBJECT);
            default -> {}
        }
        schema.path("enum").forEach(value -> types.add(value.getNodeType()));
        if (schema.has("const")) types.add(schema.get("const").getNodeType());
        schema.path("anyOf").forEach(part -> types.addAll(types(document.resolved(part))));
        return types;
    }

    private static void put(JsonNode body, List<String> steps, JsonNode value) {
        JsonNode at = body;
        for (int i = 0; i < steps.size(); i++) {
            boolean last = i == steps.size() - 1;
            JsonNode child = last ? value : child(at, steps.get(i), steps.get(i + 1));
            switch (at) {
                case ArrayNode array when array.isEmpty() -> array.add(child);
                case ArrayNode array -> array.set(0, child);
                case ObjectNode object -> object.set(steps.get(i).equals("{}") ? "key" : steps.get(i), child);
                default -> throw new AssertionError("no place for " + steps);
            }
            at = child;
        }
    }

    private static JsonNode child(JsonNode at, String step, String next) {
        JsonNode there = at.isArray() ? at.path(0) : at.path(step);
        boolean list = next.equals("[]");
        if (list ? there.isArray() : there.isObject()) return there;
        return list ? JsonText.MAPPER.createArrayNode() : JsonText.MAPPER.createObjectNode();
    }

    private static List<String> and(List<String> steps, String step) {
        List<String> longer = new ArrayList<>(steps);
        longer.add(step);
        return List.copyOf(longer);
    }

    private static Arguments route(String verb, String path, String json) {
        return Arguments.of(verb, path, json.replace('\'', '"'));
    }
}
