package dev.chasqui.http;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.StringNode;

/// Compares JSON with a shape: what differs, by path; nothing if it fits. `golden/README.md` lists the words.
final class GoldenShape {

    /// Numbers we add to an answer's end where they are not zero; Ollama has none of them.
    private static final Set<String> OURS = Set.of(
            "queue_duration",
            "prompt_cached_count",
            "prompt_dropped_count",
            "messages_dropped_count",
            "context_dropped_count");

    private final List<String> differences = new ArrayList<>();

    private GoldenShape() {}

    static List<String> differences(String shape, String json) {
        GoldenShape comparison = new GoldenShape();
        comparison.compare("", JsonText.MAPPER.readTree(shape), JsonText.MAPPER.readTree(json));
        return comparison.differences;
    }

    private void compare(String path, JsonNode shape, JsonNode value) {
        if (shape.isObject() && value.isObject()) fields(path, shape, value);
        else if (shape.isArray() && value.isArray()) elements(path, shape, value);
        else if (!(shape.isString() ? fits(shape.stringValue(), value) : shape.equals(value))) {
            differences.add(path + " is " + value + "; expected " + shape);
        }
    }

    private void fields(String path, JsonNode shape, JsonNode value) {
        Set<String> unknown = new TreeSet<>(value.propertyNames());
        for (Map.Entry<String, JsonNode> field : shape.properties()) {
            boolean optional = field.getKey().endsWith("?");
            String name = optional ? field.getKey().substring(0, field.getKey().length() - 1) : field.getKey();
            unknown.remove(name);
            if (value.has(name)) compare(path + "/" + name, field.getValue(), value.get(name));
            else if (!optional) differences.add(path + " has no " + name);
        }
        for (String name : unknown) {
            boolean ours = path.isEmpty() && shape.has("done_reason") && OURS.contains(name);
            if (ours) compare("/" + name, StringNode.valueOf("$count"), value.get(name));
            else differences.add(path + " has a field " + name + " that the shape does not know");
        }
    }

    private void elements(String path, JsonNode shape, JsonNode value) {
        if (shape.isEmpty()) {
            if (!value.isEmpty()) differences.add(path + " has " + value.size() + " elements; expected none");
            return;
        }
        JsonNode first = shape.get(0);
        boolean counted = first.isString() && first.stringValue().startsWith("$times ");
        int times = counted ? Integer.parseInt(first.stringValue().substring("$times ".length())) : value.size();
        if (value.isEmpty() || value.size() != times) {
            differences.add(path + " has " + value.size() + " elements; expected " + (counted ? times : "some"));
        }
        for (int i = 0; i < value.size(); i++) compare(path + "/" + i, shape.get(counted ? 1 : 0), value.get(i));
    }

    private static boolean fits(String word, JsonNode value) {
        if (!word.startsWith("$"))
            return value.isString() && value.stringValue().equals(word);
        return switch (word) {
            case "$any" -> true;
            case "$object" -> value.isObject();
            case "$number" -> value.isNumber();
            case "$count" -> value.isIntegralNumber() && value.longValue() >= 1;
            case "$size" -> value.isIntegralNumber() && value.longValue() >= 0;
            case "$logprob" -> value.isNumber() && value.doubleValue() <= 0;
            default -> value.isString() && fits(word, value.stringValue());
        };
    }

    private static boolean fits(String word, String text) {
        return switch (word) {
            case "$text" -> true;
            case "$word" -> !text.isEmpty();
            case "$digest" -> text.matches("[0-9a-f]{64}");
            case "$time" -> text.matches("[^.]+(\\.\\d{1,9})?Z") && isInstant(text);
            case "$json" -> isJsonObject(text);
            default -> {
                if (!word.startsWith("$~")) throw new IllegalArgumentException("no shape is called " + word);
                yield text.matches(word.substring(2));
            }
        };
    }

    private static boolean isInstant(String text) {
        try {
            return Instant.parse(text) != null;
        } catch (DateTimeParseException e) {
            return false;
        }
    }

    private static boolean isJsonObject(String text) {
        try {
            return JsonText.MAPPER.readTree(text).isObject();
        } catch (JacksonException e) {
            return false;
        }
    }
}
