package dev.chasqui.template;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/// The functions a template can call: Go's own, without `html`, `js`, `urlquery` and `call`, and Ollama's.
enum Builtin {
    /// [Evaluator] computes this one and `or`, which do not evaluate all of their arguments.
    AND("and", 1, true),
    OR("or", 1, true),
    NOT("not", 1, false),
    LEN("len", 1, false),
    INDEX("index", 1, true),
    SLICE("slice", 1, true),
    EQ("eq", 1, true),
    NE("ne", 2, false),
    LT("lt", 2, false),
    LE("le", 2, false),
    GT("gt", 2, false),
    GE("ge", 2, false),
    PRINT("print", 0, true),
    PRINTF("printf", 1, true),
    PRINTLN("println", 0, true),
    JSON("json", 1, false),
    CURRENT_DATE("currentDate", 0, true),
    YESTERDAY_DATE("yesterdayDate", 0, true),
    TO_TYPESCRIPT_TYPE("toTypeScriptType", 1, false);

    private static final Map<String, Builtin> BY_NAME =
            Arrays.stream(values()).collect(Collectors.toMap(function -> function.word, Function.identity()));

    private final String word;
    private final int least;
    private final boolean more;

    Builtin(String word, int least, boolean more) {
        this.word = word;
        this.least = least;
        this.more = more;
    }

    static Optional<Builtin> find(String name) {
        return Optional.ofNullable(BY_NAME.get(name));
    }

    /// @param written arguments that stand behind the name
    /// @param piped   whether one more comes through a pipe
    /// @throws EvaluationException if that is too few or too many
    void requireArguments(int written, boolean piped) {
        int given = piped ? written + 1 : written;
        if (more && given < least) {
            throw new EvaluationException(
                    "wrong number of args for " + word + ": want at least " + least + " got " + written);
        }
        if (!more && given != least) {
            throw new EvaluationException("wrong number of args for " + word + ": want " + least + " got " + given);
        }
    }

    /// Whether the argument must be a text.
    boolean wantsText(int place) {
        return this == CURRENT_DATE || this == YESTERDAY_DATE || (this == PRINTF && place == 0);
    }

    /// @throws EvaluationException if it cannot be computed for these
    Value apply(List<Value> arguments, Run run) {
        Budget budget = run.budget();
        return switch (this) {
            case AND, OR -> throw new IllegalStateException(word + " is computed by its caller");
            case NOT -> Value.of(!arguments.getFirst().truth());
            case LEN -> Value.Int.of(Indexing.length(arguments.getFirst(), budget));
            case INDEX -> Indexing.index(arguments.getFirst(), rest(arguments), budget);
            case SLICE -> Indexing.slice(arguments.getFirst(), rest(arguments), budget);
            case EQ -> Value.of(Comparing.equal(arguments.getFirst(), rest(arguments)));
            case NE -> Value.of(!Comparing.equal(arguments.getFirst(), rest(arguments)));
            case LT -> Value.of(Comparing.less(arguments.get(0), arguments.get(1)));
            case LE -> Value.of(Comparing.lessOrEqual(arguments.get(0), arguments.get(1)));
            case GT -> Value.of(!Comparing.lessOrEqual(arguments.get(0), arguments.get(1)));
            case GE -> Value.of(!Comparing.less(arguments.get(0), arguments.get(1)));
            case PRINT -> Value.of(Printer.joined(arguments, false, budget));
            case PRINTF -> Value.of(Format.of(((Value.Text) arguments.getFirst()).value(), rest(arguments), budget));
            case PRINTLN -> Value.of(Printer.joined(arguments, true, budget));
            case JSON -> Value.of(GoJson.of(arguments.getFirst(), budget));
            case CURRENT_DATE -> Value.of(run.today().toString());
            case YESTERDAY_DATE -> Value.of(run.today().minusDays(1).toString());
            case TO_TYPESCRIPT_TYPE -> Value.of(TypeScript.of(arguments.getFirst()));
        };
    }

    @Override
    public String toString() {
        return word;
    }

    private static List<Value> rest(List<Value> arguments) {
        return arguments.subList(1, arguments.size());
    }
}
