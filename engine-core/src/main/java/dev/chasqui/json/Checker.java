package dev.chasqui.json;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Checks a value against a schema, as JSON Schema has it: what the schema does not speak of is allowed.
final class Checker {

    private int steps;

    private Checker() {}

    /// @return the first that is wrong
    static Optional<Violation> check(Schema schema, Json value) {
        Checker checker = new Checker();
        Optional<Violation> wrong = checker.all(schema, value, "");
        return checker.steps > Limits.CHECKS ? tooLong() : wrong;
    }

    /// Whether a value follows the schemas' own keywords, whatever else they say.
    static boolean fits(List<Schema> schemas, Json value) {
        Checker checker = new Checker();
        return schemas.stream()
                .allMatch(schema -> checker.own(schema.own, value, "").isEmpty());
    }

    private Optional<Violation> all(Schema schema, Json value, String path) {
        if (++steps > Limits.CHECKS) return tooLong();
        Optional<Violation> wrong = own(schema.own, value, path);
        if (wrong.isPresent()) return wrong;
        for (Schema part : schema.all) {
            wrong = all(part, value, path);
            if (wrong.isPresent()) return wrong;
        }
        if (!schema.any.isEmpty() && matches(schema.any, value, path) == 0) {
            return violation(path, "follows none of the schemas of \"anyOf\"");
        }
        if (!schema.one.isEmpty()) {
            long matching = matches(schema.one, value, path);
            if (matching != 1) {
                return violation(path, "follows " + matching + " of the schemas of \"oneOf\"; expected one");
            }
        }
        return Optional.empty();
    }

    private long matches(List<Schema> schemas, Json value, String path) {
        return schemas.stream()
                .filter(schema -> all(schema, value, path).isEmpty())
                .count();
    }

    private Optional<Violation> own(Constraints own, Json value, String path) {
        Type type = Type.of(value);
        if (!own.types().contains(type)) {
            return violation(path, "is of type " + type.word() + ", which is not allowed here");
        }
        if (own.values().isPresent() && !own.values().get().contains(value)) {
            return violation(path, "is none of the values that are allowed");
        }
        return switch (value) {
            case Json.Text(String text) -> own.strings().problem(text).map(problem -> new Violation(path, problem));
            case Json.Num number -> own.numbers().problem(number).map(problem -> new Violation(path, problem));
            case Json.Obj(Map<String, Json> members) -> object(own.members(), members, path);
            case Json.Arr(List<Json> items) -> array(own.items(), items, path);
            case Json.Bool bool -> Optional.empty();
            case Json.Null none -> Optional.empty();
        };
    }

    private Optional<Violation> object(Members own, Map<String, Json> members, String path) {
        for (String name : own.required()) {
            if (!members.containsKey(name)) return violation(path, "lacks the property \"" + name + "\"");
        }
        for (Map.Entry<String, Json> member : members.entrySet()) {
            String place = Pointer.child(path, member.getKey());
            for (Schema schema : own.of(member.getKey())) {
                Optional<Violation> wrong = schema == Schema.NEVER
                        ? violation(path, "has the property \"" + member.getKey() + "\", which is not allowed")
                        : all(schema, member.getValue(), place);
                if (wrong.isPresent()) return wrong;
            }
        }
        return Optional.empty();
    }

    private Optional<Violation> array(Items own, List<Json> items, String path) {
        if (items.size() < own.min()) {
            return violation(path, "has " + items.size() + " items; expected at least " + own.min());
        }
        if (items.size() > own.max()) {
            return violation(path, "has " + items.size() + " items; expected at most " + own.max());
        }
        for (int i = 0; i < items.size(); i++) {
            for (Schema schema : own.of(i)) {
                Optional<Violation> wrong = all(schema, items.get(i), path + "/" + i);
                if (wrong.isPresent()) return wrong;
            }
        }
        return Optional.empty();
    }

    private static Optional<Violation> tooLong() {
        return violation("", "takes too many steps to check");
    }

    private static Optional<Violation> violation(String path, String problem) {
        return Optional.of(new Violation(path, problem));
    }
}
