package dev.chasqui.template;

import java.util.List;
import java.util.Map;

/// Walks one template's nodes and writes what they say.
final class Execution {

    /// Where a loop's round goes from here.
    private enum Flow {
        ON,
        BREAK,
        CONTINUE
    }

    private final Run run;
    private final Scope scope;
    private final Evaluator evaluator;

    private Execution(Run run, String name, Value dot, Node.Block body) {
        this.run = run;
        this.scope = new Scope(dot);
        this.evaluator = new Evaluator(run, name, scope, body);
    }

    /// @throws TemplateException if the data does not fit, or the budget is used up
    static void main(Run run, Value data) {
        template(run, Definitions.MAIN, data, run.definitions().main());
    }

    private static void template(Run run, String name, Value dot, Node.Block body) {
        new Execution(run, name, dot, body).block(dot, body);
    }

    private Flow block(Value dot, Node.Block block) {
        for (Node node : block.nodes()) {
            Flow flow = node(dot, node);
            if (flow != Flow.ON) return flow;
        }
        return Flow.ON;
    }

    private Flow node(Value dot, Node node) {
        run.budget().step();
        switch (node) {
            case Node.Text text -> run.output().write(text.text());
            case Node.Action action -> action(dot, action);
            case Node.Call call -> call(dot, call);
            case Node.Branch branch -> {
                run.budget().enter();
                int mark = scope.mark();
                Flow flow = branch.kind() == Node.Branch.Kind.RANGE ? range(dot, branch) : branch(dot, branch);
                scope.forget(mark);
                run.budget().leave();
                return flow;
            }
            case Node.Break _ -> {
                return Flow.BREAK;
            }
            case Node.Continue _ -> {
                return Flow.CONTINUE;
            }
            default -> throw new IllegalStateException("the parser puts no " + node.getClass() + " here");
        }
        return Flow.ON;
    }

    private void action(Value dot, Node.Action action) {
        Value value = evaluator.evaluate(dot, action.pipe());
        if (!action.pipe().variables().isEmpty()) return;
        evaluator.at(action);
        try {
            Printer.print(value, run.output());
        } catch (EvaluationException e) {
            throw evaluator.error(e.getMessage());
        }
    }

    private void call(Value dot, Node.Call call) {
        evaluator.at(call);
        Node.Block body = run.definitions()
                .find(call.name())
                .orElseThrow(() -> evaluator.error("template " + Quoting.quote(call.name()) + " not defined"));
        Value data = call.pipe().map(pipe -> evaluator.evaluate(dot, pipe)).orElse(Value.Nothing.ABSENT);
        run.budget().enter();
        template(run, call.name(), data, body);
        run.budget().leave();
    }

    private Flow branch(Value dot, Node.Branch branch) {
        Value value = evaluator.evaluate(dot, branch.pipe());
        if (!value.truth()) return block(dot, branch.otherwise());
        return block(branch.kind() == Node.Branch.Kind.WITH ? value : dot, branch.block());
    }

    private Flow range(Value dot, Node.Branch range) {
        Value over = evaluator.evaluate(dot, range.pipe());
        switch (over) {
            case Value.Nothing _ -> {}
            case Value.Int integer -> {
                if (range.pipe().variables().size() > 1) {
                    throw evaluator.error("can't use " + integer.value() + " to iterate over more than one variable");
                }
                long i = 0;
                while (i < integer.value()) {
                    if (!round(range, Value.Nothing.ABSENT, new Value.Int(i++, integer.type()))) break;
                }
            }
            case Value.Sequence list -> {
                List<Value> items = list.items();
                for (int i = 0; i < items.size(); i++) {
                    if (!round(range, Value.Int.of(i), items.get(i))) break;
                }
            }
            case Value.Dictionary map -> {
                for (Map.Entry<String, Value> entry : map.entries().entrySet()) {
                    if (!round(range, Value.of(entry.getKey()), entry.getValue())) break;
                }
            }
            default -> throw evaluator.error("range can't iterate over " + Printer.plain(over, run.budget()));
        }
        boolean some = over instanceof Value.Int count ? count.value() > 0 : over.truth();
        return some ? Flow.ON : block(dot, range.otherwise());
    }

    /// @return whether the loop goes on
    private boolean round(Node.Branch range, Value index, Value item) {
        List<String> variables = range.pipe().variables();
        if (!variables.isEmpty()) set(range.pipe(), variables.size() - 1, item);
        if (variables.size() > 1) set(range.pipe(), 0, index);
        int mark = scope.mark();
        run.budget().step();
        Flow flow = block(item, range.block());
        scope.forget(mark);
        return flow != Flow.BREAK;
    }

    /// A range's own variables are the last declared.
    private void set(Node.Pipe pipe, int which, Value value) {
        if (pipe.assigns()) scope.assign(pipe.variables().get(which), value);
        else scope.assignTop(pipe.variables().size() - 1 - which, value);
    }
}
