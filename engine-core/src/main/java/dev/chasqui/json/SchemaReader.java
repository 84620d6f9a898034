package dev.chasqui.json;

import java.math.BigDecimal;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Reads a document into schemas: the first, and those that it leads to.
final class SchemaReader {

    private record Reference(Schema from, String pointer) {}

    private final Json document;
    private final Map<String, Schema> schemas = new LinkedHashMap<>();
    private final Deque<Reference> references = new ArrayDeque<>();

    private SchemaReader(Json document) {
        this.document = document;
    }

    /// @throws SchemaException if it is beyond the subset
    static Schema read(Json document) {
        SchemaReader reader = new SchemaReader(document);
        Schema root = reader.schema("", document);
        while (!reader.references.isEmpty()) reader.resolve(reader.references.pop());
        Loops.requireProgress(reader.schemas.values());
        return root;
    }

    private void resolve(Reference reference) {
        Schema known = schemas.get(reference.pointer);
        if (known == null) {
            Json target = Pointer.find(document, reference.pointer)
                    .orElseThrow(() -> SchemaException.at(
                            reference.from.path,
                            "$ref",
                            "is \"#" + reference.pointer + "\", which is not in the schema"));
            known = schema(reference.pointer, target);
        }
        List<Schema> all = new ArrayList<>(reference.from.all);
        all.addFirst(known);
        reference.from.all = all;
    }

    private Schema schema(String path, Json json) {
        Schema known = schemas.get(path);
        if (known != null) return known;
        if (schemas.size() == Limits.SCHEMAS) {
            throw new SchemaException(path, "the schema consists of more than " + Limits.SCHEMAS + " schemas");
        }
        return switch (json) {
            case Json.Bool(boolean always) -> always ? Schema.ALWAYS : Schema.NEVER;
            case Json.Obj(Map<String, Json> members) -> {
                Schema schema = new Schema(path);
                schemas.put(path, schema);
                fill(schema, new Keywords(path, members));
                yield schema;
            }
            default ->
                throw new SchemaException(
                        path,
                        "the schema" + (path.isEmpty() ? "" : " at " + path) + " must be an object, true or false");
        };
    }

    private void fill(Schema schema, Keywords keywords) {
        keywords.requireKnown();
        schema.fallback = keywords.value("default");
        schema.all = each(keywords, "allOf");
        schema.any = each(keywords, "anyOf");
        schema.one = each(keywords, "oneOf");
        keywords.text("$ref").ifPresent(reference -> {
            String pointer = Pointer.ofReference(reference)
                    .orElseThrow(() -> keywords.wrong(
                            "$ref",
                            "is \"" + reference + "\"; expected a place in the same schema, like \"#/$defs/x\""));
            references.add(new Reference(schema, pointer));
        });
        Set<Type> types = types(keywords);
        schema.own = new Constraints(
                types,
                values(keywords),
                strings(keywords, types),
                numbers(keywords),
                members(keywords),
                items(keywords),
                List.of(schema));
    }

    private List<Schema> each(Keywords keywords, String name) {
        List<Json> list = keywords.list(name);
        if (list.size() > Limits.LISTED) throw keywords.wrong(name, "lists more than " + Limits.LISTED + " schemas");
        List<Schema> schemas = new ArrayList<>();
        for (int i = 0; i < list.size(); i++) schemas.add(schema(keywords.path() + "/" + name + "/" + i, list.get(i)));
        return schemas;
    }

    private static Set<Type> types(Keywords keywords) {
        if (keywords.value("type").isEmpty()) return Type.ALL;
        Set<Type> types = EnumSet.noneOf(Type.class);
        for (String name : keywords.texts("type")) {
            types.add(Type.named(name)
                    .orElseThrow(() -> keywords.wrong(
                            "type",
                            "is \"" + name + "\"; expected object, array, string, number, integer, boolean or null")));
        }
        if (types.isEmpty()) throw keywords.wrong("type", "lists no type");
        if (types.contains(Type.NUMBER)) types.add(Type.INTEGER);
        return types;
    }

    private static Optional<Set<Json>> values(Keywords keywords) {
        Optional<Json> single = keywords.value("const");
        Set<Json> listed = new LinkedHashSet<>(keywords.list("enum"));
        if (listed.size() > Limits.ALTERNATIVES) {
            throw keywords.wrong("enum", "lists more than " + Limits.ALTERNATIVES + " values");
        }
        if (single.isEmpty()) return listed.isEmpty() ? Optional.empty() : Optional.of(listed);
        boolean allowed = listed.isEmpty() || listed.contains(single.get());
        return Optional.of(allowed ? Set.of(single.get()) : Set.of());
    }

    private static Strings strings(Keywords keywords, Set<Type> types) {
        List<Strings.Condition> conditions = new ArrayList<>();
        keywords.text("pattern").ifPresent(pattern -> {
            try {
                conditions.add(new Strings.Condition("the pattern " + pattern, new Regex(pattern)));
            } catch (PatternException e) {
                throw keywords.wrong("pattern", e.problem);
            }
        });
        // Other types have formats of their own, like int32, that say nothing of the text.
        keywords.text("format").filter(format -> types.contains(Type.STRING)).ifPresent(format -> {
            Regex regex = Formats.named(format)
                    .orElseThrow(() -> keywords.wrong(
                            "format", "is \"" + format + "\"; supported are " + Formats.names() + ", or leave it out"));
            conditions.add(new Strings.Condition("the format " + format, regex));
        });
        return new Strings(
                keywords.count("minLength", 0), keywords.count("maxLength", Expr.UNLIMITED), List.copyOf(conditions));
    }

    private static Numbers numbers(Keywords keywords) {
        Numbers inclusive = new Numbers(
                keywords.number("minimum").map(value -> new Bound(value, false)),
                keywords.number("maximum").map(value -> new Bound(value, false)),
                keywords.number("multipleOf"));
        inclusive.divisor().filter(divisor -> divisor.signum() <= 0).ifPresent(divisor -> {
            throw keywords.wrong("multipleOf", new Json.Num(divisor), "a number above 0");
        });
        Numbers exclusive = new Numbers(
                keywords.number("exclusiveMinimum").map(value -> new Bound(value, true)),
                keywords.number("exclusiveMaximum").map(value -> new Bound(value, true)),
                Optional.<BigDecimal>empty());
        return inclusive.and(exclusive);
    }

    private Members members(Keywords keywords) {
        Map<String, Json> listed = keywords.object("properties");
        Set<String> required = new LinkedHashSet<>(keywords.texts("required"));
        if (Math.max(listed.size(), required.size()) > Limits.LISTED) {
            throw keywords.wrong("properties", "lists more than " + Limits.LISTED + " properties");
        }
        Map<String, List<Schema>> properties = new LinkedHashMap<>();
        listed.forEach((name, json) -> {
            if (name.length() > Limits.LISTED) {
                throw keywords.wrong("properties", "has a name of more than " + Limits.LISTED + " characters");
            }
            properties.put(name, List.of(schema(Pointer.child(keywords.path() + "/properties", name), json)));
        });
        return new Members(properties, single(keywords, "additionalProperties"), required);
    }

    private Items items(Keywords keywords) {
        if (keywords.value("items").orElse(Json.Null.NULL) instanceof Json.Arr) {
            throw keywords.wrong("items", "is a list; say \"prefixItems\" for items one by one");
        }
        List<List<Schema>> first = new ArrayList<>();
        each(keywords, "prefixItems").forEach(schema -> first.add(List.of(schema)));
        return new Items(
                first,
                single(keywords, "items"),
                keywords.count("minItems", 0),
                keywords.count("maxItems", Expr.UNLIMITED));
    }

    private List<Schema> single(Keywords keywords, String name) {
        return keywords.value(name)
                .map(json -> List.of(schema(keywords.path() + "/" + name, json)))
                .orElse(List.of());
    }
}
