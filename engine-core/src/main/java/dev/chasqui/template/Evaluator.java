package dev.chasqui.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Computes the expressions of one template. Knows which one it is at, for messages.
final class Evaluator {

    private final Run run;
    private final String template;
    private final Scope scope;
    private Node at;

    Evaluator(Run run, String template, Scope scope, Node start) {
        this.run = run;
        this.template = template;
        this.scope = scope;
        this.at = start;
    }

    /// Declares or assigns the pipeline's variables as well.
    ///
    /// @throws TemplateException if it cannot be computed; the message says where, and names the field
    Value evaluate(Value dot, Node.Pipe pipe) {
        try {
            return pipeline(dot, pipe);
        } catch (EvaluationException e) {
            throw error(e.getMessage());
        }
    }

    void at(Node node) {
        at = node;
    }

    TemplateException error(String what) {
        String where = run.position(at.at()) + ": executing " + Quoting.quote(template) + " at <" + at + ">";
        return TemplateException.execution(where, what);
    }

    private Value pipeline(Value dot, Node.Pipe pipe) {
        at(pipe);
        Optional<Value> piped = Optional.empty();
        for (Node.Command command : pipe.commands()) {
            run.budget().step();
            Value value = command(dot, command, piped);
            piped = Optional.of(value == Value.Nothing.NIL ? Value.Nothing.ABSENT : value);
        }
        Value value = piped.orElseThrow();
        for (String variable : pipe.variables()) {
            if (pipe.assigns()) scope.assign(variable, value);
            else scope.declare(variable, value);
        }
        return value;
    }

    private Value command(Value dot, Node.Command command, Optional<Value> piped) {
        List<Node> operands = command.operands();
        Node first = operands.getFirst();
        if (first instanceof Node.Function function) {
            return call(dot, function, command, operands.subList(1, operands.size()), piped);
        }
        boolean arguments = operands.size() > 1 || piped.isPresent();
        if (arguments) throw notAFunction(dot, first);
        if (first instanceof Node.Nil) {
            at(first);
            throw new EvaluationException("nil is not a command");
        }
        return operand(dot, first);
    }

    /// Go complains about a field only when it has found it.
    private EvaluationException notAFunction(Value dot, Node operand) {
        if (!(operand instanceof Node.Pipe)) at(operand);
        List<String> fields = switch (operand) {
            case Node.Field field -> field.names();
            case Node.Variable variable -> variable.fields();
            case Node.Chain chain -> chain.fields();
            default -> List.of();
        };
        if (fields.isEmpty()) return new EvaluationException("can't give argument to non-function " + operand);
        operand(dot, operand);
        return new EvaluationException(fields.getLast() + " is not a method but has arguments");
    }

    private Value operand(Value dot, Node operand) {
        at(operand);
        return switch (operand) {
            case Node.Dot _ -> dot;
            case Node.Nil _ -> Value.Nothing.ABSENT;
            case Node.Literal literal -> literal.value();
            case Node.Field field -> fields(dot, field.names());
            case Node.Variable variable -> fields(scope.get(variable.name()), variable.fields());
            case Node.Chain chain -> fields(operand(dot, chain.of()), chain.fields());
            case Node.Function function -> call(dot, function, function, List.of(), Optional.empty());
            case Node.Pipe pipe -> {
                run.budget().enter();
                Value value = pipeline(dot, pipe);
                run.budget().leave();
                yield value;
            }
            default -> throw new IllegalStateException("the parser puts no " + operand.getClass() + " here");
        };
    }

    private Value fields(Value of, List<String> names) {
        Value value = of;
        for (String name : names) {
            run.budget().step();
            value = Fields.get(value, name, run.budget());
        }
        return value;
    }

    /// @param shown where messages point
    private Value call(Value dot, Node.Function function, Node shown, List<Node> operands, Optional<Value> piped) {
        at(function);
        Builtin builtin = Builtin.find(function.name()).orElseThrow();
        builtin.requireArguments(operands.size(), piped.isPresent());
        if (builtin == Builtin.AND || builtin == Builtin.OR) return shortCircuit(dot, builtin, operands, piped);
        List<Value> arguments = new ArrayList<>();
        for (Node operand : operands) {
            Value value = operand(dot, operand);
            if (builtin.wantsText(arguments.size())) requireText(value, operand);
            arguments.add(value);
        }
        if (piped.isPresent()) {
            if (builtin.wantsText(arguments.size())) requireText(piped.get(), shown);
            arguments.add(piped.get());
        }
        try {
            return builtin.apply(arguments, run);
        } catch (EvaluationException e) {
            at(shown);
            throw new EvaluationException("error calling " + builtin + ": " + e.getMessage());
        }
    }

    /// The first value that decides, or the last one.
    private Value shortCircuit(Value dot, Builtin builtin, List<Node> operands, Optional<Value> piped) {
        Value value = Value.Nothing.ABSENT;
        for (Node operand : operands) {
            run.budget().step();
            value = operand(dot, operand);
            if (value.truth() == (builtin == Builtin.OR)) return value;
        }
        return piped.orElse(value);
    }

    private static void requireText(Value value, Node operand) {
        if (value instanceof Value.Text) return;
        throw new EvaluationException(
                switch (operand) {
                    case Node.Nil _ -> "cannot assign nil to string";
                    case Node.Literal _ -> "expected string; found " + operand;
                    default ->
                        value instanceof Value.Nothing
                                ? "invalid value; expected string"
                                : "wrong type for value; expected string; got " + value.type();
                });
    }
}
