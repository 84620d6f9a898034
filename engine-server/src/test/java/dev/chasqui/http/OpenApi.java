package dev.chasqui.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/// `docs/openapi.yaml` as a judge of requests and replies.
final class OpenApi {

    static final Path FILE = Path.of("..", "docs", "openapi.yaml");

    private static final Set<String> VERBS = Set.of("get", "head", "post", "put", "patch", "delete");

    private final JsonNode document = new YAMLMapper().readTree(FILE.toFile());
    private final SchemaRegistry registry = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);

    /// Every path with its verbs.
    Map<String, Set<String>> paths() {
        Map<String, Set<String>> paths = new TreeMap<>();
        document.get("paths").forEachEntry((path, verbs) -> {
            Set<String> names = new TreeSet<>();
            verbs.propertyNames().stream().filter(VERBS::contains).forEach(verb -> names.add(verb.toUpperCase()));
            paths.put(path, names);
        });
        return paths;
    }

    JsonNode requestSchema(String verb, String path) {
        JsonNode schema = operation(verb, path).at("/requestBody/content/application~1json/schema");
        assertThat(schema.isObject())
                .as("%s %s has a request schema", verb, path)
                .isTrue();
        return schema;
    }

    /// Says so if the request is one the document does not allow.
    void checkRequest(String verb, String path, String json) {
        check(requestSchema(verb, path), json);
    }

    /// Says so if the status, the content type or the body is none the document names.
    void checkReply(String verb, String path, HttpResponse<String> reply) {
        JsonNode response = resolved(operation(verb, path).get("responses").path(String.valueOf(reply.statusCode())));
        assertThat(response.isObject())
                .as("%s %s documents status %s: %s", verb, path, reply.statusCode(), reply.body())
                .isTrue();
        if (reply.body().isEmpty()) return;
        String type = reply.headers().firstValue("Content-Type").orElse("").replaceFirst(";.*", "");
        JsonNode schema = response.path("content").path(type).path("schema");
        assertThat(schema.isObject())
                .as("%s %s documents %s for %s", verb, path, type, reply.statusCode())
                .isTrue();
        if (type.equals("text/plain")) return;
        Stream<String> objects =
                type.equals("application/x-ndjson") ? reply.body().lines() : Stream.of(reply.body());
        objects.forEach(json -> check(schema, json));
    }

    private JsonNode operation(String verb, String path) {
        String known = path.replaceFirst("\\?.*", "").replaceFirst("^/api/blobs/.*", "/api/blobs/{digest}");
        return document.get("paths").path(known).path(verb.toLowerCase());
    }

    /// What the node refers to, if it does; else itself.
    JsonNode resolved(JsonNode node) {
        return node.has("$ref") ? document.at(node.get("$ref").stringValue().substring(1)) : node;
    }

    private void check(JsonNode schema, String json) {
        ObjectNode root = schema.deepCopy().asObject();
        root.set("components", document.get("components")); // so that "#/components/…" is found
        Schema judge = registry.getSchema(root);
        assertThat(judge.validate(json, InputFormat.JSON)).as(json).isEmpty();
    }
}
