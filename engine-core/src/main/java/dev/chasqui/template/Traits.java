package dev.chasqui.template;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// Reads a template's traits from its nodes, as Ollama does.
///
/// @see <a href="https://github.com/ollama/ollama/blob/main/thinking/template.go">thinking/template.go</a>
/// @see <a href="https://github.com/ollama/ollama/blob/main/tools/template.go">tools/template.go</a>
final class Traits {

    private static final String NO_PREFIX = "{";

    private final Set<String> variables = new HashSet<>();
    private final Deque<Node.Block> blocks = new ArrayDeque<>();
    private final Deque<Node.Branch> ranges = new ArrayDeque<>();
    private String opening = "";
    private String closing = "";

    private Traits() {}

    static TemplateTraits of(Definitions definitions) {
        Traits traits = new Traits();
        traits.visit(definitions.main());
        Optional<TemplateTraits.Tags> tags = Optional.of(new TemplateTraits.Tags(traits.opening, traits.closing))
                .filter(found -> !found.opening().isEmpty() && !found.closing().isEmpty());
        definitions.all().forEach(traits::visit); // whose variables count as well
        return new TemplateTraits(traits.variables, tags, toolCallPrefix(definitions.main()));
    }

    private void visit(Node node) {
        switch (node) {
            case Node.Block block -> {
                blocks.push(block);
                block.nodes().forEach(this::visit);
                blocks.pop();
            }
            case Node.Branch branch -> {
                boolean range = branch.kind() == Node.Branch.Kind.RANGE;
                if (range) ranges.push(branch);
                visit(branch.pipe());
                visit(branch.block());
                visit(branch.otherwise());
                if (range) ranges.pop();
            }
            case Node.Action action -> visit(action.pipe());
            case Node.Call call -> call.pipe().ifPresent(this::visit);
            case Node.Pipe pipe -> pipe.commands().forEach(this::visit);
            case Node.Command command -> command.operands().forEach(this::visit);
            case Node.Chain chain -> {
                visit(chain.of());
                addVariables(chain.fields());
            }
            case Node.Variable variable -> addVariables(variable.fields());
            case Node.Field field -> {
                addVariables(field.names());
                if (field.names().getFirst().equals("Thinking")) readTags();
            }
            default -> {}
        }
    }

    private void addVariables(List<String> names) {
        names.forEach(name -> variables.add(name.toLowerCase(Locale.ROOT)));
    }

    /// The thinking's neighbours in the messages' loop. The last place that has any wins.
    private void readTags() {
        if (ranges.isEmpty() || !names(ranges.peek().pipe(), "Messages", true)) return;
        List<Node> nodes = blocks.element().nodes();
        if (nodes.getFirst() instanceof Node.Text text) opening = text.text().strip();
        if (nodes.getLast() instanceof Node.Text text) closing = text.text().strip();
    }

    private static String toolCallPrefix(Node.Block main) {
        return findToolCalls(main)
                .flatMap(branch -> firstText(branch.block()))
                .map(text -> text.replace("\r\n", "\n"))
                .map(text -> text.contains("{") ? text.substring(0, text.indexOf('{')) : text)
                .map(String::strip)
                .filter(text -> !text.isEmpty())
                .orElse(NO_PREFIX);
    }

    /// The first `if` that asks for tool calls.
    private static Optional<Node.Branch> findToolCalls(Node.Block block) {
        for (Node node : block.nodes()) {
            if (!(node instanceof Node.Branch branch)) continue;
            if (branch.kind() == Node.Branch.Kind.IF && names(branch.pipe(), "ToolCalls", false)) {
                return Optional.of(branch);
            }
            Optional<Node.Branch> inner = findToolCalls(branch.block()).or(() -> findToolCalls(branch.otherwise()));
            if (inner.isPresent()) return inner;
        }
        return Optional.empty();
    }

    /// The first text that is no mere space, unless a value is written before.
    private static Optional<String> firstText(Node.Block block) {
        for (Node node : block.nodes()) {
            switch (node) {
                case Node.Text text when text.text().isBlank() -> {}
                case Node.Text text -> {
                    return Optional.of(text.text());
                }
                case Node.Branch branch -> {
                    return firstText(branch.block()).or(() -> firstText(branch.otherwise()));
                }
                case Node.Action _ -> {
                    return Optional.empty();
                }
                default -> {}
            }
        }
        return Optional.empty();
    }

    /// @param first whether it must be the first of a field's names
    private static boolean names(Node.Pipe pipe, String name, boolean first) {
        return pipe.commands().stream()
                .flatMap(command -> command.operands().stream())
                .anyMatch(operand -> switch (operand) {
                    case Node.Field field when first -> field.names().getFirst().equals(name);
                    case Node.Field field -> field.names().contains(name);
                    case Node.Pipe inner -> first && names(inner, name, true);
                    default -> false;
                });
    }
}
